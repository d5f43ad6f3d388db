"""What facts can be: five types, and None for what nobody knows yet."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Type(Enum):
    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    TEXTS = "list of texts"
    ESTIMATE = "estimate"

    def __str__(self) -> str:
        return f"an {self.value}" if self is Type.ESTIMATE else f"a {self.value}"


@dataclass(frozen=True)
class Estimate:
    """A measured number and its standard error, 0 or more."""

    value: float
    error: float


Value = bool | float | str | frozenset[str] | Estimate | None
Facts = Mapping[str, Value]
Catalogue = Mapping[str, Type]
"""The facts that there are: a dotted name and a type each."""


def is_of(value: object, kind: Type) -> bool:
    """Whether this is a value of the type; None is one of every type."""
    if value is None:
        return True
    if kind is Type.BOOLEAN:
        return isinstance(value, bool)
    if kind is Type.NUMBER:
        return _is_number(value)
    if kind is Type.TEXT:
        return isinstance(value, str)
    if kind is Type.TEXTS:
        return isinstance(value, frozenset) and all(isinstance(one, str) for one in value)
    return isinstance(value, Estimate) and _is_number(value.value) and _is_number(value.error) and value.error >= 0


def _is_number(value: object) -> bool:
    """A finite number, and a whole one only as far as floats count by ones."""
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) <= 2**53
    return isinstance(value, float) and math.isfinite(value)


def to_json(value: Value) -> object:
    """As it is kept with an evaluation."""
    if isinstance(value, Estimate):
        return {"value": value.value, "error": value.error}
    return sorted(value) if isinstance(value, frozenset) else value


def from_json(kept: object, kind: Type) -> Value:
    """The value that was kept; None for what is not of the type, as when a fact changed its type since."""
    value = kept
    if kind is Type.TEXTS and isinstance(kept, list):
        value = frozenset(one for one in kept if isinstance(one, str))
    if kind is Type.ESTIMATE and isinstance(kept, dict) and set(kept) == {"value", "error"}:
        value = Estimate(**kept) if all(is_of(one, Type.NUMBER) for one in kept.values()) else None
    return value if is_of(value, kind) else None  # type: ignore[return-value]  # is_of has just narrowed it
