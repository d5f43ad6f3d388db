"""The MLflow protocol."""

from django.urls import URLPattern

app_name = "experiments-mlflow"

urlpatterns: list[URLPattern] = []
