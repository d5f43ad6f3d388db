"""How long items take, and how much of that time somebody works on them.

Cycle time, work item age and throughput as in Vacanti, Actionable Agile Metrics for Predictability (2015), and the
Kanban Guide (2020); flow efficiency as in Modig and Ahlstrom, This is Lean (2012): active time over all time between
start and end. Percentiles interpolate linearly (Hyndman and Fan 1996, definition 7).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from core.arrays import np
from projects.delivery.changes import CLOSED, STARTED, History, Phase

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cycle:
    """From the first start to the last completion: what was reopened goes on with the clock it had."""

    item: int
    kind: str
    started_at: datetime
    completed_at: datetime

    @property
    def days(self) -> float:
        return (self.completed_at - self.started_at) / DAY


@dataclass(frozen=True)
class Times:
    """Days of one item between its first start and its completion, or until now."""

    active: float
    waiting: float
    blocked: float


@dataclass(frozen=True)
class Spread:
    """Half are at most `p50`, 85 of 100 at most `p85`."""

    count: int
    p50: float
    p85: float


@dataclass(frozen=True)
class Ageing:
    """Work in progress, and how many days it has been so."""

    item: int
    kind: str
    days: float
    blocked: str


def cycle(history: History) -> Cycle | None:
    """None unless it is done now, and was not when it came: what is taken in finished was never our work."""
    if history[-1].phase != Phase.DONE:
        return None
    started = next(one for one in history if one.phase in STARTED)
    entries = [now for was, now in pairwise(history) if now.phase == Phase.DONE != was.phase]
    if not entries:
        return None
    return Cycle(history[-1].item, history[-1].kind, started.at, entries[-1].at)


def times(history: History, *, until: datetime) -> Times:
    """How the time since the first start was spent; time that it lay done before it was reopened counts as waiting."""
    end = _end(history, until)
    spent = {"active": 0.0, "waiting": 0.0, "blocked": 0.0}
    is_started = False
    for number, change in enumerate(history):
        is_started = is_started or change.phase in STARTED
        begin = change.at
        stop = min(history[number + 1].at if number + 1 < len(history) else end, end)
        if is_started and stop > begin:
            spent[_kind_of_time(change.phase, change.blocked)] += (stop - begin) / DAY
    return Times(**spent)


def efficiency(spent: Iterable[Times]) -> float | None:
    """Active over active, waiting and blocked, of all of them together. None where no time was spent."""
    listed = list(spent)
    active = sum(one.active for one in listed)
    total = active + sum(one.waiting + one.blocked for one in listed)
    return active / total if total > 0 else None


def spread(values: Sequence[float]) -> Spread | None:
    """None of nothing."""
    if not values:
        return None
    p50, p85 = np.quantile(np.asarray(values, dtype=float), [0.5, 0.85])
    return Spread(len(values), float(p50), float(p85))


def cycles_by_kind(cycles: Iterable[Cycle]) -> dict[str, Spread]:
    """The spread of their days, the most frequent kind first."""
    days: dict[str, list[float]] = {}
    for one in cycles:
        days.setdefault(one.kind, []).append(one.days)
    found = {kind: spread(each) for kind, each in days.items()}
    ordered = sorted(found.items(), key=lambda pair: (-len(days[pair[0]]), pair[0]))
    return {kind: each for kind, each in ordered if each is not None}


def ages(listed: Iterable[History], *, now: datetime) -> list[Ageing]:
    """What is started and not closed, the oldest first."""
    found = []
    for history in listed:
        last = history[-1]
        started = next((one.at for one in history if one.phase in STARTED), None)
        if started is not None and last.phase not in CLOSED:
            found.append(Ageing(last.item, last.kind, max(0.0, (now - started) / DAY), last.blocked))
    return sorted(found, key=lambda one: (-one.days, one.item))


def blocked_by_cause(listed: Iterable[History], *, since: datetime, until: datetime) -> dict[str, float]:
    """Days that items were blocked in this time, by what blocked them, the worst first."""
    found: dict[str, float] = {}
    for history in listed:
        stops = [one.at for one in history[1:]] + [until]
        for change, stop in zip(history, stops, strict=True):
            spent = (min(stop, until) - max(change.at, since)) / DAY
            if change.blocked and change.phase not in CLOSED and spent > 0:
                found[change.blocked] = found.get(change.blocked, 0.0) + spent
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _end(history: History, until: datetime) -> datetime:
    if history[-1].phase not in CLOSED:
        return until
    entries = [now.at for was, now in pairwise(history) if now.phase in CLOSED and was.phase != now.phase]
    return min(entries[-1] if entries else history[0].at, until)


def _kind_of_time(phase: Phase, blocked: str) -> str:
    if blocked and phase not in CLOSED:
        return "blocked"
    return "active" if phase == Phase.ACTIVE else "waiting"
