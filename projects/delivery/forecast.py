"""When it will be done: dates with their odds, never one date.

The forecast resamples what the team finished in each of its last weeks (a bootstrap: Efron 1979; for delivery dates,
Magennis, Forecasting and Simulating Software Development Projects, 2011). The seed is fixed, so that the same past
gives the same dates. Velocity is a range for the same reason: P20 to P80 of the last six sprints.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.arrays import Array, np

SEED = 20_260_101
TRIALS = 4_000
ENOUGH_WEEKS, MOST_WEEKS = 8, 12
HORIZON_WEEKS = 260
SPRINTS = 6


@dataclass(frozen=True)
class Forecast:
    """Half of the trials are done by `p50`, 85 of 100 by `p85`; None lies beyond five years."""

    remaining: int
    weeks: int
    p50: date | None
    p85: date | None

    @property
    def is_thin(self) -> bool:
        """Whether it rests on fewer weeks than one should go by."""
        return self.weeks < ENOUGH_WEEKS


@dataclass(frozen=True)
class Velocity:
    """Points a sprint: `low` is P20, `high` is P80."""

    sprints: int
    low: float
    middle: float
    high: float


def throughput(completed: Iterable[date], *, today: date, since: date) -> list[int]:
    """Items finished in each of the last weeks, oldest first: at most twelve, and none that began before `since`.

    A week ends with today, so that the last days count. In the first week of a project there is one all the same.
    """
    weeks = max(1, min(MOST_WEEKS, (today - since).days // 7))
    counts = [0] * weeks
    for day in completed:
        back = (today - day).days // 7
        if 0 <= back < weeks:
            counts[weeks - 1 - back] += 1
    return counts


def velocity(points: Sequence[float]) -> Velocity | None:
    """Of the last six of these sprints, oldest first; None of none."""
    last = np.asarray(points[-SPRINTS:], dtype=float)
    if not last.size:
        return None
    low, middle, high = (float(one) for one in np.quantile(last, [0.2, 0.5, 0.8]))
    return Velocity(int(last.size), low, middle, high)


def forecast(weeks: Sequence[int], *, remaining: int, today: date, seed: int = SEED) -> Forecast | None:
    """When `remaining` items are done, if weeks go on as these did. None if nothing was finished in any of them."""
    if remaining <= 0:
        return Forecast(0, len(weeks), today, today)
    if not any(weeks):
        return None
    rng = np.random.default_rng(seed)
    drawn = rng.choice(np.asarray(weeks, dtype=float), size=(TRIALS, _horizon(weeks, remaining)))
    p50, p85 = (_date(_quantile(drawn, remaining, share), today) for share in (0.5, 0.85))
    return Forecast(remaining, len(weeks), p50, p85)


def _horizon(weeks: Sequence[int], remaining: int) -> int:
    """Far enough for nearly every trial, and never beyond five years."""
    mean = sum(weeks) / len(weeks)
    return max(1, min(HORIZON_WEEKS, math.ceil(4 * remaining / mean) + 12))


def _quantile(drawn: Array, remaining: int, share: float) -> float:
    """Weeks until that share of the trials is done; within its last week a trial goes on evenly."""
    total = np.cumsum(drawn, axis=1)
    is_done = total >= remaining
    last = np.argmax(is_done, axis=1)
    rows = np.arange(len(drawn))
    before = total[rows, last] - drawn[rows, last]
    within = (remaining - before) / np.where(drawn[rows, last] > 0, drawn[rows, last], 1.0)
    taken = np.where(is_done[:, -1], last + within, np.inf)
    return float(np.quantile(taken, share, method="higher"))


def _date(weeks: float, today: date) -> date | None:
    if not math.isfinite(weeks) or weeks > HORIZON_WEEKS:
        return None
    return today + timedelta(days=math.ceil(7 * weeks))
