"""What happens around every request: an id for it, and refusals shown as sentences."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import DomainError
from core.logs import reset_request_id, set_request_id

_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

Respond = Callable[[HttpRequest], HttpResponse]


def request_id_of(given: str) -> str:
    """The caller's id for the request if it is harmless, else a new one."""
    return given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex


class RequestIdMiddleware:
    """Take the caller's X-Request-ID if it is harmless, else make one; events and problems carry it."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_of(request.headers.get("X-Request-ID", ""))
        token = set_request_id(request_id)
        try:
            response = self.get_response(request)
        finally:
            reset_request_id(token)
        response["X-Request-ID"] = request_id
        return response


class DomainErrorMiddleware:
    """A refusal raised in a page's view: a toast for a fragment, a page with the sentence for a visit."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        if not isinstance(exc, DomainError):
            return None
        is_fragment = bool(getattr(request, "htmx", False))
        template = "ui/toast_error.html" if is_fragment else "ui/refused.html"
        context = {"error": exc, "title": exc.title, "texts": [] if is_fragment else _written(request)}
        response = render(request, template, context, status=exc.status)
        if is_fragment:
            response["HX-Reswap"], response["HX-Retarget"] = "beforeend", "#toasts"
        return response


def _written(request: HttpRequest) -> list[tuple[str, str]]:
    """The texts that were sent, by the names of their fields: what somebody took time to write is not lost."""
    if request.method != "POST" or "form" not in (request.content_type or ""):
        return []
    sent = [(name, str(text)) for name, text in request.POST.items() if "password" not in name]
    return [(name.replace("_", " ").capitalize(), text) for name, text in sent if len(text.split()) > 1]
