"""The REST API."""

from django.urls import URLPattern

app_name = "monitoring-api"

urlpatterns: list[URLPattern] = []
