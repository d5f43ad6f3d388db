"""Slices out of what was logged: `metric/column/value`, such as `recall/region/north`. Knows no Django.

`n/column/value` is how many rows a slice has, `metric_low/...` and `metric_high/...` are its 95 % interval. Anything
but a number counts as not logged.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import NormalDist

from projects.policy import Estimate, Slice

ROWS = "n"
MOST_SLICES = 200
REST = Slice("", f"the slices beyond the first {MOST_SLICES}", None, {})
"""Stands for those that were cut off: of no column and so of any, and nothing is known of it."""
LEVEL = 0.95


def logged_slices(metrics: Mapping[str, float]) -> tuple[Slice, ...]:
    """By column and value. Words with three parts only: `recall/night` names no column. Of more than 200, `REST` stands
    for what is left out."""
    parts: dict[tuple[str, str], dict[str, float]] = {}
    for key, value in sorted(metrics.items()):
        metric, column, part = (*key.split("/", 2), "", "")[:3]
        if metric and column and part and math.isfinite(value):
            parts.setdefault((column, part), {})[metric] = value
    found = [_slice(*named, values) for named, values in list(parts.items())[:MOST_SLICES]]
    return (*found, REST) if len(parts) > MOST_SLICES else tuple(found)


def joined(*some: Iterable[Slice]) -> tuple[Slice, ...]:
    """The slices of all, each once, with everything that was measured of it; the first to say something counts.

    Where there are too many it is the last to come that are left out, and `REST` stands for them: no number of logged
    slices hides a measured one.
    """
    given = [one for slices in some for one in slices]
    found: dict[str, Slice] = {}
    for one in (one for one in given if one != REST):
        known = found.get(one.name)
        found[one.name] = one if known is None else _both(known, one)
    kept = tuple(found[name] for name in sorted(list(found)[:MOST_SLICES]))
    return (*kept, REST) if len(found) > MOST_SLICES or REST in given else kept


def shown(slices: Sequence[Slice]) -> str:
    """How many there are, in words."""
    if not slices:
        return "unknown"
    return f"more than {MOST_SLICES} slices" if REST in slices else f"{len(slices)} slices"


def _both(first: Slice, second: Slice) -> Slice:
    rows = first.n if first.n is not None else second.n
    return Slice(first.by, first.value, rows, {**second.metrics, **first.metrics})


def _slice(column: str, part: str, values: dict[str, float]) -> Slice:
    bounds = {f"{name}_{side}" for name in values for side in ("low", "high")}
    names = [name for name in values if name != ROWS and name not in bounds]
    rows = values.get(ROWS)
    metrics = {name: Estimate(values[name], _error(values, name)) for name in names}
    return Slice(column, part, rows if rows is not None and rows >= 0 else None, metrics)


def _error(values: Mapping[str, float], name: str) -> float | None:
    """Half of the interval over the quantile of its level, as of a normal distribution."""
    low, high = values.get(f"{name}_low"), values.get(f"{name}_high")
    if low is None or high is None or high < low:
        return None
    return (high - low) / 2 / NormalDist().inv_cdf((1 + LEVEL) / 2)
