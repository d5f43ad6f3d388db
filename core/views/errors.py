"""Pages for what Django itself refuses."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from core.errors import DomainError, NotFound
from core.logs import current_request_id

CATCH_ALL_SENTENCE = "There is no such page, or you may not see it."


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _problem(404, "not_found", "There is no such address.")
    return render(request, "ui/refused.html", {"error": NotFound(CATCH_ALL_SENTENCE), "title": "Not found"}, status=404)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    error = DomainError("You may not do this.")
    return render(request, "ui/refused.html", {"error": error, "title": "You may not do this"}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(400, "bad_request", "The request cannot be understood.")


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug. Says so, with the id under which it is in the log; touches neither database nor templates."""
    return _problem(500, "bug", "Something went wrong here. It is in the log under the request id.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    error = DomainError("This form was open for too long, or came from another site. Load the page again.")
    return render(request, "ui/refused.html", {"error": error, "title": "Load the page again"}, status=403)


def _problem(status: int, code: str, detail: str) -> JsonResponse:
    body = {"type": "about:blank", "title": detail, "status": status, "detail": detail, "code": code, "errors": []}
    body["request_id"] = current_request_id()
    return JsonResponse(body, status=status, content_type="application/problem+json")
