"""The REST API."""

from django.urls import path

from inbox.api import inbox, settings

app_name = "inbox-api"

urlpatterns = [
    path("inbox", inbox.InboxView.as_view(), name="inbox"),
    path("inbox/counts", inbox.CountsView.as_view(), name="counts"),
    path("inbox/done", inbox.DoneView.as_view(), name="done"),
    path("inbox/read", inbox.ReadView.as_view(), name="read"),
    path("inbox/unread", inbox.UnreadView.as_view(), name="unread"),
    path("inbox/back", inbox.BackView.as_view(), name="back"),
    path("inbox/snooze", inbox.SnoozeView.as_view(), name="snooze"),
    path("me/notifications", settings.NotificationSettingsView.as_view(), name="settings"),
    path("projects/<str:key>/chat", settings.ProjectChatView.as_view(), name="chat"),
]
