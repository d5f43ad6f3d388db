"""States as a checked table.

A flow names every status of a thing, the steps between them and where it begins. Mistakes in the table are found when
the module is imported; an illegal step is refused with a sentence a person can read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices

from core.errors import Conflict


class IllegalStep(Conflict):
    """The thing is not in a status from which this step can be taken."""

    default_code = "illegal_step"


class BrokenFlow(Exception):
    """The table itself is wrong: a status that is unknown, unreachable, or a step named twice from one status."""


@dataclass(frozen=True)
class Step:
    name: str
    frm: tuple[str, ...]
    to: str


def step(name: str, *, frm: Iterable[str], to: str) -> Step:
    return Step(name=name, frm=tuple(str(status) for status in frm), to=str(to))


class Flow:
    """The legal steps of a status field, e.g. `Flow(Status, initial=Status.OPEN, steps=[step("close", ...)])`."""

    def __init__(self, statuses: type[TextChoices], *, initial: str, steps: Sequence[Step]) -> None:
        self.statuses = statuses
        self.name = statuses.__qualname__
        self.initial = str(initial)
        self.steps = tuple(steps)
        self._targets: dict[tuple[str, str], str] = {}
        for one in self.steps:
            self._add(one)
        self._require_reachable()

    def target(self, status: str, name: str) -> str:
        """The status that `name` leads to. Raises IllegalStep."""
        try:
            return self._targets[(str(status), name)]
        except KeyError:
            label = self.statuses(status).label.lower()
            raise IllegalStep(f"Cannot {name.replace('_', ' ')}: it is {label}.") from None

    def open_steps(self, status: str) -> list[str]:
        """Names of the steps that can be taken from this status, in the order of the table."""
        return [one.name for one in self.steps if str(status) in one.frm]

    def mermaid(self) -> str:
        """The flow as a Mermaid state diagram, for docs/flows.md."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [f"    {frm} --> {one.to}: {one.name}" for one in self.steps for frm in one.frm]
        finals = [value for value in self.statuses.values if not self.open_steps(value)]
        lines += [f"    {final} --> [*]" for final in finals]
        return "\n".join(lines)

    def _add(self, one: Step) -> None:
        for status in (*one.frm, one.to):
            if status not in self.statuses.values:
                raise BrokenFlow(f"{self.name}: step {one.name!r} names the unknown status {status!r}")
        for frm in one.frm:
            if (frm, one.name) in self._targets:
                raise BrokenFlow(f"{self.name}: step {one.name!r} stands twice from {frm!r}")
            self._targets[(frm, one.name)] = one.to

    def _require_reachable(self) -> None:
        reached, frontier = {self.initial}, [self.initial]
        while frontier:
            status = frontier.pop()
            fresh = {one.to for one in self.steps if status in one.frm} - reached
            reached |= fresh
            frontier += fresh
        lost = set(self.statuses.values) - reached
        if lost:
            raise BrokenFlow(f"{self.name}: no step leads to {sorted(lost)}")
