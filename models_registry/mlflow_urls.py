"""The registry's half of the MLflow protocol, and the answer to every call of it that is not served."""

from django.urls import URLPattern, path

from experiments.mlflow.door import view_of
from experiments.mlflow_urls import PREFIXES, VERSIONS
from models_registry.mlflow import comments, models, transitions, versions, webhooks

app_name = "models_registry-mlflow"

_registry = view_of([*models.ROUTES, *versions.ROUTES, *transitions.ROUTES, *comments.ROUTES, *webhooks.ROUTES])
_not_served = view_of([])

urlpatterns: list[URLPattern] = [
    pattern
    for prefix in PREFIXES
    for pattern in [
        *[path(f"{prefix}api/{version}/mlflow/<any:tail>", _registry) for version in VERSIONS],
        path(f"{prefix}api/<str:tail>/mlflow/<any:rest>", _not_served),
        path(f"{prefix}api/<str:tail>/mlflow-artifacts/<any:rest>", _not_served),
    ]
]
