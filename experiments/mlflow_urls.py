"""The MLflow protocol, at the root and below a project's address; the registry's half answers what is not here."""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path, register_converter

from experiments.mlflow import artifacts, experiments, logged_models, multipart, runs, server, signed, traces
from experiments.mlflow.door import view_of

app_name = "experiments-mlflow"


class AnyPath:
    """The rest of an address, whatever is in it: Django's own `path` lets one with a line break through to a 404."""

    regex = r"(?s:.+)"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(AnyPath, "any")

PREFIXES = ("", "p/<str:key>/")
VERSIONS = ("2.0", "3.0")
RESOURCES = ("experiments", "runs", "metrics", "logged-models", "artifacts", "traces")

_tracking = view_of(
    [*experiments.ROUTES, *runs.ROUTES, *logged_models.ROUTES, *traces.ROUTES, *artifacts.ROUTES, *server.ROUTES]
)
_spans = view_of(traces.OTLP_ROUTES)
_proxy = view_of([*artifacts.PROXY_ROUTES, *multipart.ROUTES])


def _addresses(base: str, view: Callable[..., HttpResponseBase], names: tuple[str, ...]) -> list[URLPattern]:
    """`base` and each name, alone and with what follows it; the view puts `tail` and `rest` together."""
    alone = [path(f"{base}/{name}", view, {"tail": name}) for name in names]
    return alone + [path(f"{base}/{name}/<any:rest>", view, {"tail": name}) for name in names]


urlpatterns: list[URLPattern] = [
    pattern
    for prefix in PREFIXES
    for pattern in [
        *[
            address
            for version in VERSIONS
            for address in _addresses(f"{prefix}api/{version}/mlflow", _tracking, RESOURCES)
        ],
        *[
            path(f"{prefix}api/{version}/mlflow/server-info", _tracking, {"tail": "server-info"})
            for version in VERSIONS
        ],
        path(f"{prefix}api/2.0/mlflow-artifacts/<any:tail>", _proxy),
        path(f"{prefix}v1/traces", _spans, {"tail": "traces"}),
    ]
]
_SIGNED = "p/<str:key>/api/2.0/mlflow-artifacts/signed"
urlpatterns = [
    path(f"{_SIGNED}/part/<str:signed>", signed.view_of("PUT", signed.put_part), name="part"),
    path(f"{_SIGNED}/file/<str:signed>", signed.view_of("GET", signed.get_file), name="file"),
    *urlpatterns,
    path("p/<str:key>/health", server.health, name="health"),
    path("p/<str:key>/version", server.version, name="version"),
    path("health", server.health),
    path("version", server.version),
]
