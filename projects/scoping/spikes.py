"""What a spike found: its zones are fixed before its first run, and the interval of its metric has to lie in one."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from projects.scoping.realism import DIMENSIONS
from projects.scoping.tornado import LABELS

Zone = Literal["proceed", "pivot", "kill"]

TESTED = {one.key: one.label for one in DIMENSIONS} | LABELS
"""What a spike may test: a dimension of the comparison, or an assumption of the tornado."""

LEVEL = 0.95
MOST_MORE = 1000
"""To ask for more runs than that is to say: stop."""


@dataclass(frozen=True)
class Zones:
    """Three zones of a metric: proceed from one value on, kill beyond another, pivot between them.

    Where higher is better, `kill_at` <= `proceed_at`, and a value of exactly `proceed_at` proceeds while one of exactly
    `kill_at` pivots; where lower is better it is the mirror image. Raises ValueError for zones in the wrong order.
    """

    proceed_at: float
    kill_at: float
    is_higher_better: bool = True

    def __post_init__(self) -> None:
        if not self._better(self.proceed_at, self.kill_at):
            order = "below" if self.is_higher_better else "above"
            raise ValueError(f"the kill zone lies {order} the proceed zone: {self.kill_at:g} and {self.proceed_at:g}")

    def of(self, value: float) -> Zone:
        """The zone that a value lies in."""
        if self._better(value, self.proceed_at):
            return "proceed"
        return "pivot" if self._better(value, self.kill_at) else "kill"

    def _better(self, one: float, other: float) -> bool:
        return one >= other if self.is_higher_better else one <= other


@dataclass(frozen=True)
class Sample:
    """What one run found. `low` and `high` are the ends of its own interval of the metric, where it logged one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Reading:
    """What the runs so far say: the zone that the whole interval lies in, or None. `more`: how many further runs would
    probably put it into one; None where no reasonable number would."""

    runs: int
    low: float | None
    mean: float | None
    high: float | None
    zone: Zone | None
    more: int | None

    @property
    def sentence(self) -> str:
        if self.zone is not None:
            return f"The interval lies in the {self.zone} zone."
        if self.more is None:
            return "Inconclusive: no reasonable number of further runs would decide it. Stop."
        plural = "" if self.more == 1 else "s"
        return f"Inconclusive: {self.more} more run{plural}, or stop."


def tested(key: str) -> str | None:
    """The label of what a spike tests; None if there is no such thing."""
    return TESTED.get(key)


def read(samples: Sequence[Sample], zones: Zones, *, least: int = 1) -> Reading:
    """Where the interval of the metric lies. Fewer than `least` runs say nothing, so that nobody stops when it pleases.

    Of several runs it is Student's interval of their mean (Student 1908); of a single one its own, if it logged one.
    Runs with exactly the same value are one: the same seed again is no evidence.
    """
    samples = list({one.value: one for one in samples}.values())
    if not samples:
        return Reading(0, None, None, None, None, max(1, least))
    values = [one.value for one in samples]
    mean = statistics.fmean(values)
    low, high = _interval(samples)
    missing = least - len(samples)
    if missing > 0 or low is None or high is None:
        return Reading(len(samples), low, mean, high, None, max(missing, 1))
    zone = zones.of(low) if zones.of(low) == zones.of(high) else None
    return Reading(len(samples), low, mean, high, zone, 0 if zone else _more(values, zones))


def _interval(samples: Sequence[Sample]) -> tuple[float | None, float | None]:
    if len(samples) == 1:
        return samples[0].low, samples[0].high
    low, _, high = interval_of_mean([one.value for one in samples])
    return low, high


def interval_of_mean(values: Sequence[float]) -> tuple[float, float, float]:
    """Low, mean and high: Student's interval of the mean of at least two values."""
    mean, half = statistics.fmean(values), _half_width(len(values), statistics.stdev(values))
    return mean - half, mean, mean + half


def _half_width(count: int, spread: float) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415 (only who reads an interval pays for it)

    return float(stdtrit(count - 1, 0.5 + LEVEL / 2)) * spread / math.sqrt(count)


def _more(values: Sequence[float], zones: Zones) -> int | None:
    """The least number of further runs with which an interval of this mean and spread would fit into one zone."""
    if len(values) < 2:
        return 1
    mean, spread = statistics.fmean(values), statistics.stdev(values)
    room = min(abs(mean - zones.proceed_at), abs(mean - zones.kill_at))
    for count in range(len(values) + 1, len(values) + MOST_MORE + 1):
        if _half_width(count, spread) < room:
            return count - len(values)
    return None
