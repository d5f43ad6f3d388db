"""Sign-in, account, health."""

from django.urls import path

from core.views import account, catalogue, parts, search, service

app_name = "core"

urlpatterns = [
    path("sign-in/", account.sign_in, name="sign-in"),
    path("sign-out/", account.sign_out, name="sign-out"),
    path("setup/<str:secret>/", account.setup, name="setup"),
    path("account/", account.account, name="account"),
    path("account/settings/", account.settings, name="settings"),
    path("account/password/", account.password, name="password"),
    path("account/tokens/<int:pk>/revoke/", account.token_revoke, name="token-revoke"),
    path("parts/", parts.show, name="parts"),
    path("search/", search.find, name="search"),
    path("ui/", catalogue.show, name="catalogue"),
    path("health/live", service.live, name="live"),
    path("health/ready", service.ready, name="ready"),
    path("metrics", service.prometheus, name="metrics"),
]
