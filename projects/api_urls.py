"""The REST API."""

from django.urls import URLPattern

app_name = "projects-api"

urlpatterns: list[URLPattern] = []
