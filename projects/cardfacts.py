"""What a card says of what it is linked to: each app tells it of its own things, for all cards at once.

An app registers with `card_fact` in its gates.py, as it does its checks and subjects; whoever has the runs registers
with `tells_best_runs` besides, what a page or an answer says of an item's best run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from core.charts import number
from projects.enums import Gate
from projects.models import GateDecision, ItemLink, Project, WorkItem


@dataclass(frozen=True)
class CardFact:
    """A few words with a link, and the icon and tone that they have; and a course with the reference it is held
    against, to be drawn small, and what the drawing says."""

    text: str
    url: str
    icon: str
    tone: str = ""
    course: Sequence[float] = ()
    reference: float | None = None
    course_said: str = ""


@dataclass(frozen=True)
class BestRun:
    """Of the runs that test an item, the one with the best value of its metric."""

    run_id: str
    name: str
    url: str
    metric: str
    value: float
    baseline: float | None

    @property
    def difference(self) -> float | None:
        """How far it moved from the baseline."""
        return None if self.baseline is None else self.value - self.baseline

    @property
    def said(self) -> str:
        if self.baseline is None or self.difference is None:
            return f"{self.metric} {number(self.value, 3)}, no baseline is given"
        moved = f"{'+' if self.difference > 0 else ''}{number(self.difference, 3)}"
        return f"{self.metric} {number(self.value, 3)}, {moved} against the baseline of {number(self.baseline, 3)}"


Teller = Callable[[Project, Sequence[WorkItem]], Mapping[int, Sequence[CardFact]]]
"""Facts by the items' numbers, at the same cost for one item and for many."""

_tellers: list[Teller] = []

BestTeller = Callable[[Project, Sequence[WorkItem]], Mapping[int, BestRun]]

_best_tellers: list[BestTeller] = []


def card_fact(teller: Teller) -> Teller:
    _tellers.append(teller)
    return teller


def facts_of(project: Project, items: Sequence[WorkItem]) -> dict[int, list[CardFact]]:
    """All that there is to say of these items, by their numbers."""
    found: dict[int, list[CardFact]] = {}
    if items:
        for teller in _tellers:
            for number, facts in teller(project, items).items():
                found.setdefault(number, []).extend(facts)
    return found


def tells_best_runs(teller: BestTeller) -> BestTeller:
    _best_tellers.append(teller)
    return teller


def best_runs(project: Project, items: Sequence[WorkItem]) -> dict[int, BestRun]:
    """By the items' numbers; of what nothing measured there is none. The same cost for one item and for many."""
    found: dict[int, BestRun] = {}
    if items:
        for teller in _best_tellers:
            found |= teller(project, items)
    return found


@card_fact
def _gates(project: Project, items: Sequence[WorkItem]) -> dict[int, list[CardFact]]:
    """Whether the gate that a card is about has been passed."""
    links = linked(items, "gate")
    if not links:
        return {}
    passed = set(GateDecision.objects.filter(project=project).values_list("gate", flat=True))
    url = reverse("projects:gate", args=[project.key])
    return {
        number: [_gate(Gate(gate), url, is_passed=gate in passed) for gate in gates if gate in Gate.values]
        for number, gates in links.items()
    }


def _gate(gate: Gate, url: str, *, is_passed: bool) -> CardFact:
    if is_passed:
        return CardFact(f"{gate.label} passed", url, "badge-check", "ok")
    return CardFact(f"{gate.label} open", url, "hourglass")


def linked(items: Sequence[WorkItem], kind: str) -> dict[int, list[str]]:
    """The ids of the things of this kind that the items are linked to, by the items' numbers."""
    numbers = {item.pk: item.number for item in items}
    found: dict[int, list[str]] = {}
    rows = ItemLink.objects.filter(item__in=numbers, kind=kind).order_by("pk")
    for item_id, target in rows.values_list("item_id", "target"):
        found.setdefault(numbers[item_id], []).append(target)
    return found
