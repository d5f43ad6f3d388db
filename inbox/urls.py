"""Pages."""

from django.urls import path

from inbox.views import inbox, settings

app_name = "inbox"

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/count/", inbox.count, name="count"),
    path("inbox/open/", inbox.follow, name="follow"),
    path("inbox/act/", inbox.act, name="act"),
    path("inbox/unsubscribe/<str:signed>/", settings.unsubscribe, name="unsubscribe"),
    path("account/notifications/", settings.settings, name="settings"),
    path("p/<str:key>/chat/", settings.chat, name="chat"),
    path("p/<str:key>/chat/remove/", settings.chat_remove, name="chat-remove"),
    path("reviews/", inbox.my_reviews, name="my-reviews"),
]
