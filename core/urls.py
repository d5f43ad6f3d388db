"""Sign-in, account, health."""

from django.urls import URLPattern

app_name = "core"

urlpatterns: list[URLPattern] = []
