"""What a client asks about the server itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from core.errors import DomainError
from experiments.mlflow.door import Call, authenticated, project_of, read
from experiments.mlflow.errors import refusal

# The release of MLflow whose protocol is spoken here; requirements.lock holds the same.
PROTOCOL_VERSION = "3.17.2"


def info(call: Call) -> dict[str, Any]:
    return {
        "store_type": "SqlStore",
        "workspaces_enabled": False,
        "trace_archival_enabled": False,
        "multipart_uploads_enabled": False,
        "multipart_downloads_enabled": False,
    }


def health(request: HttpRequest, key: str = "") -> HttpResponse:
    """Whether a client with this token would be served here."""
    return _text(request, key, "OK")


def version(request: HttpRequest, key: str = "") -> HttpResponse:
    return _text(request, key, PROTOCOL_VERSION)


def _text(request: HttpRequest, key: str, answer: str) -> HttpResponse:
    try:
        token = authenticated(request)
        if key:
            project_of(token, key)
    except DomainError as error:
        return refusal(error)
    return HttpResponse(answer, content_type="text/plain")


ROUTES = [read("GET", "server-info", info)]
