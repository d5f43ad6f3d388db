"""The REST API."""

from django.urls import URLPattern

app_name = "models_registry-api"

urlpatterns: list[URLPattern] = []
