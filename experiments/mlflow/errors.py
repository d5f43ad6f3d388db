"""Refusals in MLflow's envelope: `{"error_code", "message"}`.

MLflow's client tries 408, 429 and most 5xx again for minutes, so a refusal is never one of these.
"""

import orjson
from django.http import HttpResponse

from core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound, PreconditionFailed, TooLarge

JSON = "application/json"

# Codes of ours that MLflow's clients know as "it is there already", which is part of register_model's normal way.
_TAKEN = {"taken", "name_taken", "already_exists"}
# What MLflow's server calls an invalid parameter: writing to what is put aside.
_INVALID = {"deleted"}

_CODES: list[tuple[type[DomainError], str, int]] = [
    (Invalid, "INVALID_PARAMETER_VALUE", 400),
    (NotAllowed, "PERMISSION_DENIED", 403),
    (NotFound, "RESOURCE_DOES_NOT_EXIST", 404),
    (Conflict, "RESOURCE_CONFLICT", 409),
    (PreconditionFailed, "RESOURCE_CONFLICT", 409),
    (TooLarge, "INVALID_PARAMETER_VALUE", 413),
]


class Unauthenticated(DomainError):
    """Nobody known is calling."""

    status = 401


class UnknownEndpoint(DomainError):
    """A call of the protocol, or of none, that is not served."""

    status = 404


class NotServed(DomainError):
    """A call of the protocol that a client can do without: it falls back."""

    status = 501


_CODES += [
    (Unauthenticated, "UNAUTHENTICATED", 401),
    (UnknownEndpoint, "ENDPOINT_NOT_FOUND", 404),
    (NotServed, "NOT_IMPLEMENTED", 501),
]


def refusal(error: DomainError) -> HttpResponse:
    """The answer that MLflow's client turns into an MlflowException with this code and message."""
    code, status = _code_of(error)
    response = envelope(code=code, message=error.message, status=status)
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="throughline"'
    return response


def envelope(*, code: str, message: str, status: int) -> HttpResponse:
    body = orjson.dumps({"error_code": code, "message": message})
    return HttpResponse(body, status=status, content_type=JSON)


def _code_of(error: DomainError) -> tuple[str, int]:
    if error.code in _TAKEN:
        return "RESOURCE_ALREADY_EXISTS", 400
    if error.code in _INVALID:
        return "INVALID_PARAMETER_VALUE", 400
    for kind, code, status in _CODES:
        if isinstance(error, kind):
            return code, status
    return "INTERNAL_ERROR", error.status
