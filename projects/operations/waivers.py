"""Waiving a check: by who may, for a reason, for ninety days at most."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from projects import gates, queries, rules
from projects.enums import Gate, Severity, Stage
from projects.events import GATE_WAIVED, GATE_WAIVER_ENDED
from projects.facts import Check
from projects.models import GateWaiver, Project
from projects.operations.findings import DUE_DAYS, raise_finding
from projects.operations.locking import locked, locked_open
from projects.operations.values import Values

MOST_TEXT = 4000


@transaction.atomic
def waive_check(*, project: Project, check: str, reason: str, days: int, by: User, now: datetime) -> GateWaiver:
    """Leave out a check of the next gate for so many days. `check` is what policies call it.

    Raises NotAllowed, Invalid for a check that there is not, or that the policy never waives, Conflict.
    """
    project = locked_open(project.pk)
    assessment = gates.assess(project)
    assert assessment is not None  # it is not retired
    allowed = assessment.rules.waivers
    worked = gates.contributors(project, assessment.gate)
    require(rules.why_not_waive(by, queries.open_request(project), allowed.by if allowed.is_allowed else None, worked))
    values = Values()
    reason = values.text("reason", reason, least=1, most=MOST_TEXT)
    days = values.whole("days", days, low=1, high=allowed.max_days)
    values.refuse_if_wrong()
    _require_waivable(check, [one.rule for one in assessment.checks if one.rule], allowed.never_for)
    _end_expired(project, assessment.gate, check, now)
    if queries.open_waivers(project, assessment.gate).filter(check_id=check).exists():
        raise Conflict(f"{check} is waived already.", code="waived")
    last = GateWaiver.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    waiver = GateWaiver.objects.create(
        project=project,
        number=last + 1,
        gate=assessment.gate,
        check_id=check,
        reason=reason,
        granted_by=by,
        granted_at=now,
        expires_at=now + timedelta(days=days),
    )
    events.record(GATE_WAIVED, waiver, by=by, gate=str(assessment.gate), check=check, days=days, reason=reason)
    return waiver


@transaction.atomic
def end_waiver(*, waiver: GateWaiver, by: User, now: datetime) -> GateWaiver:
    """Ask for the check again. Raises NotAllowed, Conflict."""
    project = locked_open(waiver.project_id)
    waiver = GateWaiver.objects.select_for_update(no_key=True).get(pk=waiver.pk)
    require(rules.why_not_end_waiver(by, waiver))
    if waiver.ended_at is not None or waiver.expires_at <= now:
        raise Conflict("This waiver has ended.", code="ended")
    waiver.project = project
    _end(waiver, by=by, now=now)
    return waiver


@transaction.atomic
def expire_waiver(*, waiver: GateWaiver, now: datetime) -> bool:
    """Its time is over. False, and nothing changes, if it is not, or if it ended before. Raises Conflict for a policy
    that can no longer be read."""
    project = locked(waiver.project_id)
    waiver = GateWaiver.objects.select_for_update(no_key=True).get(pk=waiver.pk)
    if waiver.ended_at is not None or waiver.expires_at > now:
        return False
    waiver.project = project
    _end(waiver, by=None, now=now)
    return True


def _end(waiver: GateWaiver, *, by: User | None, now: datetime) -> None:
    """The check is asked for again. If its gate was passed without it, and it is still not met, a finding blocks the
    gates until somebody else than who waived it has looked at that."""
    waiver.ended_at = now
    waiver.save(update_fields=["ended_at"])
    events.record(GATE_WAIVER_ENDED, waiver, by=by, gate=str(waiver.gate), check=waiver.check_id)
    check = _still_lacking(waiver)
    if check is None:
        return
    gate = Gate(waiver.gate)
    raise_finding(
        project=waiver.project,
        title=f"{gate.label} was passed without a check that is still not met: {check.label}"[:200],
        detail=f"Waiver {waiver.number} ended: {waiver.reason} Now: {check.value or 'no evidence'}"[:MOST_TEXT],
        severity=Severity.HIGH,
        about_type="gate",
        about_id=str(gate),
        due_date=now.date() + timedelta(days=DUE_DAYS[Severity.HIGH]),
        barred=[waiver.granted_by],
        by=by,
        now=now,
    )


def _still_lacking(waiver: GateWaiver) -> Check | None:
    """The check that the gate was passed without, while it is not met; None of a project that is retired."""
    project = waiver.project
    passed = queries.last_decision(project, waiver.gate)
    if passed is None or project.stage == Stage.RETIRED:
        return None
    if not any(check.get("rule") == waiver.check_id and check["state"] == "waived" for check in passed.evidence):
        return None
    checks = gates.assess_gate(project, Gate(waiver.gate)).checks
    return next((one for one in checks if one.rule == waiver.check_id and not one.is_met), None)


def _require_waivable(check: str, known: list[str], never: tuple[str, ...]) -> None:
    if check not in known:
        said = f"The gate has no check {check!r}; it has {', '.join(known)}."
        raise Invalid(said, field="check", code="unknown")
    if check in never:
        raise Invalid(f"The policy never waives {check}.", field="check", code="never_waived")


def _end_expired(project: Project, gate: str, check: str, now: datetime) -> None:
    """One that has run out makes room for the next."""
    over = GateWaiver.objects.filter(project=project, gate=gate, check_id=check, ended_at=None, expires_at__lte=now)
    for waiver in over:
        waiver.project = project
        _end(waiver, by=None, now=now)
