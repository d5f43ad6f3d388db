"""Addresses that carry their own permission for an hour, as clients expect of parts of files: they send no token there.

What may be done is in the address, signed with the server's key; nothing else is looked at.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import IO, Any, cast

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from core.errors import DomainError, NotAllowed
from experiments import operations, queries
from experiments.mlflow.artifacts import sent_file
from experiments.mlflow.door import Call
from experiments.mlflow.errors import refusal
from experiments.models import Artifact, Upload

LIVES = timedelta(hours=1)

_PART, _FILE = "experiments.part", "experiments.file"


def part_address(call: Call, upload: Upload, number: int) -> str:
    """Where one part of an upload may be put."""
    return _address(call, "experiments-mlflow:part", signing.dumps([upload.token, number], salt=_PART))


def file_address(call: Call, artifact: Artifact) -> str:
    """Where a file may be read, as it is now."""
    return _address(call, "experiments-mlflow:file", signing.dumps([artifact.pk, artifact.blob_id], salt=_FILE))


def put_part(request: HttpRequest, signed: str) -> HttpResponse:
    token, number = _said(signed, _PART)
    source = cast(IO[bytes], request)  # it has `read`, which is all that is used of it
    part = operations.put_part(
        upload=queries.upload_by_token(token), number=number, source=source, now=datetime.now(UTC)
    )
    return HttpResponse(b"", headers={"ETag": f'"{part.digest}"'})


def get_file(request: HttpRequest, signed: str) -> HttpResponseBase:
    pk, digest = _said(signed, _FILE)
    return sent_file(request, queries.artifact_as_signed(pk=pk, digest=digest))


def view_of(method: str, answer: Callable[[HttpRequest, str], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view of one kind of signed address."""

    def view(request: HttpRequest, signed: str, key: str = "") -> HttpResponseBase:
        if request.method != method:
            return HttpResponseNotAllowed([method])
        try:
            return answer(request, signed)
        except DomainError as error:
            return refusal(error)

    return csrf_exempt(view)


def _said(signed: str, salt: str) -> Any:
    """What was signed. Raises NotAllowed."""
    try:
        return signing.loads(signed, salt=salt, max_age=LIVES)
    except signing.SignatureExpired:
        raise NotAllowed("This address was good for an hour, which is over: ask for a new one.") from None
    except signing.BadSignature:
        raise NotAllowed("This address was not made here.") from None


def _address(call: Call, name: str, signed: str) -> str:
    return call.request.build_absolute_uri(reverse(name, args=[call.project.key, signed]))
