"""The REST API about oneself."""

from django.urls import URLPattern

app_name = "core-api"

urlpatterns: list[URLPattern] = []
