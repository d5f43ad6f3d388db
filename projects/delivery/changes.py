"""What the log says of items: each change with the state after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    """What a lane means for the flow of work, whatever the team calls it."""

    READY = "ready"
    ACTIVE = "active"
    WAITING = "waiting"
    DONE = "done"
    DROPPED = "dropped"


STARTED = (Phase.ACTIVE, Phase.WAITING, Phase.DONE)
CLOSED = (Phase.DONE, Phase.DROPPED)


@dataclass(frozen=True)
class Change:
    """An item as one event left it. `seq` is the event's place in the log."""

    at: datetime
    seq: int
    item: int
    sprint: int | None
    phase: Phase
    points: int | None
    kind: str = ""
    blocked: str = ""
    """Why it is blocked; empty when it is not."""

    @property
    def weight(self) -> int:
        """Its points; without an estimate it counts as one."""
        return 1 if self.points is None else self.points


History = tuple[Change, ...]
"""The changes of one item, oldest first; never empty."""


def histories(changes: Iterable[Change]) -> dict[int, History]:
    """By item."""
    found: dict[int, list[Change]] = {}
    for change in sorted(changes, key=lambda one: one.seq):
        found.setdefault(change.item, []).append(change)
    return {item: tuple(each) for item, each in found.items()}


def at_seq(history: History, seq: int) -> Change | None:
    """The item as it was when the log had `seq` events; None before it was there."""
    found = None
    for change in history:
        if change.seq > seq:
            break
        found = change
    return found
