"""Writes about kill criteria: what has to be reached by when, or the project stops."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import KillDecision
from projects.events import KILL_CRITERION_ADDED, KILL_CRITERION_DECIDED, KILL_CRITERION_REACHED
from projects.models import KillCriterion, Membership, Project
from projects.operations import fields
from projects.operations.dossier import keep_revision, locked_dossier, opened
from projects.operations.values import Values

CRITERION_FIELDS: dict[str, fields.Reader] = {
    "text": fields.text(least=1),
    "due_date": fields.day,
    "metric": fields.text(most=250),
    "threshold": fields.number(-1e12, 1e12),
    "is_higher_better": fields.flag,
}


@transaction.atomic
def add_kill_criterion(
    *, project: Project, values: Mapping[str, Any], decider: User, by: User, now: datetime
) -> KillCriterion:
    """Say what has to be reached by when, and who decides then. It cannot be changed afterwards, so that it is not
    moved when it falls due. Raises NotAllowed, Invalid, Conflict."""
    dossier = opened(project, by)
    read = fields.checked({"text": "", "due_date": None} | dict(values), CRITERION_FIELDS)
    _refuse_wrong(project, read, decider, now.date())
    last = KillCriterion.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    criterion = KillCriterion.objects.create(project=project, number=last + 1, decider=decider, **read)
    keep_revision(dossier, by=by, now=now)
    events.record(KILL_CRITERION_ADDED, criterion, by=by, due_date=read["due_date"].isoformat())
    return criterion


@transaction.atomic
def reach_kill_criterion(*, criterion: KillCriterion, run: str, now: datetime) -> KillCriterion:
    """A run reached its threshold in time. Nothing changes if it is reached, decided or past. Raises Conflict for a
    retired project."""
    dossier = locked_dossier(criterion.project)
    criterion = _locked_row(criterion)
    if criterion.reached_at or criterion.decision or now.date() > criterion.due_date:
        return criterion
    criterion.reached_at, criterion.reached_by = now, run
    criterion.version += 1
    criterion.save(update_fields=["reached_at", "reached_by", "version"])
    keep_revision(dossier, by=None, now=now)
    events.record(KILL_CRITERION_REACHED, criterion, by=None, run=run)
    return criterion


@transaction.atomic
def decide_kill_criterion(
    *, criterion: KillCriterion, decision: str, reason: str, by: User, now: datetime
) -> KillCriterion:
    """Stop, or go on although it was not reached, with the reason. Who says nothing by its day has said stop; to go on
    can still be decided afterwards. Raises NotAllowed, Invalid, Conflict if it is decided or reached."""
    dossier = locked_dossier(criterion.project)
    require(rules.why_not_decide_kill(by, criterion))
    criterion = _locked_row(criterion)
    if criterion.decision or criterion.reached_at:
        raise Conflict("This criterion is settled already.", code="settled")
    read = fields.checked(
        {"decision": decision, "reason": reason},
        {"decision": fields.choice(KillDecision.values), "reason": fields.text(least=1)},
    )
    criterion.decision, criterion.reason, criterion.decided_at = read["decision"], read["reason"], now
    criterion.version += 1
    criterion.save(update_fields=["decision", "reason", "decided_at", "version"])
    keep_revision(dossier, by=by, now=now)
    events.record(KILL_CRITERION_DECIDED, criterion, by=by, **read)
    return criterion


def _locked_row(criterion: KillCriterion) -> KillCriterion:
    rows = KillCriterion.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("project", "decider").get(pk=criterion.pk)


def _refuse_wrong(project: Project, read: Mapping[str, Any], decider: User, today: date) -> None:
    if read["due_date"] is None:
        raise Invalid("A kill criterion has a day: without one it never falls due.", field="due_date", code="missing")
    values = Values()
    if read["due_date"] < today:
        values.wrong("due_date", f"Its day is past: got {read['due_date']}, today is {today}.", code="past")
    if bool(read.get("metric")) != (read.get("threshold") is not None):
        values.wrong("threshold", "Give a metric with its threshold, or neither.", code="half")
    if not Membership.objects.filter(project=project, user=decider).exists():
        values.wrong("decider", f"{decider} is not in the project.", code="not_a_member")
    values.refuse_if_wrong()
