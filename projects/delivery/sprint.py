"""What was agreed in a sprint and what became of it, replayed from the log.

Predictability is completed of committed, with the interval of Wilson (1927), which is honest for the few items of a
sprint (Brown, Cai and DasGupta 2001). Scope churn is added and removed over committed (Kan, Metrics and Models in
Software Quality Engineering, 2002).
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from projects.delivery.changes import History, Phase, at_seq

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """An item whose points changed while it was in the sprint."""

    item: int
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Account:
    """Numbers of items, sorted; points of those that were committed and completed."""

    committed: list[int] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    completed: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    re_estimated: list[Estimate] = field(default_factory=list)
    points_committed: int = 0
    points_completed: int = 0

    @property
    def kept(self) -> int:
        """Of what was committed, how much was completed."""
        return len(set(self.committed) & set(self.completed))


def account(
    known: Mapping[int, History], *, sprint: int, committed: Collection[int], start_seq: int, end_seq: int
) -> Account:
    """Between the event that started the sprint and `end_seq`, the last event before it closed (or the last there is).

    What came in and went out again is both added and removed. Cancelled items are dropped, not completed.
    """
    last = {item: at_seq(history, end_seq) for item, history in known.items()}
    inside = {item: one for item, one in last.items() if one is not None and one.sprint == sprint}
    came = {item for item, history in known.items() if _came(history, sprint, start_seq, end_seq)}
    done = sorted(item for item, one in inside.items() if one.phase == Phase.DONE)
    ends = (Phase.DONE, Phase.DROPPED)
    starts = {item: at_seq(known[item], start_seq) for item in committed if item in known}
    return Account(
        committed=sorted(committed),
        added=sorted(came - set(committed)),
        removed=sorted((came | set(committed)) - inside.keys()),
        dropped=sorted(item for item, one in inside.items() if one.phase == Phase.DROPPED),
        completed=done,
        open=sorted(item for item, one in inside.items() if one.phase not in ends),
        re_estimated=_estimates(known, sprint, start_seq, end_seq),
        points_committed=sum(one.weight if one else 1 for one in starts.values()),
        points_completed=sum(inside[item].weight for item in done),
    )


def predictability(kept: int, committed: int) -> tuple[float, float, float] | None:
    """The share, and its interval of 95%. None where nothing was committed."""
    if not committed:
        return None
    low, high = wilson(kept, committed)
    return kept / committed, low, high


def wilson(hits: int, trials: int, *, z: float = Z_95) -> tuple[float, float]:
    """The interval of a share by Wilson's score; of no trials everything is possible."""
    if trials <= 0:
        return 0.0, 1.0
    share, square = hits / trials, z * z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    reach = z * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials)) / (1 + square / trials)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def churn(counted: Account) -> float | None:
    """None where nothing was committed."""
    if not counted.committed:
        return None
    return (len(counted.added) + len(counted.removed)) / len(counted.committed)


def _came(history: History, sprint: int, start_seq: int, end_seq: int) -> bool:
    """Whether it was put into the sprint while that went on."""
    was = at_seq(history, start_seq)
    where = was.sprint if was else None
    for change in history:
        if start_seq < change.seq <= end_seq:
            if change.sprint == sprint != where:
                return True
            where = change.sprint
    return False


def _estimates(known: Mapping[int, History], sprint: int, start_seq: int, end_seq: int) -> list[Estimate]:
    """First against last estimate within the sprint, where they differ."""
    found = []
    for item, history in sorted(known.items()):
        was = at_seq(history, start_seq)
        seen = [was] if was and was.sprint == sprint else []
        seen += [one for one in history if start_seq < one.seq <= end_seq and one.sprint == sprint]
        if seen and seen[0].points != seen[-1].points:
            found.append(Estimate(item, seen[0].points, seen[-1].points))
    return found
