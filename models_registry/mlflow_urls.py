"""The MLflow protocol."""

from django.urls import URLPattern

app_name = "models_registry-mlflow"

urlpatterns: list[URLPattern] = []
