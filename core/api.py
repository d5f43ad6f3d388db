"""The base of the REST API: who is calling, what is refused and how, pages of results, retries without second effects.

Errors are `application/problem+json` (RFC 9457) with `code`, `errors: [{field, code, message}]` and `request_id`.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import wraps
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.authentication import SessionAuthentication as DrfSessionAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import queries
from core.errors import DomainError, FieldError, Invalid, NotAllowed, PreconditionFailed
from core.logs import current_request_id
from core.models import IdempotencyKey, Token, User
from core.roles import Scope

PROBLEM = "application/problem+json"
MAX_LIMIT = 100
KEPT_FOR = timedelta(hours=24)


class Access(StrEnum):
    """Who may come in at all; what somebody may do there is asked by the rules."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    ADMIN = "admin"


# --- who is calling --------------------------------------------------------------------------------------------------


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer tl_...`, or Basic with the user's name and the token as the password."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        header = get_authorization_header(request).split()
        if not header:
            return None
        token = authenticate_header(b" ".join(header).decode("latin-1"))
        if token is None:
            raise exceptions.AuthenticationFailed("The token is unknown, expired or revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="throughline"'


def authenticate_header(header: str) -> Token | None:
    """The usable token in an Authorization header, or None."""
    scheme, _, value = header.partition(" ")
    username, text = None, value.strip()
    if scheme.lower() == "basic":
        try:
            username, _, text = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
    elif scheme.lower() != "bearer":
        return None
    now = datetime.now(UTC)
    token = queries.usable_token(text=text, now=now)
    if token is None or (username is not None and username.lower() != token.user.username.lower()):
        return None
    queries.touch(token, now=now)
    return token


class SessionAuthentication(DrfSessionAuthentication):
    """The portal's own pages may call the API; changes then need the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        if get_authorization_header(request):
            return None
        return super().authenticate(request)


class DeclaredAccess(BasePermission):
    """Deny by default: a view says who may come in, and a token must have the scope."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        access = getattr(view, "access", None)
        if access == Access.PUBLIC:
            return True
        if access is None or not request.user or not request.user.is_authenticated:
            return False
        if access == Access.ADMIN and not request.user.is_superuser:
            raise NotAllowed("Only an administrator may do this.")
        require_scope(request, view.scope_for(request))  # type: ignore[attr-defined]
        return True


def require_scope(request: Request, scope: Scope) -> None:
    """Raise NotAllowed if the call is made with a token that lacks the scope. Sessions have all."""
    token = request.auth
    if isinstance(token, Token) and scope != Scope.READ and scope not in token.scopes:
        raise NotAllowed(
            f"This token may {', '.join(token.scopes)}; this needs a token with the scope {scope}.",
            code="missing_scope",
        )


# --- what comes in and goes out --------------------------------------------------------------------------------------


class StrictJSONParser(JSONParser):
    """JSON without NaN, Infinity or a key given twice."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return json.loads(stream.read(), object_pairs_hook=_unique, parse_constant=_no_constant)
        except RequestDataTooBig:
            raise
        except ValueError as exc:
            raise Invalid(f"The body is not valid JSON: {exc}.", code="invalid_json") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class OrjsonRenderer(JSONRenderer):
    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return (
            b"" if data is None else orjson.dumps(data, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS, default=str)
        )


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses fields it does not know, instead of dropping them."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {
                        name: [serializers.ErrorDetail("There is no such field.", code="unknown_field")]
                        for name in unknown
                    }
                )
        return super().to_internal_value(data)


def valid(serializer_class: type[serializers.Serializer[Any]], request: Request, **kwargs: Any) -> dict[str, Any]:
    """The validated body. Raises DRF's ValidationError, which becomes a 400 with one entry a field."""
    serializer = serializer_class(data=request.data, **kwargs)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data  # type: ignore[no-any-return]


# --- errors ----------------------------------------------------------------------------------------------------------


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every anticipated error as a problem. Others stay bugs (500)."""
    if isinstance(exc, DomainError):
        return problem(exc.status, exc.code, exc.message, exc.errors)
    if isinstance(exc, Http404):
        return problem(404, "not_found", "There is no such thing, or you may not see it.")
    if isinstance(exc, PermissionDenied):
        return problem(403, "not_allowed", str(exc) or "You may not do this.")
    if isinstance(exc, RequestDataTooBig):
        return problem(413, "too_large", "The body is larger than 10 MB.")
    if isinstance(exc, serializers.ValidationError):
        return problem(400, "invalid", "Some values cannot be used.", _field_errors(exc.get_full_details()))
    if isinstance(exc, exceptions.APIException):
        response = problem(exc.status_code, str(exc.default_code), str(exc.detail))
        if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
            response["WWW-Authenticate"] = getattr(exc, "auth_header", 'Bearer realm="throughline"')
        return response
    return None


def problem(status_code: int, code: str, detail: str, errors: list[FieldError] | None = None) -> Response:
    body = {
        "type": "about:blank",
        "title": _title(status_code),
        "status": status_code,
        "detail": detail,
        "code": code,
        "errors": [{"field": e.field, "code": e.code, "message": e.message} for e in errors or []],
        "request_id": current_request_id(),
    }
    response = Response(body, status=status_code, content_type=PROBLEM)
    if status_code in (429, 503):
        response["Retry-After"] = "5"
    return response


def _title(status_code: int) -> str:
    return HTTPStatus(status_code).phrase


def _field_errors(details: Any, prefix: str = "") -> list[FieldError]:
    """DRF's nested details as a flat list: `members.0.role`."""
    if isinstance(details, dict) and {"message", "code"} <= set(details):
        return [FieldError(field=prefix or "body", code=str(details["code"]), message=str(details["message"]))]
    found: list[FieldError] = []
    if isinstance(details, dict):
        for name, inner in details.items():
            path = prefix if name == "non_field_errors" else f"{prefix}.{name}".strip(".")
            found += _field_errors(inner, path)
    elif isinstance(details, list):
        for index, inner in enumerate(details):
            is_leaf = isinstance(inner, dict) and {"message", "code"} <= set(inner)
            found += _field_errors(inner, prefix if is_leaf else f"{prefix}.{index}".strip("."))
    return found


# --- the views -------------------------------------------------------------------------------------------------------


class ApiView(APIView):
    """Base of every REST view. `access` must be declared; every POST can be retried with an Idempotency-Key."""

    access: ClassVar[Access] = Access.SIGNED_IN
    scope: ClassVar[Scope | None] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "post" in cls.__dict__:
            cls.post = idempotent(cls.__dict__["post"])  # type: ignore[attr-defined]

    def scope_for(self, request: Request) -> Scope:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return Scope.READ
        return self.scope or Scope.WRITE


PostView = Callable[..., Response]


def idempotent(post: PostView) -> PostView:
    """Keep the answer to a POST under its Idempotency-Key, in the transaction of its effect.

    The same key with the same body gets the first answer again (`Idempotent-Replayed: true`); with another body 422;
    while the first is at work 409. Keys live for 24 hours.
    """

    @wraps(post)
    def wrapper(view: ApiView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return post(view, request, *args, **kwargs)
        if not 1 <= len(key) <= 255 or not key.isprintable():
            raise Invalid("An Idempotency-Key has 1 to 255 printable characters.", field="Idempotency-Key")
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
    lock = int.from_bytes(hashlib.sha256(f"{request.user.pk} {route} {key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        if not cursor.fetchone()[0]:
            raise InProgress("A request with this Idempotency-Key is still at work.", field="Idempotency-Key")
    mine = IdempotencyKey.objects.filter(user_id=request.user.pk, route=route, key=key)
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
        user_id=request.user.pk,
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
    data = request.data
    digest.update(
        orjson.dumps(
            {k: v for k, v in data.items() if k not in request.FILES}, default=str, option=orjson.OPT_SORT_KEYS
        )
    )
    for name, upload in sorted(request.FILES.items()):
        digest.update(f"\n{name} {upload.name}\n".encode())
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
    return digest.hexdigest()


# --- versions and pages ----------------------------------------------------------------------------------------------


def etag(obj: Any) -> str:
    return f'"{obj.version}"'


def check_if_match(request: Request, obj: Any) -> None:
    """Raise PreconditionFailed if the caller read another version of `obj` than the one that stands."""
    wanted = request.headers.get("If-Match")
    if wanted is not None and wanted not in ("*", etag(obj)):
        raise PreconditionFailed(f"It was changed since you read it: you have {wanted}, it is {etag(obj)} now.")


def expected_version(request: Request) -> int | None:
    """The version in If-Match, to be checked again under the operation's lock; None when any will do."""
    wanted = request.headers.get("If-Match", "*").strip('"')
    if wanted == "*":
        return None
    if not wanted.isdigit():
        raise Invalid(f"If-Match must be an ETag this API gave: got {wanted!r}.", field="If-Match")
    return int(wanted)


Row = TypeVar("Row", bound=Model)


def page(
    request: Request, rows: "QuerySet[Row]", shape: Callable[[Row], dict[str, Any]], *, newest_first: bool = True
) -> Response:
    """A page of `{results, next_cursor, prev_cursor}`, walked by key (`?cursor=&limit=`), so that deep pages cost the
    same as the first. Raises Invalid for a limit outside 1 to 100 or a cursor this API did not give."""
    limit = _limit(request)
    backwards, last = _read_cursor(request.query_params.get("cursor"))
    descending = newest_first != backwards
    if last is not None:
        rows = rows.filter(pk__lt=last) if descending else rows.filter(pk__gt=last)
    found = list(rows.order_by("-pk" if descending else "pk")[: limit + 1])
    has_more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next = bool(found) and (has_more or backwards)
    has_previous = bool(found) and (has_more if backwards else last is not None)
    return Response(
        {
            "results": [shape(row) for row in found],
            "next_cursor": _cursor("n", found[-1].pk) if has_next else None,
            "prev_cursor": _cursor("p", found[0].pk) if has_previous else None,
        }
    )


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "50")
    if not text.isdigit() or not 1 <= int(text) <= MAX_LIMIT:
        raise Invalid(f"limit must be 1 to {MAX_LIMIT}: got {text!r}.", field="limit")
    return int(text)


def _cursor(direction: str, key: Any) -> str:
    return base64.urlsafe_b64encode(f"{direction}{key}".encode()).decode().rstrip("=")


def _read_cursor(text: str | None) -> tuple[bool, int | None]:
    if not text:
        return False, None
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        if plain[0] not in "np":
            raise ValueError
        return plain[0] == "p", int(plain[1:])
    except (ValueError, IndexError):
        raise Invalid("This cursor was not given by this API.", field="cursor") from None
