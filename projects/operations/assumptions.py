"""Writes about assumptions: whose each is, how it is tested, and what was found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict
from core.models import User
from projects import queries
from projects.enums import ASSUMPTION_FLOW, AssumptionState, Importance, SpikeZone
from projects.events import ASSUMPTION_ADDED, ASSUMPTION_REMOVED, ASSUMPTION_REVISED, ASSUMPTION_SETTLED
from projects.models import Assumption, Membership, Project, Spike, WorkItem
from projects.operations import fields
from projects.operations.dossier import keep_revision, opened
from projects.operations.locking import require_version
from projects.operations.values import Values

MOST_ASSUMPTIONS = 60
SAYS = {SpikeZone.PROCEED: AssumptionState.SUPPORTED, SpikeZone.KILL: AssumptionState.REFUTED}
"""What the zone in which a spike ended says of the assumptions that it tested."""

ASSUMPTION_FIELDS: dict[str, fields.Reader] = {
    "text": fields.text(least=1, most=1000),
    "owner": fields.thing(User),
    "importance": fields.choice(Importance.values),
    "test": fields.text(most=1000),
    "spike": fields.thing(Spike),
    "item": fields.thing(WorkItem),
    "experiment": fields.text(most=200),
}


@transaction.atomic
def add_assumption(*, project: Project, values: Mapping[str, Any], by: User, now: datetime) -> Assumption:
    """Say what the plan rests on. Raises NotAllowed, Invalid, Conflict."""
    dossier = opened(project, by)
    if queries.assumptions(project).count() >= MOST_ASSUMPTIONS:
        raise Conflict(f"A dossier has at most {MOST_ASSUMPTIONS} assumptions.", code="too_many")
    read = fields.checked({"text": ""} | dict(values), ASSUMPTION_FIELDS)
    _refuse_foreign(project, read)
    last = Assumption.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    assumption = Assumption.objects.create(project=project, number=last + 1, **read)
    keep_revision(dossier, by=by, now=now)
    events.record(ASSUMPTION_ADDED, assumption, by=by, importance=str(assumption.importance))
    return assumption


@transaction.atomic
def revise_assumption(
    *,
    assumption: Assumption,
    values: Mapping[str, Any],
    by: User | None,
    now: datetime,
    seen: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
) -> Assumption:
    """Change the given fields; `seen` guards them one by one. Raises NotAllowed, Invalid, PreconditionFailed, Conflict
    for one that was removed."""
    dossier = opened(assumption.project, by)
    assumption = _standing(assumption)
    require_version(f"Assumption {assumption.number}", assumption.version, expected_version)
    changes = fields.to_change(assumption, values, ASSUMPTION_FIELDS, seen)
    if not changes:
        return assumption
    _refuse_foreign(assumption.project, changes)
    told = {name: [fields.plain(getattr(assumption, name)), fields.plain(value)] for name, value in changes.items()}
    for name, value in changes.items():
        setattr(assumption, name, value)
    assumption.version += 1
    assumption.save(update_fields=[*changes, "version"])
    keep_revision(dossier, by=by, now=now)
    events.record(ASSUMPTION_REVISED, assumption, by=by, changes=told)
    return assumption


@transaction.atomic
def settle_assumption(
    *,
    assumption: Assumption,
    state: str,
    finding: str,
    by: User,
    now: datetime,
    expected_version: int | None = None,
) -> Assumption:
    """Say what was found, and where it can be looked up; or that it is open again, and why. Raises NotAllowed, Invalid,
    PreconditionFailed, IllegalStep, Conflict for one that was removed."""
    dossier = opened(assumption.project, by)
    assumption = _standing(assumption)
    require_version(f"Assumption {assumption.number}", assumption.version, expected_version)
    read = fields.checked(
        {"state": state, "finding": finding},
        {"state": fields.choice(AssumptionState.values), "finding": fields.text(least=1)},
    )
    settle(assumption, AssumptionState(read["state"]), read["finding"], now=now)
    keep_revision(dossier, by=by, now=now)
    events.record(ASSUMPTION_SETTLED, assumption, by=by, **read)
    return assumption


@transaction.atomic
def remove_assumption(*, assumption: Assumption, by: User | None, now: datetime) -> Assumption:
    """Take one out; earlier revisions keep it. Raises NotAllowed, Conflict if it is out already."""
    dossier = opened(assumption.project, by)
    assumption = _standing(assumption)
    assumption.removed_at, assumption.version = now, assumption.version + 1
    assumption.save(update_fields=["removed_at", "version"])
    keep_revision(dossier, by=by, now=now)
    events.record(ASSUMPTION_REMOVED, assumption, by=by)
    return assumption


def settle_by_spike(spike: Spike, *, by: User | None, now: datetime) -> None:
    """What a spike that ended says of the open assumptions that it tested. Inside its transaction."""
    state = SAYS.get(SpikeZone(spike.zone))
    if state is None:
        return
    open_ones = Assumption.objects.filter(spike=spike, state=AssumptionState.OPEN, removed_at=None)
    for one in open_ones.order_by("number"):
        finding = f"Spike {spike.number} ended: {spike.get_zone_display().lower()}."
        settle(one, state, finding, now=now)
        events.record(ASSUMPTION_SETTLED, one, by=by, state=str(state), finding=finding)


def settle(assumption: Assumption, state: AssumptionState, finding: str, *, now: datetime) -> None:
    assumption.state = ASSUMPTION_FLOW.target(assumption.state, f"find_{state}")
    assumption.finding = finding
    assumption.settled_at = None if state == AssumptionState.OPEN else now
    assumption.version += 1
    assumption.save(update_fields=["state", "finding", "settled_at", "version"])


def _standing(assumption: Assumption) -> Assumption:
    """The assumption, locked. Raises Conflict for one that was removed."""
    rows = Assumption.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("project", "owner", "spike", "item").get(pk=assumption.pk)
    if found.removed_at is not None:
        raise Conflict(f"Assumption {found.number} was removed.", code="removed")
    return found


def _refuse_foreign(project: Project, read: Mapping[str, Any]) -> None:
    """The owner is in the project, and what tests it belongs to it."""
    values, owner = Values(), read.get("owner")
    if owner is not None and not Membership.objects.filter(project=project, user=owner).exists():
        values.wrong("owner", f"{owner} is not in the project.", code="not_a_member")
    for name in ("spike", "item"):
        thing = read.get(name)
        if thing is not None and thing.project_id != project.pk:
            values.wrong(name, f"There is no such {name} in this project: got {thing.number}.", code="foreign")
    values.refuse_if_wrong()
