"""A sprint's burn-up: what is done against what was agreed, day by day, with each change of scope as a mark.

An item counts with its points; without an estimate it counts as one. What is dropped leaves the agreed scope.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from projects.delivery.changes import Change, History, Phase, at_seq

SATURDAY = 5


@dataclass(frozen=True)
class Mark:
    """What changed the scope on a day: added, removed, dropped, taken up again, or estimated anew."""

    day: date
    item: int
    what: str
    points: int
    """By how much the scope grew, or shrank."""


@dataclass(frozen=True)
class BurnUp:
    """`days` and `target` run to the end of the sprint, `done` and `scope` to today."""

    days: list[date]
    done: list[int]
    scope: list[int]
    target: list[float]
    marks: list[Mark] = field(default_factory=list)


def burn_up(
    known: Mapping[int, History],
    *,
    sprint: int,
    start: date,
    end: date,
    today: date,
    started: date | None = None,
    start_seq: int = 0,
    end_seq: int | None = None,
) -> BurnUp:
    """Points done and points agreed at the end of each day. The first is `start`, or the day on which the sprint was
    started where that is earlier: from then on its scope is agreed. What happened after the last day counts on it, and
    what came before the first day is there on it. Nothing after `end_seq` counts: what is carried over was agreed here.
    """
    start = min(start, started or start)
    kept = {item: _until(history, end_seq) for item, history in known.items()}
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    shown = [day for day in days if day <= today]
    last = min(end, today)
    done, scope = [], []
    for day in shown:
        now = [_at_end_of(history, day, is_last=day == last) for history in kept.values()]
        inside = [one for one in now if one and one.sprint == sprint and one.phase != Phase.DROPPED]
        done.append(sum(one.weight for one in inside if one.phase == Phase.DONE))
        scope.append(sum(one.weight for one in inside))
    target = pace(days, scope[-1] if scope else 0)
    return BurnUp(days, done, scope, target, _marks(kept, sprint, start_seq, start, end))


def pace(days: list[date], total: float) -> list[float]:
    """The even pace that reaches `total` on the last day: it rises on working days and is flat on weekends.

    In a sprint of weekend days alone it rises every day.
    """
    works = [day.weekday() < SATURDAY for day in days]
    if not any(works):
        works = [True] * len(days)
    found, passed = [], 0
    for is_work in works:
        passed += is_work
        found.append(total * passed / sum(works))
    return found


def _until(history: History, end_seq: int | None) -> list[Change]:
    return [one for one in history if end_seq is None or one.seq <= end_seq]


def _at_end_of(history: list[Change], day: date, *, is_last: bool) -> Change | None:
    found = None
    for change in history:
        if change.at.date() > day and not is_last:
            break
        found = change
    return found


def _marks(kept: Mapping[int, list[Change]], sprint: int, start_seq: int, start: date, end: date) -> list[Mark]:
    found = []
    for item, history in kept.items():
        was = at_seq(tuple(history), start_seq)
        for change in history:
            if change.seq <= start_seq:
                continue
            before, after = _agreed(was, sprint), _agreed(change, sprint)
            if before != after:
                day = min(max(change.at.date(), start), end)
                found.append((change.seq, Mark(day, item, _what(was, change, sprint), (after or 0) - (before or 0))))
            was = change
    return [mark for _, mark in sorted(found, key=lambda pair: pair[0])]


def _agreed(one: Change | None, sprint: int) -> int | None:
    """Its weight in the agreed scope; None outside of it."""
    return one.weight if one and one.sprint == sprint and one.phase != Phase.DROPPED else None


def _what(was: Change | None, now: Change, sprint: int) -> str:
    was_in, is_in = bool(was and was.sprint == sprint), now.sprint == sprint
    if was_in and is_in:
        was_dropped, is_dropped = was is not None and was.phase == Phase.DROPPED, now.phase == Phase.DROPPED
        if was_dropped != is_dropped:
            return "dropped" if is_dropped else "taken up again"
        return "estimated anew"
    return "added" if is_in else "removed"
