"""Pages of results: MLflow's page token is base64 of `{"offset": n}`."""

import base64
import binascii
from typing import Any, TypeVar

import orjson
from django.db.models import Model, QuerySet

from core.errors import Invalid
from experiments.mlflow.wire import INT64

M = TypeVar("M", bound=Model)


def page(found: QuerySet[M], *, size: int, token: str) -> tuple[list[M], str]:
    """One page, and the token of the next; an empty token when there is none. Raises Invalid."""
    start = offset_of(token)
    rows = list(found[start : start + size + 1])
    return rows[:size], token_for(start + size) if len(rows) > size else ""


def token_after(point: tuple[int, int, float]) -> str:
    """The token of a history's next page: where it goes on, so that a deep page costs what the first does."""
    step, timestamp, value = point
    return base64.b64encode(orjson.dumps({"after": [step, timestamp, repr(value)]})).decode()


def point_of(token: str) -> tuple[int, int, float] | None:
    """The point after which a history's page begins. Raises Invalid for a token that was not given here."""
    if not token:
        return None
    try:
        step, timestamp, value = orjson.loads(base64.b64decode(token, validate=True))["after"]
        point = int(step), int(timestamp), float(value)
    except (binascii.Error, ValueError, TypeError, KeyError):
        raise Invalid("Invalid page token, could not base64-decode", field="page_token") from None
    if not (-INT64 <= point[0] < INT64 and 0 <= point[1] < INT64):
        raise Invalid("Invalid page token: it names no point.", field="page_token")
    return point


def token_for(offset: int) -> str:
    return base64.b64encode(orjson.dumps({"offset": offset})).decode()


def offset_of(token: str) -> int:
    """Where the page begins. Raises Invalid for a token that was not given here."""
    if not token:
        return 0
    try:
        decoded: Any = orjson.loads(base64.b64decode(token, validate=True))
        offset = int(decoded["offset"])
    except (binascii.Error, ValueError, TypeError, KeyError):
        raise Invalid("Invalid page token, could not base64-decode", field="page_token") from None
    if not 0 <= offset < INT64 // 2:
        raise Invalid(f"Invalid page token: its offset is {offset}.", field="page_token")
    return offset
