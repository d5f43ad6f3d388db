"""The REST API."""

from django.urls import URLPattern

app_name = "experiments-api"

urlpatterns: list[URLPattern] = []
