"""Pages of results: MLflow's page token is base64 of `{"offset": n}`."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
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
    return place_of(token).offset


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after so many rows. Where rows are ordered by a value that an index holds, also from which
    value on, and after how many rows of that value: then a deep page costs what the first does.
    """

    offset: int = 0
    lead: str | None = None
    ties: int = 0

    def after(self, leads: Sequence[str]) -> "Place":
        """Where the next page begins, when this one's rows have these values."""
        last = leads[-1]
        ties = len(leads) - next((at for at, one in enumerate(leads) if one == last), 0)
        is_one_value = ties == len(leads) and last == self.lead
        return Place(self.offset + len(leads), last, ties + (self.ties if is_one_value else 0))


def token_of(place: Place) -> str:
    return base64.b64encode(orjson.dumps({"offset": place.offset, "lead": place.lead, "ties": place.ties})).decode()


def place_of(token: str) -> Place:
    """Raises Invalid for a token that was not given here."""
    if not token:
        return Place()
    try:
        decoded: Any = orjson.loads(base64.b64decode(token, validate=True))
        offset, ties, lead = int(decoded["offset"]), int(decoded.get("ties", 0)), decoded.get("lead")
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError):
        raise Invalid("Invalid page token, could not base64-decode", field="page_token") from None
    for name, count in (("offset", offset), ("ties", ties)):
        if not 0 <= count < INT64 // 2:
            raise Invalid(f"Invalid page token: its {name} is {count}.", field="page_token")
    return Place(offset, str(lead) if lead is not None else None, ties)
