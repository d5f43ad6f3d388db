"""The short way in for the calls that machines hammer: an ASGI application in front of Django's.

It holds no decision of its own. A lean route serves the plain case alone, with the door's own functions for reading,
checking and answering; whatever is not plain (somebody unknown, a project that is not theirs, a value that cannot be,
a run that is not there or has ended) is handed on, unread, to the ordinary door, which answers as if there were no
other. Who is calling, and what they may do in the project, is what the ordinary door found at most a second ago.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

import orjson
import psycopg
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest

from core.api import authenticate_header
from core.errors import DomainError
from core.logs import reset_request_id, set_request_id
from core.middleware import request_id_of
from core.models import Token, User
from core.numbers import whole_of
from core.roles import Scope
from experiments import rules
from experiments.mlflow import door, errors
from projects.models import Project

Scoped = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

TRUSTED_S = 1.0
MAX_BODY = 1_100_000  # a batch has at most 1 MB; what is larger the ordinary door refuses

_ADDRESS = re.compile(r"(?:/p/(?P<key>[^/]+))?/api/[23]\.0/mlflow/(?P<tail>[a-z/-]+)")


@dataclass(frozen=True)
class LeanCall:
    """One call in its plain case: who, where, when, and its arguments."""

    project: Project
    by: User
    now: datetime
    data: Mapping[str, Any]
    size: int


Answer = dict[str, Any] | None


@dataclass(frozen=True)
class LeanRoute:
    """A call of the table of `door` that has a short way. The handler answers None when the case is not plain.

    A `long` call is given up, in the database too, when its caller goes away.
    """

    method: str
    path: str
    handler: Callable[[LeanCall], Awaitable[Answer]]
    scope: Scope = Scope.WRITE
    long: bool = False


@dataclass(frozen=True)
class Pass:
    """What the ordinary door found about a caller and a project."""

    token: Token
    project: Project
    may_log: bool
    until: float

    def opens(self, route: LeanRoute) -> bool:
        return route.scope == Scope.READ or (route.scope in self.token.scopes and self.may_log)


class LeanDoor:
    """The short way for these routes, and `otherwise` for everything else."""

    def __init__(self, routes: Iterable[LeanRoute], otherwise: Application) -> None:
        self.routes = {(route.method, route.path): route for route in routes}
        self._otherwise = otherwise

    async def __call__(self, scope: Scoped, receive: Receive, send: Send) -> None:
        match = _ADDRESS.fullmatch(scope["path"])
        route = self.routes.get((scope["method"], match["tail"])) if match else None
        if match is None or route is None:
            return await self._otherwise(scope, receive, send)
        headers = dict(scope["headers"])
        body = await _body(headers, receive)
        if body is None:
            return await self._otherwise(scope, receive, send)
        return await self._serve(_Request(scope, headers, body, match["key"] or "", route), receive, send)

    async def _serve(self, request: "_Request", receive: Receive, send: Send) -> None:
        request_id = request_id_of(request.headers.get(b"x-request-id", b"").decode("latin-1"))
        named = set_request_id(request_id)
        try:
            answer = await (_unless_gone(request, receive) if request.route.long else _answered(request))
        except (psycopg.OperationalError, OperationalError, InterfaceError) as error:
            refused = errors.unavailable(error, is_begun=True, is_read=request.route.scope == Scope.READ)
            retry = [(b"retry-after", errors.RETRY_AFTER_S.encode())] if "Retry-After" in refused else []
            return await _send(send, refused.status_code, refused.content, request_id, *retry)
        except asyncio.CancelledError:
            return None
        finally:
            reset_request_id(named)
        if answer is None:
            return await self._otherwise(request.scope, _again(request.body, receive), send)
        return await _send(send, 200, orjson.dumps(answer), request_id)


@dataclass(frozen=True)
class _Request:
    scope: Scoped
    headers: dict[bytes, bytes]
    body: bytes
    key: str
    route: LeanRoute


async def _answered(request: _Request) -> Answer:
    """The answer in the plain case, else None."""
    if not _is_host_allowed(request.headers.get(b"host", b"").decode("latin-1")):
        return None
    held = await _pass(request.headers.get(b"authorization", b"").decode("latin-1"), request.key)
    if held is None or not held.opens(request.route):
        return None
    try:
        call = LeanCall(held.project, held.token.user, datetime.now(UTC), _arguments(request), len(request.body))
        return await request.route.handler(call)
    except DomainError:
        return None  # the ordinary door meets it again, and says it


def _arguments(request: _Request) -> dict[str, Any]:
    if request.route.method == "GET":
        given = parse_qs(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        return door.single(given)
    content_type = request.headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    return door.read_json(request.body, content_type=content_type)


async def _unless_gone(request: _Request, receive: Receive) -> Answer:
    """Raises CancelledError, having cancelled the statement, when the caller goes away before the answer."""
    answering = asyncio.ensure_future(_answered(request))
    leaving = asyncio.ensure_future(receive())
    try:
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            answering.cancel()
        return await answering
    finally:
        leaving.cancel()


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
    """The whole body, or None, with nothing of it read, when it does not say its length or is long."""
    length = headers.get(b"content-length", b"0").decode("latin-1")
    if b"transfer-encoding" in headers or whole_of(length, most=MAX_BODY) is None:
        return None
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """What the ordinary door receives: the body that was read, then whatever comes."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> dict[str, Any]:
        return waiting.pop() if waiting else await receive()

    return receive_again


async def _send(send: Send, status: int, body: bytes, request_id: str, *more: tuple[bytes, bytes]) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-request-id", request_id.encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


# --- who is calling --------------------------------------------------------------------------------------------------

_passes: dict[tuple[str, str], "Pass | asyncio.Future[Pass | None]"] = {}
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="lean-door")


async def _pass(header: str, key: str) -> Pass | None:
    """What the ordinary door says of this caller and project: asked once by all who wait, trusted for a second."""
    known = _passes.get((header, key))
    if isinstance(known, Pass) and time.monotonic() < known.until:
        return known
    loop = asyncio.get_running_loop()
    if not isinstance(known, asyncio.Future) or known.get_loop() is not loop:
        known = loop.create_future()
        _passes[header, key] = known
        found = None
        try:
            found = await loop.run_in_executor(_threads, _ask, header, key)
        finally:
            _forget_old()
            _passes.pop((header, key), None)
            if found is not None:
                _passes[header, key] = found
            known.set_result(found)
        return found
    return await asyncio.shield(known)


def _ask(header: str, key: str) -> Pass | None:
    began = time.monotonic()
    try:
        token = authenticate_header(header)
        if token is None:
            return None
        project = door.project_of(token, key)
        may_log = rules.why_not_train(token.user, project.pk) is None
        left = (token.expires_at - datetime.now(UTC)).total_seconds()
        return Pass(token, project, may_log, began + min(TRUSTED_S, left))
    except DomainError:
        return None
    finally:
        connection.close()


def _forget_old() -> None:
    now = time.monotonic()
    for name in [name for name, one in _passes.items() if isinstance(one, Pass) and one.until < now]:
        del _passes[name]


@lru_cache(maxsize=64)
def _is_host_allowed(host: str) -> bool:
    request = HttpRequest()
    request.META = {"HTTP_HOST": host}
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True
