"""Passing a gate: the one step by which a project goes on to its next stage."""

import dataclasses
from datetime import datetime, timedelta

from django.db import transaction

from core import events
from core.errors import Conflict
from core.models import User
from core.rules import require
from projects import approvals, gates, queries, rules
from projects.enums import GATE_REQUEST_FLOW, STAGE_FLOW, Gate, Severity
from projects.events import GATE_PASSED
from projects.models import Finding, GateDecision, Project
from projects.operations.approvals import keep_evaluation, keep_policy
from projects.operations.findings import raise_finding
from projects.operations.gate_findings import close_passed, settle_checks
from projects.operations.library import enter_library
from projects.operations.locking import locked, require_version
from projects.operations.values import Values


@transaction.atomic
def pass_gate(
    *, project: Project, by: User, now: datetime, comment: str = "", expected_version: int | None = None
) -> GateDecision:
    """Pass the gate in question, keeping what every check said and on which facts: the one after the project's stage,
    or the one before it, which is decided anew.

    Raises NotAllowed, Conflict: `gate_not_met`, one entry for each check that is not met; `gate_not_approved` while
    persons whom the policy asks for have not approved of it as it stands now; `gate_refused`; `gate_locked`;
    `no_gate` when retired.
    """
    project = locked(project.pk)
    gate = gates.next_gate(project)
    if gate is None:
        raise Conflict("There is no gate after this stage: the project is retired.", code="no_gate")
    require(rules.why_not_pass_gate(by, project, gate))
    require_version("The project", project.version, expected_version)
    comment = _comment(comment)
    found = _tally(project, now)
    gates.require_met(gate, found.assessment.checks)
    approvals.require_quorum(found)
    return _pass(found, by=by, now=now, comment=comment)


@transaction.atomic
def release_in_emergency(
    *, project: Project, reason: str, by: User, now: datetime, expected_version: int | None = None
) -> GateDecision:
    """Pass the gate without the persons whom the policy asks for, where it lets somebody. What may never be waived is
    asked for here too, and a verdict against it stands. A finding blocks the next gate until somebody else has looked
    at what was done, within the days that the policy gives.

    Raises NotAllowed, Invalid (no reason), Conflict (`gate_not_met`, `gate_locked`, `gate_vetoed`, `gate_refused`,
    `no_gate`), PreconditionFailed.
    """
    project = locked(project.pk)
    gate = gates.next_gate(project)
    if gate is None:
        raise Conflict("There is no gate after this stage: the project is retired.", code="no_gate")
    found = _tally(project, now)
    require(approvals.why_not_pass_in_emergency(by, found))
    require_version("The project", project.version, expected_version)
    reason = _comment(reason, least=1)
    gates.require_met(gate, found.never_left_out)
    approvals.require_not_refused(found)
    allowed = found.matter.rules.emergency
    assert allowed is not None  # or the reason would have been told
    finding = raise_finding(
        project=project,
        title=f"{gate.label} passed in an emergency: look at it afterwards",
        detail=reason,
        severity=Severity.CRITICAL,
        about_type="gate",
        about_id=str(gate),
        due_date=now.date() + timedelta(days=allowed.review_days),
        owner=None,
        barred=[by],
        by=by,
        now=now,
    )
    return _pass(found, by=by, now=now, comment=reason, emergency=finding)


def _tally(project: Project, now: datetime) -> approvals.Tally:
    assessment, asked = gates.assess(project), queries.open_request(project)
    assert assessment is not None  # there is a next gate
    return approvals.tally(assessment, asked, now=now)


def _pass(
    found: approvals.Tally, *, by: User, now: datetime, comment: str, emergency: Finding | None = None
) -> GateDecision:
    assessment, asked = found.assessment, found.request
    project, gate = assessment.project, assessment.gate
    settle_checks(assessment, now=now)
    close_passed(project, gate, now=now)
    keep_policy(project, now=now)
    evaluation = keep_evaluation(assessment, now=now)
    if gate == Gate.RETIREMENT:
        enter_library(project, by=by, now=now)  # before it is retired: then its record stays as it is
    is_anew = assessment.round > 1
    if not is_anew:
        project.stage = STAGE_FLOW.target(project.stage, f"pass_{gate}_gate")
    project.version += 1
    project.save(update_fields=["stage", "version"])
    decision = GateDecision.objects.create(
        project=project,
        gate=gate,
        round=assessment.round,
        evidence=[dataclasses.asdict(check) for check in assessment.checks],
        evaluation=evaluation,
        emergency=emergency,
        comment=comment,
        decided_by=by,
        decided_at=now,
    )
    if asked is not None:
        asked.state, asked.closed_at = GATE_REQUEST_FLOW.target(asked.state, "pass"), now
        asked.save(update_fields=["state", "closed_at"])
    how = ({"emergency": emergency.number} if emergency else {}) | ({"round": assessment.round} if is_anew else {})
    events.record(GATE_PASSED, decision, by=by, gate=str(gate), stage=str(project.stage), comment=comment, **how)
    return decision


def _comment(text: str, *, least: int = 0) -> str:
    values = Values()
    text = values.text("reason" if least else "comment", text, least=least, most=4000)
    values.refuse_if_wrong()
    return text
