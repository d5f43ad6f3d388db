"""Refusals in MLflow's envelope: `{"error_code", "message"}`.

MLflow's client tries 408, 429 and most 5xx again for minutes, so a refusal is none of these but where that may help.
"""

import orjson
from django.http import HttpResponse
from psycopg.errors import (
    DeadlockDetected,
    InsufficientResources,
    LockNotAvailable,
    QueryCanceled,
    SerializationFailure,
)
from psycopg_pool import PoolTimeout

from core.errors import (
    Conflict,
    DomainError,
    Invalid,
    LedgerClosed,
    NotAllowed,
    NotFound,
    PreconditionFailed,
    TooLarge,
)

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
    (LedgerClosed, "TEMPORARILY_UNAVAILABLE", 503),
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
    if status == 503:
        response["Retry-After"] = RETRY_AFTER_S
    if status == 501:
        # Django logs every 5xx as an error of the server; a call that clients do without is none.
        response._has_been_logged = True  # type: ignore[attr-defined]
    return response


# Of these PostgreSQL says that nothing was done: too busy, and worth another try.
_BUSY = (LockNotAvailable, DeadlockDetected, SerializationFailure, InsufficientResources, PoolTimeout)
RETRY_AFTER_S = "2"


def unavailable(error: BaseException, *, is_begun: bool, is_read: bool) -> HttpResponse:
    """The answer when the database does not do what it was asked.

    MLflow's client tries calls that create again on 429 and on no other answer, so 429 is said where nothing can have
    been done, and 503 where the connection was lost in the middle and nobody knows.
    """
    cause = error.__cause__ or error
    if is_read and isinstance(cause, QueryCanceled):
        message = "This took too long: ask for less, for instance for one experiment or by a narrower filter."
        return envelope(code="INVALID_PARAMETER_VALUE", message=message, status=400)
    if not is_begun or isinstance(cause, (*_BUSY, QueryCanceled)):
        response = envelope(code="REQUEST_LIMIT_EXCEEDED", message="The server is busy. Try again.", status=429)
    else:
        message = "The database went away in the middle of this call. Look whether it was done, then try again."
        response = envelope(code="TEMPORARILY_UNAVAILABLE", message=message, status=503)
    response["Retry-After"] = RETRY_AFTER_S
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
