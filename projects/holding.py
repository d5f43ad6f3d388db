"""Whether the last gate that a project passed still holds.

It expires after as many days as its policy gave it, and falls when what it promised moved: the goal, or what the
needed recall was computed from, by more than a tenth. The ceiling is not compared: once opened, it never changes. A
policy that says nothing of days lets a gate hold for good, and so does a release: from then on monitoring looks at
what was promised. Nothing is kept: it is read from what was approved and what stands now, for any number of projects
in two queries.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.db.models.fields.json import KeyTransform

from projects import scoping
from projects.enums import GATE_BEFORE, Gate
from projects.models import DossierRevision, GateDecision, Project

GOAL = {"scope.metric": "metric", "scope.minimal_useful": "minimal useful value"}
"""Facts, as they are kept with a decision, each with what the scope calls it."""


@dataclass(frozen=True)
class Passed:
    """The last gate that a project passed: until when it holds, and what moved since."""

    project_id: int
    gate: Gate
    round: int
    passed_at: datetime
    holds_until: datetime
    moved: tuple[str, ...]

    def fallen_because(self, now: datetime) -> tuple[str, ...]:
        """Nothing while it holds."""
        over = (f"it expired on {self.holds_until:%Y-%m-%d}",) if self.holds_until <= now else ()
        return (*over, *self.moved)


def fallen(project: Project, *, now: datetime) -> tuple[Gate, str] | None:
    """The last gate that was passed, and why it no longer holds; None while it does."""
    if project.stage not in GATE_BEFORE:
        return None
    passed = last_passed([project.pk]).get(project.pk)
    because = passed.fallen_because(now) if passed else ()
    return (passed.gate, "; ".join(because)) if passed and because else None


def last_passed(project_ids: Collection[int]) -> dict[int, Passed]:
    """By project, of those that passed a gate for a time, and have not come further than that gate lets them."""
    rows = list(_rows(project_ids))
    contents = _contents(rows)
    return {row["project_id"]: _passed(row, contents) for row in rows}


def _rows(project_ids: Collection[int]) -> Iterator[dict[str, Any]]:
    """The newest round of each, if it was given days: an older one counts no more, whatever it was given."""
    is_last = Q()
    for stage, gate in GATE_BEFORE.items():
        is_last |= Q(project__stage=stage, gate=gate)
    kept = GateDecision.objects.filter(is_last, project_id__among=project_ids)
    named = {f"was_{name}": KeyTransform("value", KeyTransform(fact, F("evaluation__facts"))) for fact, name in _FACTS}
    values = kept.annotate(**named, dossier_then=KeyTransform("dossier", F("evaluation__bound"))).values(
        "project_id",
        "gate",
        "round",
        "decided_at",
        "evaluation__at",
        "evaluation__valid_until",
        "project__scope__metric",
        "project__scope__minimal_useful",
        "project__dossier__version",
        "dossier_then",
        *named,
    )
    newest = values.order_by("project_id", "-round").distinct("project_id")
    yield from (row for row in newest if row["evaluation__valid_until"] is not None)


_FACTS = [(fact, fact.removeprefix("scope.")) for fact in GOAL]

Contents = Mapping[tuple[int, int], Mapping[str, Any]]


def _contents(rows: list[dict[str, Any]]) -> Contents:
    """The dossiers then and now, where they differ, by project and revision."""
    wanted = Q(pk=None)
    for row in rows:
        then, now = row["dossier_then"], row["project__dossier__version"]
        if then and now and then != now:
            wanted |= Q(project=row["project_id"], number__in=[then, now])
    found = DossierRevision.objects.filter(wanted).values_list("project_id", "number", "content")
    return {(pk, number): content for pk, number, content in found}


def _passed(row: dict[str, Any], contents: Contents) -> Passed:
    holds: timedelta = row["evaluation__valid_until"] - row["evaluation__at"]
    return Passed(
        project_id=row["project_id"],
        gate=Gate(row["gate"]),
        round=row["round"],
        passed_at=row["decided_at"],
        holds_until=row["decided_at"] + holds,
        moved=(*_goal(row), *_inputs(row, contents)),
    )


def _goal(row: dict[str, Any]) -> Iterator[str]:
    for fact, name in _FACTS:
        was, now = row[f"was_{name}"], row[f"project__scope__{name}"]
        if was not in (None, "") and was != now:
            yield _sentence(GOAL[fact], was, now)


def _inputs(row: dict[str, Any], contents: Contents) -> Iterator[str]:
    pk = row["project_id"]
    then, now = (contents.get((pk, row[name])) for name in ("dossier_then", "project__dossier__version"))
    if then is not None and now is not None:
        yield from (_sentence(one.name, one.was, one.now) for one in scoping.moves(then, now))


def _sentence(name: str, was: Any, now: Any) -> str:
    return f"the {name} was {_said(was)}, and is {_said(now)}"


def _said(value: Any) -> str:
    if isinstance(value, list):
        return " / ".join(_said(one) for one in value)
    if value in (None, ""):
        return "not given"
    return f"{value:,.10g}" if isinstance(value, (int, float)) else str(value)
