"""Deciding on a gate: asked for by one, decided by others, bound to what they saw."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict, PreconditionFailed
from core.models import User
from core.rules import require
from projects import approvals, facts, gates, holding, queries, rules
from projects.enums import (
    GATE_AFTER,
    GATE_BEFORE,
    GATE_REQUEST_FLOW,
    Effect,
    Gate,
    GateVerdict,
    RequestState,
    Severity,
)
from projects.events import (
    GATE_CONDITION_MET,
    GATE_DECIDED,
    GATE_DECISION_WITHDRAWN,
    GATE_REQUEST_WITHDRAWN,
    GATE_REQUESTED,
)
from projects.models import (
    GateApproval,
    GateCondition,
    GateEvaluation,
    GateRequest,
    Membership,
    Project,
    ProjectPolicy,
)
from projects.operations.findings import raise_finding
from projects.operations.gate_findings import settle_gate_findings
from projects.operations.locking import locked_open
from projects.operations.values import Values

MOST_TEXT = 4000
MOST_CONDITIONS = 20


@transaction.atomic
def request_gate(*, project: Project, by: User, now: datetime, comment: str = "", gate: str = "") -> GateRequest:
    """Ask for the decision on the next gate. Whoever asks does not decide. From now on the project keeps its policy.
    `gate` may name the last one that was passed, once it no longer holds: it is decided anew, and the project keeps its
    stage meanwhile.

    Raises NotAllowed, Invalid, Conflict: one is open, the gate named is not in question, or the project is retired.
    """
    project = locked_open(project.pk)
    require(rules.why_not_request_gate(by, project))
    comment = _text("comment", comment)
    if queries.open_request(project) is not None:
        raise Conflict("The decision is asked for already.", code="already_requested")
    wanted = _in_question(project, gate, now)
    keep_policy(project, now=now)
    last = GateRequest.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    request = GateRequest.objects.create(
        project=project, number=last + 1, gate=wanted, comment=comment, requested_by=by, requested_at=now
    )
    events.record(GATE_REQUESTED, request, by=by, gate=str(wanted), comment=comment)
    settle_gate_findings(project=project, now=now)
    return request


@transaction.atomic
def withdraw_gate_request(*, request: GateRequest, by: User, now: datetime) -> GateRequest:
    """Take the question back, with every verdict on it. Raises NotAllowed, IllegalStep."""
    project = locked_open(request.project_id)
    request = GateRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    require(rules.why_not_withdraw_gate_request(by, request))
    request.state, request.closed_at = GATE_REQUEST_FLOW.target(request.state, "withdraw"), now
    request.save(update_fields=["state", "closed_at"])
    request.project = project
    events.record(GATE_REQUEST_WITHDRAWN, request, by=by, gate=str(request.gate))
    return request


@transaction.atomic
def decide_gate(
    *,
    project: Project,
    verdict: str,
    by: User,
    now: datetime,
    comment: str = "",
    conditions: Sequence[Mapping[str, Any]] = (),
    expected_digest: str | None = None,
) -> GateApproval:
    """Say what one thinks of the next gate as it stands now. What every fact says is kept with it.

    `conditions` are `{"text", "owner", "due_date", "effect"}`, for a verdict on conditions. `expected_digest` is what
    the person saw: if it is another by now, they are told. Raises NotAllowed, Invalid, Conflict, PreconditionFailed.
    """
    project = locked_open(project.pk)
    request, assessment = queries.open_request(project), gates.assess(project)
    assert assessment is not None  # it is not retired
    found = approvals.tally(assessment, request, now=now)
    require(approvals.why_not_decide_gate(by, found))
    assert request is not None  # or the reason would have been told
    checked = _checked(project, verdict, comment, conditions, now.date())
    require(approvals.why_not_decide_gate(by, found, checked["verdict"]))
    if expected_digest and expected_digest != assessment.digest:
        raise PreconditionFailed("What this gate rests on was changed since you looked: look at it again.")
    if checked["verdict"] in approvals.APPROVING:
        gates.require_met(assessment.gate, assessment.checks)
    evaluation = keep_evaluation(assessment, now=now)
    role, delegation = found.seat_for(by.pk, checked["verdict"])
    approval = GateApproval.objects.create(
        project=project,
        request=request,
        requester_id=request.requested_by_id,
        evaluation=evaluation,
        digest=evaluation.digest,
        verdict=checked["verdict"],
        comment=checked["comment"],
        approver=by,
        role=role,
        delegation=delegation,
        at=now,
    )
    _add_conditions(approval, checked["conditions"])
    events.record(
        GATE_DECIDED, approval, by=by, gate=str(assessment.gate), verdict=str(approval.verdict), digest=approval.digest
    )
    return approval


@transaction.atomic
def withdraw_gate_decision(*, approval: GateApproval, reason: str, by: User, now: datetime) -> GateApproval:
    """Take one's own verdict back. Of a gate that was passed with it nothing is undone: a finding that blocks the next
    gate says so.

    Raises NotAllowed, Invalid, Conflict if it was withdrawn.
    """
    project = locked_open(approval.project_id)
    approval = (
        GateApproval.objects.select_for_update(no_key=True, of=("self",)).select_related("request").get(pk=approval.pk)
    )
    require(rules.why_not_withdraw_gate_decision(by, approval))
    reason = _text("reason", reason, least=1)
    if approval.withdrawn_at is not None:
        raise Conflict("This verdict was withdrawn already.", code="withdrawn")
    approval.withdrawn_at, approval.withdrawn_because = now, reason
    approval.save(update_fields=["withdrawn_at", "withdrawn_because"])
    is_passed = approval.request.state == RequestState.PASSED
    events.record(
        GATE_DECISION_WITHDRAWN,
        approval,
        by=by,
        gate=str(approval.request.gate),
        verdict=str(approval.verdict),
        reason=reason,
        after_passing=is_passed,
    )
    if is_passed and approval.verdict in approvals.APPROVING:
        _open_finding(project, approval, now=now)
    return approval


@transaction.atomic
def meet_condition(*, condition: GateCondition, by: User, now: datetime) -> GateCondition:
    """Say that a condition is met; never its owner. Raises NotAllowed, Conflict."""
    locked_open(condition.project_id)
    condition = (
        GateCondition.objects.select_for_update(no_key=True, of=("self",))
        .select_related("approval")
        .get(pk=condition.pk)
    )
    require(rules.why_not_meet_condition(by, condition))
    if condition.met_at is not None:
        raise Conflict("This condition is met already.", code="met")
    condition.met_at, condition.met_by = now, by
    condition.save(update_fields=["met_at", "met_by"])
    events.record(GATE_CONDITION_MET, condition, by=by, gate=str(condition.gate), text=condition.text)
    return condition


def _in_question(project: Project, gate: str, now: datetime) -> Gate:
    after = GATE_AFTER[project.stage]  # it is not retired
    fallen = holding.fallen(project, now=now)
    if gate in ("", after):
        return after
    if fallen is not None and gate == fallen[0]:
        return fallen[0]
    values = Values()
    wanted = Gate(values.choice("gate", gate, Gate.values))
    values.refuse_if_wrong()
    said = (
        "it still holds" if gate == GATE_BEFORE.get(project.stage) else f"the project stands before the {after.label}"
    )
    raise Conflict(f"The {wanted.label.lower()} is not in question: {said}.", code="not_in_question")


def keep_policy(project: Project, *, now: datetime) -> None:
    """From its first decision on, the project stays with the version it has."""
    assessment = gates.assess(project)
    if assessment is not None:
        ProjectPolicy.objects.get_or_create(project=project, defaults={"policy": assessment.policy, "since": now})


def keep_evaluation(assessment: gates.Assessment, *, now: datetime) -> GateEvaluation:
    """Keep what was found, with every fact there is: a later policy can be tried on it. What stands as it stood for an
    earlier verdict is kept once."""
    kept = GateEvaluation.objects.filter(project=assessment.project, digest=assessment.digest).first()
    if kept is not None:
        return kept
    others = facts.known_facts().keys() - assessment.readings.keys()
    readings = assessment.readings | facts.collect(assessment.project, others)
    days = assessment.rules.valid_days
    return GateEvaluation.objects.create(
        project=assessment.project,
        gate=assessment.gate,
        policy=assessment.policy,
        facts={name: reading.to_json() for name, reading in readings.items()},
        findings=[dataclasses.asdict(check) for check in assessment.checks],
        bound=assessment.bound,
        digest=assessment.digest,
        is_met=assessment.is_met,
        at=now,
        valid_until=now + timedelta(days=days) if days else None,
    )


def _open_finding(project: Project, approval: GateApproval, *, now: datetime) -> None:
    gate = Gate(approval.request.gate)
    raise_finding(
        project=project,
        title=f"{approval.approver} withdrew their approval of the {gate.label.lower()}"[:200],
        detail=approval.withdrawn_because,
        severity=Severity.HIGH,
        about_type="gate",
        about_id=str(gate),
        barred=[approval.requester],
        by=approval.approver,
        now=now,
    )


def _add_conditions(approval: GateApproval, conditions: Sequence[Mapping[str, Any]]) -> None:
    last = GateCondition.objects.filter(project=approval.project_id).aggregate(last=Max("number"))["last"] or 0
    for number, one in enumerate(conditions, last + 1):
        GateCondition.objects.create(
            project=approval.project, approval=approval, gate=approval.request.gate, number=number, **one
        )


def _checked(
    project: Project, verdict: str, comment: str, conditions: Sequence[Mapping[str, Any]], today: date
) -> dict[str, Any]:
    values = Values()
    verdict = values.choice("verdict", verdict, GateVerdict.values)
    is_approval = verdict == GateVerdict.APPROVE
    text = values.text("comment", comment, least=0 if is_approval else 1, most=MOST_TEXT)
    needs = verdict == GateVerdict.APPROVE_ON_CONDITIONS
    if needs != bool(conditions) or len(conditions) > MOST_CONDITIONS:
        wanted = f"1 to {MOST_CONDITIONS} conditions" if needs else "no conditions"
        values.wrong("conditions", f"This verdict has {wanted}: got {len(conditions)}.", code="length")
    checked = [_condition(values, project, one, today) for one in conditions]
    values.refuse_if_wrong()
    return {"verdict": verdict, "comment": text, "conditions": checked}


def _condition(values: Values, project: Project, given: Mapping[str, Any], today: date) -> dict[str, Any]:
    owner = given.get("owner")
    if owner is None or not Membership.objects.filter(project=project, user=owner).exists():
        values.wrong("owner", f"A condition is owned by somebody in the project: got {owner}.", code="not_a_member")
    return {
        "text": values.text("text", given.get("text", ""), least=1, most=MOST_TEXT),
        "owner": owner,
        "due_date": values.day("due_date", given.get("due_date"), first=today),
        "effect": values.choice("effect", given.get("effect", Effect.WARN), Effect.values),
    }


def _text(field: str, text: str, *, least: int = 0) -> str:
    values = Values()
    text = values.text(field, text, least=least, most=MOST_TEXT)
    values.refuse_if_wrong()
    return text
