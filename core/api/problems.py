"""Errors as `application/problem+json` (RFC 9457), with `code`, `errors: [{field, code, message}]`, `request_id`."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from core.errors import DomainError, FieldError
from core.logs import current_request_id

logger = logging.getLogger(__name__)

PROBLEM = "application/problem+json"


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: anticipated errors as problems, also a database that is away. Others stay bugs (500)."""
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
    if isinstance(exc, OperationalError | InterfaceError):
        logger.warning("the database did not answer: %s", exc)
        return problem(503, "unavailable", "The database does not answer at the moment. Try again.")
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
