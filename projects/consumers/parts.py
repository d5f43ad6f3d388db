"""Fragments that an open page asks for over its socket: the same as over HTTP, for whom the socket knows already."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from typing import Any

from channels.db import database_sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from core.models import User
from core.shared import ReadTogether, WhileHeld
from core.views import parts
from projects import queries

# Few, so that whoever asks first is answered first: fifty that are answered side by side are all answered last.
_in_turn = partial(database_sync_to_async, thread_sensitive=False, executor=ThreadPoolExecutor(4, "parts"))
_tokens = CsrfViewMiddleware(lambda request: HttpResponse())


class Parts:
    """Of one project, for its open pages in this process. Hold on to the object for as long as the socket is open."""

    def __init__(self, stream_id: int) -> None:
        self._team = ReadTogether(partial(_in_turn(queries.team), stream_id))

    async def answered(self, scope: dict[str, Any], user: User, addresses: list[str]) -> dict[str, str]:
        """HTML by address, as `core.views.parts.answered`. Raises what that raises."""
        return await _answered(scope, user, await self._team.get(), addresses)


parts_of = WhileHeld(Parts)
"""Those that this process's sockets of a project share."""


@_in_turn
def _answered(scope: dict[str, Any], user: User, team: queries.Team, addresses: list[str]) -> dict[str, str]:
    request: Any = _request(scope, user)
    if team.lets_in(user):
        request.project, request.role = team.project, team.roles.get(user.pk)
    return parts.answered(request, addresses)


def _request(scope: dict[str, Any], user: User) -> HttpRequest:
    """What the page would ask over HTTP, with the cookies with which it opened its socket."""
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    request = ASGIRequest(scope | {"type": "http", "method": "GET", "scheme": scheme, "query_string": b""}, BytesIO())
    request.META["HTTP_HX_REQUEST"] = "true"
    request.user, request.session = user, scope["session"]
    _tokens.process_request(request)  # a form of the fragment has the token that the page's cookie holds
    return request
