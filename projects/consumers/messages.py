"""What a page says over its socket.

`{"editing": PLACE}` tells the others which field it edits, `{"editing": null}` that it no longer does. `{"ask": NUMBER,
"of": [ADDRESS, ...]}` is answered with `{"ask": NUMBER, "parts": {ADDRESS: HTML}}`, one after the other.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from core.views.parts import MOST

LONGEST_PLACE = 100


@dataclass(frozen=True)
class Editing:
    """Where the page edits; empty for nowhere."""

    place: str


@dataclass(frozen=True)
class Ask:
    """What the page wants again of itself."""

    number: int
    of: list[str]


def read(text: str | None) -> Editing | Ask | None:
    """None when it is neither."""
    try:
        said = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(said, dict):
        return None
    if set(said) == {"editing"}:
        return _editing("" if said["editing"] is None else said["editing"])
    return _ask(said["ask"], said["of"]) if set(said) == {"ask", "of"} else None


def _editing(place: Any) -> Editing | None:
    return Editing(place) if isinstance(place, str) and len(place) <= LONGEST_PLACE else None


def _ask(number: Any, of: Any) -> Ask | None:
    is_list = isinstance(of, list) and len(of) <= MOST and all(isinstance(one, str) for one in of)
    return Ask(number, of) if isinstance(number, int) and is_list else None
