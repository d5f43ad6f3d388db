"""How projects are, computed: by rules that say why, never typed in.

An app registers a finder with `health_finder` in its own health.py: from the ids of any number of projects to what it
found about each, in as many queries for five hundred as for one. The worst finding is the light; nothing found is
green.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F

from core.models import Event
from projects import holding, risk_matrix
from projects.enums import Health, Knowledge, RiskLevel, RiskState, SprintState, Stage
from projects.models import Project, Risk, Sprint

_RISK = ("project_id", "number", "title", "likelihood", "impact", "knowledge")
SILENT_AFTER = timedelta(days=30)
LONG_D = 7
"""How many days a decision may wait: from then on it is overdue in the inbox and in the review of a sprint too."""
ORDER = {Health.GREEN: 0, Health.AMBER: 1, Health.RED: 2}


@dataclass(frozen=True)
class Finding:
    """One thing that was found. `waits_for` names the roles that something waits for, since `since`."""

    light: Health
    reason: str
    waits_for: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class Computed:
    light: Health
    findings: Sequence[Finding] = ()


Finder = Callable[[Sequence[int], datetime], list[tuple[int, Finding]]]

_finders: dict[str, Finder] = {}


def health_finder(finder: Finder) -> Finder:
    """Register a finder. Registering the same function again changes nothing."""
    _finders[f"{finder.__module__}.{finder.__qualname__}"] = finder
    return finder


def computed(project_ids: Sequence[int], *, now: datetime) -> dict[int, Computed]:
    """What every finder says about each of these projects, the worst first."""
    found: dict[int, list[Finding]] = {pk: [] for pk in project_ids}
    for _, finder in sorted(_finders.items()):
        for pk, finding in finder(project_ids, now):
            found[pk].append(finding)
    return {pk: _worst_first(findings) for pk, findings in found.items()}


def _worst_first(findings: list[Finding]) -> Computed:
    ordered = sorted(findings, key=lambda one: -ORDER[one.light])
    return Computed(ordered[0].light if ordered else Health.GREEN, tuple(ordered))


def days(since: datetime | date, now: datetime) -> int:
    return (now.date() - (since.date() if isinstance(since, datetime) else since)).days


@health_finder
def serious_risks(project_ids: Sequence[int], now: datetime) -> list[tuple[int, Finding]]:
    """An open critical risk is red, a high one amber."""
    rows = Risk.objects.filter(project_id__among=project_ids, state=RiskState.OPEN).order_by("project_id", "number")
    found = []
    for pk, number, title, likelihood, impact, knowledge in rows.values_list(*_RISK):
        is_weak = knowledge == Knowledge.WEAK
        level = risk_matrix.shown_level(likelihood, impact, is_weak=is_weak)
        if level >= RiskLevel.HIGH:
            light = Health.RED if level == RiskLevel.CRITICAL else Health.AMBER
            found.append((pk, Finding(light, f"R{number} is {RiskLevel(level).label.lower()}: {title}")))
    return found


@health_finder
def overdue_sprints(project_ids: Sequence[int], now: datetime) -> list[tuple[int, Finding]]:
    """A sprint that should have been closed by now is amber."""
    late = Sprint.objects.filter(project_id__among=project_ids, state=SprintState.ACTIVE, end_date__lt=now.date())
    return [
        (pk, Finding(Health.AMBER, f"Sprint {number} should have ended {days(end, now)} days ago"))
        for pk, number, end in late.values_list("project_id", "number", "end_date")
    ]


@health_finder
def fallen_gates(project_ids: Sequence[int], now: datetime) -> list[tuple[int, Finding]]:
    """A gate that was passed and no longer holds is amber."""
    passed = holding.last_passed(project_ids)
    return [
        (pk, Finding(Health.AMBER, f"{one.gate.label} no longer holds: {'; '.join(because)}"))
        for pk, one in passed.items()
        if (because := one.fallen_because(now))
    ]


@health_finder
def silence(project_ids: Sequence[int], now: datetime) -> list[tuple[int, Finding]]:
    """A project that is not retired, and in which nothing happened for a month, is amber."""
    open_ids = Project.objects.filter(pk__among=project_ids).exclude(stage=Stage.RETIRED).values("pk")
    last = Event.objects.filter(stream_id__in=open_ids, seq=F("stream__last_seq"))
    found = [(pk, datetime.fromisoformat(at)) for pk, at in last.values_list("stream_id", "at")]
    return [
        (pk, Finding(Health.AMBER, f"Nothing happened for {days(at, now)} days"))
        for pk, at in found
        if now - at > SILENT_AFTER
    ]
