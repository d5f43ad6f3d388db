"""Are two records of the same work the same? Every point of every metric, within a tolerance."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

# How long something took differs from time to time, and says nothing about the result.
NOT_JUDGED = ("_seconds", "_ms")

Point = tuple[str, int, float]


@dataclass(frozen=True)
class Row:
    """One metric: its last value in each record, the largest difference over all steps, and whether that is within the
    tolerance. None of the last is a metric that is shown and not judged.
    """

    key: str
    first: float | None
    second: float | None
    points: int
    difference: float | None
    is_within: bool | None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Numbers that JSON has not are text."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def compare(first: Iterable[Point], second: Iterable[Point], *, relative: float, absolute: float) -> list[Row]:
    """One row a metric, by name. A point is (key, step, value); of several at a step the last one counts.

    Two values agree when |a - b| <= max(relative * max(|a|, |b|), absolute), as `math.isclose`; NaN agrees with NaN.
    """
    one, other = _courses(first), _courses(second)
    return [
        _row(key, one.get(key, {}), other.get(key, {}), relative=relative, absolute=absolute)
        for key in sorted(one.keys() | other.keys())
    ]


def _courses(points: Iterable[Point]) -> dict[str, dict[int, float]]:
    courses: dict[str, dict[int, float]] = {}
    for key, step, value in points:
        courses.setdefault(key, {})[step] = value
    return courses


def _row(key: str, one: dict[int, float], other: dict[int, float], *, relative: float, absolute: float) -> Row:
    last, last_other = one[max(one)] if one else None, other[max(other)] if other else None
    common = sorted(one.keys() & other.keys())
    worst = max((_distance(one[step], other[step]) for step in common), default=None)
    if key.endswith(NOT_JUDGED):
        return Row(key, last, last_other, len(common), worst, None, "a duration")
    if one.keys() != other.keys():
        only = len(one.keys() ^ other.keys())
        return Row(key, last, last_other, len(common), worst, False, f"{only} points are in one of the two alone")
    is_within = all(_agree(one[step], other[step], relative, absolute) for step in common)
    return Row(key, last, last_other, len(common), worst, is_within)


def _agree(a: float, b: float, relative: float, absolute: float) -> bool:
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return math.isclose(a, b, rel_tol=relative, abs_tol=absolute)


def _distance(a: float, b: float) -> float:
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0.0
    return math.inf if math.isnan(a) or math.isnan(b) else abs(a - b)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
