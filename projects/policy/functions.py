"""The closed list of functions. Each is total: it answers None where it has no answer, and raises never."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

from projects.policy.values import Estimate, Type, Value

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Function:
    """`takes` are the types of its arguments; the last may be repeated if `is_open`. Where an argument is unknown, the
    answer is."""

    takes: tuple[Type, ...]
    gives: Type
    answer: Callable[..., Value]
    doc: str
    is_open: bool = False


def _bound(estimate: Estimate, level: float, side: int) -> float | None:
    """A bound of the two-sided interval: value -+ z(level) x standard error, as of a normal distribution."""
    if not 0 < level < 1 or estimate.error is None:
        return None
    return finite(estimate.value + side * _NORMAL.inv_cdf((1 + level) / 2) * estimate.error)


def finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _count(texts: frozenset[str]) -> float:
    return float(len(texts))


def _covers(texts: frozenset[str], *wanted: str) -> bool:
    return texts.issuperset(wanted)


def _one_of(text: str, *allowed: str) -> bool:
    return text in allowed


_T = Type

FUNCTIONS: dict[str, Function] = {
    "ci_low": Function(
        (_T.ESTIMATE, _T.NUMBER), _T.NUMBER, lambda e, p: _bound(e, p, -1), "Lower bound of the interval at a level."
    ),
    "ci_high": Function(
        (_T.ESTIMATE, _T.NUMBER), _T.NUMBER, lambda e, p: _bound(e, p, 1), "Upper bound of the interval at a level."
    ),
    "estimate": Function((_T.ESTIMATE,), _T.NUMBER, lambda e: e.value, "The value of an estimate itself."),
    "count": Function((_T.TEXTS,), _T.NUMBER, _count, "How many texts are in the list."),
    "covers": Function((_T.TEXTS, _T.TEXT), _T.BOOLEAN, _covers, "Whether all of these are in the list.", is_open=True),
    "one_of": Function((_T.TEXT, _T.TEXT), _T.BOOLEAN, _one_of, "Whether the text is one of these.", is_open=True),
    "min": Function((_T.NUMBER, _T.NUMBER), _T.NUMBER, min, "The smallest.", is_open=True),
    "max": Function((_T.NUMBER, _T.NUMBER), _T.NUMBER, max, "The largest.", is_open=True),
    "abs": Function((_T.NUMBER,), _T.NUMBER, abs, "Without its sign."),
}

OF_ANY = {
    "known": "Whether the fact is known: true or false, never unknown.",
    "if_unknown": "The first, or where it is unknown, the second, of the same type.",
}
"""Two more take a value of any type; `checking` and `evaluation` know them by name."""

INTERVALS = frozenset({"ci_low", "ci_high"})
USUAL_LEVEL = 0.95
"""The level of an interval for which none is named: `ci_high(recall_gap)`."""

OF_THE_METRIC = frozenset({"ci_low", "ci_high", "estimate"})
"""Where a check names a metric, these leave it out: `ci_low(0.95)`."""
