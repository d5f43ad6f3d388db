"""What facts can be: six types, and None for what nobody knows yet."""

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
    SLICES = "list of slices"

    def __str__(self) -> str:
        return f"an {self.value}" if self is Type.ESTIMATE else f"a {self.value}"


@dataclass(frozen=True)
class Estimate:
    """A measured number and its standard error, 0 or more; None where no interval was measured with it."""

    value: float
    error: float | None


@dataclass(frozen=True)
class Slice:
    """A part of the data, the rows whose column `by` is `value`, and what was measured of it. `n` is how many rows it
    has; None where nobody said."""

    by: str
    value: str
    n: float | None
    metrics: Mapping[str, Estimate]

    @property
    def name(self) -> str:
        return f"{self.by}={self.value}" if self.by else self.value


Value = bool | float | str | frozenset[str] | Estimate | tuple[Slice, ...] | None
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
    if kind is Type.SLICES:
        return isinstance(value, tuple) and all(_is_slice(one) for one in value)
    return _is_estimate(value)


def _is_estimate(value: object) -> bool:
    if not isinstance(value, Estimate) or not _is_number(value.value):
        return False
    return value.error is None or (_is_number(value.error) and value.error >= 0)


def _is_slice(value: object) -> bool:
    if not isinstance(value, Slice) or not isinstance(value.by, str) or not isinstance(value.value, str):
        return False
    is_counted = value.n is None or (_is_number(value.n) and value.n >= 0)
    return is_counted and all(isinstance(name, str) and _is_estimate(one) for name, one in value.metrics.items())


def _is_number(value: object) -> bool:
    """A finite number, and a whole one only as far as floats count by ones."""
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) <= 2**53
    return isinstance(value, float) and math.isfinite(value)


def to_json(value: Value) -> object:
    """As it is kept with an evaluation."""
    if isinstance(value, Estimate):
        return {"value": value.value, "error": value.error}
    if isinstance(value, tuple):
        return [_slice_to_json(one) for one in value]
    return sorted(value) if isinstance(value, frozenset) else value


def from_json(kept: object, kind: Type) -> Value:
    """The value that was kept; None for what is not of the type, as when a fact changed its type since."""
    value = kept
    if kind is Type.TEXTS and isinstance(kept, list):
        value = frozenset(one for one in kept if isinstance(one, str))
    if kind is Type.ESTIMATE and isinstance(kept, dict) and set(kept) == {"value", "error"}:
        value = Estimate(**kept) if all(is_of(one, Type.NUMBER) for one in kept.values()) else None
    if kind is Type.SLICES and isinstance(kept, list):
        value = tuple(_slice_from_json(one) for one in kept)
    return value if is_of(value, kind) else None  # type: ignore[return-value]  # is_of has just narrowed it


def _slice_to_json(one: Slice) -> dict[str, object]:
    metrics = {name: to_json(estimate) for name, estimate in sorted(one.metrics.items())}
    return {"by": one.by, "value": one.value, "n": one.n, "metrics": metrics}


def _slice_from_json(kept: object) -> object:
    """The slice, or something that is none."""
    if not isinstance(kept, dict) or not isinstance(kept.get("metrics"), dict):
        return None
    metrics = {name: from_json(one, Type.ESTIMATE) for name, one in kept["metrics"].items()}
    return Slice(kept.get("by"), kept.get("value"), kept.get("n"), metrics)  # type: ignore[arg-type]  # is_of looks
