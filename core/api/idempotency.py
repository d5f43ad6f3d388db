"""Retries without second effects: the answer to a POST is kept under its Idempotency-Key."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

import orjson
from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.authentication import user_of
from core.api.shapes import OrjsonRenderer
from core.errors import BadRequest, DomainError, Invalid
from core.models import IdempotencyKey

KEPT_FOR = timedelta(hours=24)

PostView = Callable[..., Response]


def idempotent(post: PostView) -> PostView:
    """Keep the answer to a POST under its Idempotency-Key, in the transaction of its effect.

    The same key with the same body gets the first answer again (`Idempotent-Replayed: true`); with another body 422;
    while the first is at work 409. Keys live for 24 hours.
    """

    @wraps(post)
    def wrapper(view: APIView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return post(view, request, *args, **kwargs)
        if not 1 <= len(key) <= 255 or not key.isprintable():
            raise BadRequest("An Idempotency-Key has 1 to 255 printable characters.", field="Idempotency-Key")
        with transaction.atomic():
            kept = _kept_answer(request, key)
            if kept is not None:
                return kept
            response = post(view, request, *args, **kwargs)
            _keep_answer(request, key, response)
            return response

    return wrapper


class InProgress(DomainError):
    status = 409
    default_code = "in_progress"


def _kept_answer(request: Request, key: str) -> Response | None:
    route, digest = request.path[:200], _request_digest(request)
    lock = int.from_bytes(hashlib.sha256(f"{user_of(request).pk} {route} {key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        if not cursor.fetchone()[0]:
            raise InProgress("A request with this Idempotency-Key is still at work.", field="Idempotency-Key")
    mine = IdempotencyKey.objects.filter(user_id=user_of(request).pk, route=route, key=key)
    mine.filter(created_at__lt=datetime.now(UTC) - KEPT_FOR).delete()
    row = mine.first()
    if row is None:
        return None
    if row.request_digest != digest:
        raise Invalid("This Idempotency-Key was used with another body.", field="Idempotency-Key", code="key_reused")
    response = Response(orjson.loads(row.body) if row.body else None, status=row.status)
    for name, value in row.headers.items():
        response[name] = value
    response["Idempotent-Replayed"] = "true"
    return response


def _keep_answer(request: Request, key: str, response: Response) -> None:
    IdempotencyKey.objects.create(
        user_id=user_of(request).pk,
        route=request.path[:200],
        key=key,
        request_digest=_request_digest(request),
        status=response.status_code,
        headers={name: value for name, value in response.items() if name in ("ETag", "Location")},
        body="" if response.data is None else OrjsonRenderer().render(response.data).decode(),
        created_at=datetime.now(UTC),
    )


def _request_digest(request: Request) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    data: Any = request.data
    if isinstance(data, dict):  # a form is one too
        data = {name: value for name, value in data.items() if name not in request.FILES}
    digest.update(json.dumps(data, default=str, sort_keys=True).encode())
    for name, upload in sorted(request.FILES.items()):
        digest.update(f"\n{name} {upload.name}\n".encode())
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
    return digest.hexdigest()
