"""What the portfolio shows of many projects at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models.functions import Coalesce

from core.models import Event, User
from projects import risk_matrix
from projects.enums import (
    Knowledge,
    RiskState,
    Stage,
)
from projects.events import SCOPE_REVISED
from projects.models import Classification, GateDecision, HealthNote, Outcome, Project, Risk
from projects.queries.team import visible_projects

WorstRisk = tuple[int, str, str, int, int]


def portfolio(user: User, *, until: datetime, only: int | None = None) -> list[dict[str, Any]]:
    """The visible projects that there were by then, by name, with the figures of their scope as they are now."""
    found = visible_projects(user).filter(created_at__lte=until)
    if only is not None:
        found = found.filter(pk=only)
    figures = [f"scope__{name}" for name in ("benefit_low", "benefit_high", "cost_low", "cost_high")]
    return list(found.order_by("name", "pk").values("pk", "key", "name", "created_at", *figures))


def last_health_notes(ids: Sequence[int], *, until: datetime) -> dict[int, tuple[str, str]]:
    """Light and note that counted then, by project."""
    found = HealthNote.objects.filter(project_id__among=ids, set_at__lte=until)
    rows = found.order_by("project_id", "-pk").distinct("project_id").values_list("project_id", "light", "note")
    return {pk: (light, note) for pk, light, note in rows}


def last_tiers(ids: Sequence[int], *, until: datetime) -> dict[int, int | None]:
    since = Coalesce("confirmed_at", "decided_at")
    found = Classification.objects.alias(since=since).filter(project_id__among=ids, is_waiting=False, since__lte=until)
    return dict(found.order_by("project_id", "-number").distinct("project_id").values_list("project_id", "tier"))


def last_gates(ids: Sequence[int], *, until: datetime) -> dict[int, tuple[str, datetime]]:
    """The last gate that each had passed by then, and when first: deciding it anew changes no stage."""
    found = GateDecision.objects.filter(project_id__among=ids, decided_at__lte=until, round=1)
    rows = found.order_by("project_id", "-pk").distinct("project_id").values_list("project_id", "gate", "decided_at")
    return {pk: (gate, at) for pk, gate, at in rows}


def figures_before(ids: Sequence[int], *, after: datetime) -> dict[int, dict[str, Any]]:
    """What the scopes' fields that were revised since then said then, replayed from the log."""
    later = Event.objects.filter(
        stream_id__among=ids, type=SCOPE_REVISED, at__gt=after.isoformat(timespec="microseconds")
    )
    before: dict[int, dict[str, Any]] = {}
    for pk, data in later.order_by("stream_id", "seq").values_list("stream_id", "data"):
        for name, (old, _) in data["changes"].items():
            before.setdefault(pk, {}).setdefault(name, old)
    return before


def worst_risks(ids: Sequence[int]) -> dict[int, WorstRisk]:
    """Number, title, phase, level and likelihood times impact of the worst open risk, by project."""
    found = Risk.objects.filter(project_id__among=ids, state=RiskState.OPEN)
    worst: dict[int, tuple[tuple[int, ...], WorstRisk]] = {}
    rows = found.values_list("project_id", "number", "title", "phase", "likelihood", "impact", "knowledge")
    for pk, number, title, phase, likelihood, impact, knowledge in rows:
        level = risk_matrix.shown_level(likelihood, impact, is_weak=knowledge == Knowledge.WEAK)
        weight = (level, likelihood * impact, impact, -number)
        if pk not in worst or weight > worst[pk][0]:
            worst[pk] = (weight, (number, title, phase, level, likelihood * impact))
    return {pk: row for pk, (_, row) in worst.items()}


def last_health_note(project: Project) -> HealthNote | None:
    return HealthNote.objects.filter(project=project).select_related("set_by").order_by("-pk").first()


def values_realised(ids: Sequence[int], *, until: datetime | None = None) -> dict[int, float]:
    """What projects really bring in a year, as they say; `until`: of those that had published it by then."""
    found = Outcome.objects.filter(project_id__among=ids, value_realised__isnull=False)
    if until is not None:
        found = found.filter(published_at__lte=until)
    return {pk: value for pk, value in found.values_list("project_id", "value_realised") if value is not None}


def sunk_by(ids: Sequence[int]) -> dict[int, list[str]]:
    """The risks that were named when these projects were retired, by project."""
    named = Risk.objects.filter(project_id__among=ids, project__stage=Stage.RETIRED, has_sunk=True)
    found: dict[int, list[str]] = {}
    for pk, title in named.order_by("project_id", "number").values_list("project_id", "title"):
        found.setdefault(pk, []).append(title)
    return found
