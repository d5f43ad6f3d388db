"""The one way in for MLflow's clients: who is calling, which project, may they; then the handler of the table.

Nothing is public here, and cookies count for nothing: every call carries a token, as Bearer or as the password of
Basic. `/p/KEY/...` names the project; without it the token must be bound to one. A project, a run or a model that the
caller may not see answers exactly like one that does not exist.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from core.api import authenticate_header
from core.errors import DomainError, Invalid, NotAllowed, NotFound, TooLarge
from core.models import Token, User
from core.roles import Scope
from experiments.mlflow import protocol
from experiments.mlflow.errors import JSON, Unauthenticated, refusal, unavailable
from projects import queries
from projects.models import Project

_JSON_TYPES = {JSON, ""}


@dataclass(frozen=True)
class Call:
    """One call: who, where, when, and its arguments from the query string or the JSON body.

    `parts` are what the path's placeholders matched.
    """

    request: HttpRequest
    project: Project
    by: User
    token: Token
    now: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], dict[str, Any] | HttpResponseBase]


@dataclass(frozen=True)
class Route:
    """One (method, path) pair. `{name}` in the path matches one segment, `{name+}` the rest."""

    method: str
    path: str
    handler: Handler
    scope: Scope = Scope.WRITE
    raw: bool = False  # the body is a file, not JSON

    @property
    def pattern(self) -> re.Pattern[str]:
        source = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(self.path))
        return re.compile(re.sub(r"\\{(\w+)\\\+\\}", r"(?P<\1>.+)", source), re.DOTALL)


def read(method: str, path: str, handler: Handler) -> Route:
    """A call that changes nothing, whatever its method: MLflow searches by POST."""
    return Route(method, path, handler, scope=Scope.READ)


class Door:
    """The view of one table of routes."""

    guard = "mlflow"  # for the test that every address declares who may come in

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = list(routes)
        self._fixed = {(one.method, one.path): one for one in self.routes if "{" not in one.path}
        self._open = [(one, one.pattern) for one in self.routes if "{" in one.path]

    def __call__(self, request: HttpRequest, tail: str, key: str = "") -> HttpResponseBase:
        is_begun = is_read = False
        try:
            connection.ensure_connection()  # what fails here was not begun
            is_begun = True
            token = authenticated(request)
            route, parts = self.find(request.method or "", tail)
            is_read = route.scope == Scope.READ
            project = project_of(token, key)
            require_scope(token, route.scope)
            return answered(route.handler(_call(request, project, token, route, parts)))
        except DomainError as error:
            return refusal(error)
        except (OperationalError, InterfaceError) as error:
            return unavailable(error, is_begun=is_begun, is_read=is_read)

    def find(self, method: str, tail: str) -> tuple[Route, dict[str, str]]:
        path = tail.rstrip("/")
        if fixed := self._fixed.get((method, path)):
            return fixed, {}
        for route, pattern in self._open:
            if route.method == method and (match := pattern.fullmatch(tail)):
                return route, match.groupdict()
        raise protocol.unserved(method, tail)


def view_of(routes: Iterable[Route]) -> Callable[..., HttpResponseBase]:
    """The door to these routes, as a view."""
    door = Door(routes)

    def view(request: HttpRequest, tail: str, rest: str = "", key: str = "") -> HttpResponseBase:
        return door(request, f"{tail}/{rest}" if rest else tail, key)

    view.guard = door.guard  # type: ignore[attr-defined]
    view.door = door  # type: ignore[attr-defined]
    return csrf_exempt(view)


def authenticated(request: HttpRequest) -> Token:
    """The token of the call. Raises Unauthenticated."""
    token = authenticate_header(request.headers.get("Authorization", ""))
    if token is None:
        raise Unauthenticated(
            "The token is missing, unknown, expired or revoked. Set MLFLOW_TRACKING_TOKEN to a token of yours (or"
            " MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, with the token as the password)."
        )
    return token


def project_of(token: Token, key: str) -> Project:
    """The project in the address, else the token's own. Raises NotFound, in the same words if it is foreign."""
    if not key:
        return _bound_project(token)
    project = queries.visible_project(token.user, key)
    if token.stream_id not in (None, project.pk):
        raise NotFound(f"There is no project {key!r}, or you are not in it.")
    return project


def _bound_project(token: Token) -> Project:
    project = queries.visible_projects(token.user).filter(pk=token.stream_id).first() if token.stream_id else None
    if project is None:
        raise NotFound(
            "This token is not bound to one project: set MLFLOW_TRACKING_URI to http://HOST:PORT/p/KEY with the key of"
            " your project."
        )
    return project


def require_scope(token: Token, scope: Scope) -> None:
    """Raise NotAllowed if the token lacks the scope; every scope includes reading."""
    if scope != Scope.READ and scope not in token.scopes:
        raise NotAllowed(
            f"This token may {', '.join(token.scopes)}; this needs a token with the scope {scope}.",
            code="missing_scope",
        )


def answered(answer: dict[str, Any] | HttpResponseBase) -> HttpResponseBase:
    if isinstance(answer, HttpResponseBase):
        return answer
    return HttpResponse(orjson.dumps(answer), content_type=JSON)


def _call(request: HttpRequest, project: Project, token: Token, route: Route, parts: dict[str, str]) -> Call:
    data = _query(request) if route.raw or request.method == "GET" else _body(request)
    _without_nul(parts)
    return Call(
        request=request, project=project, by=token.user, token=token, now=datetime.now(UTC), data=data, parts=parts
    )


def _query(request: HttpRequest) -> dict[str, Any]:
    return single(dict(request.GET.lists()))


def single(given: Mapping[str, list[str]]) -> dict[str, Any]:
    """The arguments of a query string; one given more than once is a list."""
    found = {name: values[0] if len(values) == 1 else values for name, values in given.items()}
    _without_nul(found)
    return found


def _body(request: HttpRequest) -> dict[str, Any]:
    """The JSON body, or the query string without one. Raises Invalid, TooLarge."""
    try:
        raw = request.body
    except RequestDataTooBig:
        raise TooLarge("The body of a call is at most 10 MB; files go to the artifacts endpoint.") from None
    return read_json(raw, content_type=request.content_type or "") if raw else _query(request)


def read_json(raw: bytes, *, content_type: str) -> dict[str, Any]:
    """A JSON object; old clients encode it twice. Raises Invalid."""
    if content_type not in _JSON_TYPES:
        raise Invalid("Bad Request. Content-Type must be one of ['application/json'].", code="content_type")
    try:
        found = orjson.loads(raw)
        found = orjson.loads(found) if isinstance(found, str) else found
    except orjson.JSONDecodeError as exc:
        raise Invalid(f"The body is not valid JSON: {exc}.", code="invalid_json") from None
    if not isinstance(found, dict):
        raise Invalid("The body must be a JSON object.", code="invalid_json")
    if b"u0000" in raw:
        _without_nul(found)
    return found


def _without_nul(value: Any) -> None:
    """PostgreSQL keeps no NUL in text: say so instead of failing there."""
    if isinstance(value, str) and "\x00" in value:
        raise Invalid("A value holds the character U+0000, which cannot be stored.", code="nul")
    if isinstance(value, dict):
        _without_nul([*value.keys(), *value.values()])
    if isinstance(value, list):
        for one in value:
            _without_nul(one)
