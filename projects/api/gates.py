"""REST: gates, what they ask for, and passing them."""

import dataclasses
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, valid
from core.pages import now
from core.roles import Scope as TokenScope
from projects import approvals, gates, holding, operations, queries, rules
from projects.api.shapes import PersonShape, answer, caller, person_json
from projects.api_base import ProjectApiView
from projects.approvals import Standing
from projects.enums import Effect, Gate, GateStatus, GateVerdict, Stage
from projects.facts import Check
from projects.models import GateApproval, GateCondition, GateRequest, GateWaiver, Project
from projects.queries import GateRecord, GivenVerdict


class CheckShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=["ok", "bad", "wait", "waived", "left_out"])
    value = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    url = serializers.CharField()
    rule = serializers.CharField(help_text="What policies call it.")
    severity = serializers.ChoiceField(choices=["block", "warn"])
    identity = serializers.DictField(
        help_text="What it was found in: ids, digests, revisions and exact values. Approvals are bound to it."
    )


class ConditionShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    gate = serializers.ChoiceField(choices=Gate.choices)
    text = serializers.CharField()
    owner = PersonShape()
    due_date = serializers.DateField()
    effect = serializers.ChoiceField(choices=Effect.choices)
    met_at = serializers.DateTimeField(allow_null=True)
    met_by = PersonShape(allow_null=True)


class GateVerdictShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    verdict = serializers.ChoiceField(choices=GateVerdict.choices)
    comment = serializers.CharField()
    approver = PersonShape()
    role = serializers.CharField()
    digest = serializers.CharField()
    at = serializers.DateTimeField()
    is_stale = serializers.BooleanField()
    why_not = serializers.CharField(help_text="Why it does not count; empty: it does.")
    is_veto = serializers.BooleanField(help_text="It stands until it is withdrawn, whatever changes.")
    delegated_by = PersonShape(allow_null=True, help_text="Whose right it was.")


class GateRequestShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    comment = serializers.CharField()
    requested_by = PersonShape()
    requested_at = serializers.DateTimeField()
    verdicts = GateVerdictShape(many=True)


class WaiverShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    gate = serializers.ChoiceField(choices=Gate.choices)
    check = serializers.CharField()
    reason = serializers.CharField()
    granted_by = PersonShape()
    granted_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class RecordedVerdictShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    request = serializers.IntegerField(help_text="The number of the request that it answered.")
    verdict = serializers.ChoiceField(choices=GateVerdict.choices)
    comment = serializers.CharField()
    approver = PersonShape()
    role = serializers.CharField(help_text="The role in which they decided, at that time.")
    delegated_by = PersonShape(allow_null=True, help_text="Whose right it was.")
    digest = serializers.CharField()
    at = serializers.DateTimeField()
    is_stale = serializers.BooleanField(help_text="It was about something else than the gate was passed on.")
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_because = serializers.CharField()


class DecisionShape(serializers.Serializer[Any]):
    gate = serializers.ChoiceField(choices=Gate.choices)
    comment = serializers.CharField()
    decided_by = PersonShape(help_text="Who passed it; `verdicts` has those who approved.")
    decided_at = serializers.DateTimeField()
    policy = serializers.CharField(
        allow_null=True,
        help_text="NAME/NUMBER of the version that it went by; null: passed before there were policies.",
    )
    digest = serializers.CharField(
        allow_null=True, help_text="Of what it was passed on: what verdicts were bound to that counted."
    )
    evidence = CheckShape(many=True)
    verdicts = RecordedVerdictShape(many=True, help_text="Of every request for this gate, withdrawn ones too.")
    conditions = ConditionShape(many=True)
    waivers = WaiverShape(many=True, help_text="Every one of this gate, ended ones too.")
    emergency = serializers.IntegerField(
        allow_null=True,
        help_text="The finding that asks somebody else to look at it, if it was passed in an emergency.",
    )


class FallenShape(serializers.Serializer[Any]):
    gate = serializers.ChoiceField(choices=Gate.choices)
    because = serializers.CharField(help_text="It expired, or what it promised moved.")


class GatesShape(serializers.Serializer[Any]):
    stage = serializers.ChoiceField(choices=Stage.choices)
    gate = serializers.ChoiceField(
        choices=Gate.choices,
        allow_null=True,
        help_text="In question: the next one, or the last one that was passed while it is decided anew.",
    )
    fallen = FallenShape(
        allow_null=True, help_text="The last gate that was passed, if it no longer holds: it is to be decided anew."
    )
    status = serializers.ChoiceField(choices=GateStatus.choices, allow_null=True)
    policy = serializers.CharField(allow_null=True, help_text="NAME/NUMBER of the version that it goes by.")
    digest = serializers.CharField(allow_null=True, help_text="Of what a verdict given now is bound to.")
    is_met = serializers.BooleanField(help_text="Every check is met.")
    why_not = serializers.CharField(allow_null=True, help_text="Why the caller may not pass it; null: may.")
    why_not_decide = serializers.CharField(allow_null=True, help_text="Why the caller may not give a verdict.")
    lacking = serializers.ListField(child=serializers.CharField(), help_text="Approvals that are missing, in words.")
    unfilled = serializers.ListField(
        child=serializers.CharField(), help_text="Roles that are asked for and that nobody in the project has."
    )
    warnings = serializers.ListField(child=serializers.CharField())
    why_not_in_emergency = serializers.CharField(
        allow_null=True, help_text="Why the caller may not pass it without the persons; null: may."
    )
    checks = CheckShape(many=True)
    request = GateRequestShape(allow_null=True)
    conditions = ConditionShape(many=True)
    waivers = WaiverShape(many=True)
    decisions = DecisionShape(many=True)


class PassBody(StrictSerializer):
    comment = serializers.CharField(allow_blank=True, default="")


def check_json(check: Check) -> dict[str, Any]:
    return dataclasses.asdict(check)


def decision_json(record: GateRecord) -> dict[str, Any]:
    """Evidence that was kept before checks had rules reads as if they had none."""
    decision = record.decision
    return {
        "gate": decision.gate,
        "comment": decision.comment,
        "decided_by": person_json(decision.decided_by),
        "decided_at": decision.decided_at,
        "policy": record.policy.public_id if record.policy else None,
        "digest": record.digest or None,
        "evidence": [{"rule": "", "severity": "block", "identity": {}} | check for check in decision.evidence],
        "verdicts": [recorded_json(one) for one in record.verdicts],
        "conditions": [condition_json(one) for one in record.conditions],
        "waivers": [waiver_json(one) for one in record.waivers],
        "emergency": decision.emergency.number if decision.emergency else None,
    }


def recorded_json(given: GivenVerdict) -> dict[str, Any]:
    names = "verdict comment role digest at withdrawn_at withdrawn_because"
    body: dict[str, Any] = {name: getattr(given.approval, name) for name in names.split()}
    return body | {
        "id": given.approval.pk,
        "request": given.approval.request.number,
        "approver": person_json(given.approval.approver),
        "delegated_by": _lender_json(given.approval),
        "is_stale": given.is_stale,
    }


def _lender_json(approval: GateApproval) -> dict[str, Any] | None:
    return person_json(approval.delegation.given_by) if approval.delegation else None


def verdict_json(standing: Standing) -> dict[str, Any]:
    approval = standing.approval
    return {
        "id": approval.pk,
        "verdict": approval.verdict,
        "comment": approval.comment,
        "approver": person_json(approval.approver),
        "role": approval.role,
        "digest": approval.digest,
        "at": approval.at,
        "is_stale": standing.is_stale,
        "why_not": standing.why_not,
        "is_veto": standing.is_veto,
        "delegated_by": _lender_json(approval),
    }


def request_json(request: GateRequest, standings: list[Standing]) -> dict[str, Any]:
    return {
        "number": request.number,
        "comment": request.comment,
        "requested_by": person_json(request.requested_by),
        "requested_at": request.requested_at,
        "verdicts": [verdict_json(one) for one in standings],
    }


def condition_json(condition: GateCondition) -> dict[str, Any]:
    names = "number gate text due_date effect met_at"
    body: dict[str, Any] = {name: getattr(condition, name) for name in names.split()}
    return body | {"owner": person_json(condition.owner), "met_by": person_json(condition.met_by)}


def waiver_json(waiver: GateWaiver) -> dict[str, Any]:
    names = "number gate reason granted_at expires_at ended_at"
    body: dict[str, Any] = {name: getattr(waiver, name) for name in names.split()}
    return body | {"check": waiver.check_id, "granted_by": person_json(waiver.granted_by)}


def gates_json(project: Project, request: Request) -> dict[str, Any]:
    assessment, asked, user = gates.assess(project), queries.open_request(project), caller(request)
    found = approvals.tally(assessment, asked, now=now()) if assessment else None
    fallen = holding.fallen(project, now=now())
    return {
        "stage": project.stage,
        "gate": assessment.gate if assessment else None,
        "fallen": {"gate": fallen[0], "because": fallen[1]} if fallen else None,
        "status": found.status if found else None,
        "policy": assessment.policy.public_id if assessment else None,
        "digest": assessment.digest if assessment else None,
        "is_met": assessment is not None and all(check.is_met for check in assessment.checks),
        "why_not": rules.why_not_pass_gate(user, project, assessment.gate) if assessment else None,
        "why_not_decide": approvals.why_not_decide_gate(user, found) if found else None,
        "lacking": found.lacking if found else [],
        "unfilled": found.matter.unfilled if found else [],
        "warnings": found.warnings if found else [],
        "why_not_in_emergency": approvals.why_not_pass_in_emergency(user, found) if found else None,
        "checks": [check_json(check) for check in assessment.checks] if assessment else [],
        "request": request_json(asked, found.standings) if asked and found else None,
        "conditions": [condition_json(one) for one in queries.gate_conditions(project)],
        "waivers": [waiver_json(one) for one in queries.gate_waivers(project)],
        "decisions": [decision_json(one) for one in queries.gate_records(project)],
    }


class EmergencyBody(StrictSerializer):
    reason = serializers.CharField()


class GateEmergencyView(ProjectApiView):
    scope = TokenScope.APPROVE

    @extend_schema(request=EmergencyBody, responses={201: DecisionShape})
    def post(self, request: Request, key: str) -> Response:
        """Pass the next gate without the persons whom the policy asks for, where it lets your role. A finding blocks
        the gate after it until somebody else has looked at what was done."""
        decision = operations.release_in_emergency(
            project=self.project,
            reason=valid(EmergencyBody, request)["reason"],
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return Response(decision_json(queries.gate_record(decision)), status=201)


class GatesView(ProjectApiView):
    def scope_for(self, request: Request) -> TokenScope:
        """Passing a gate is a decision: a program needs a token that was made to decide."""
        return TokenScope.APPROVE if request.method == "POST" else super().scope_for(request)

    @extend_schema(responses=GatesShape)
    def get(self, request: Request, key: str) -> Response:
        """The next gate: what each check says now, who approved of what stands now, and the gates that were passed."""
        return answer(gates_json(self.project, request), self.project)

    @extend_schema(request=PassBody, responses={201: DecisionShape})
    def post(self, request: Request, key: str) -> Response:
        """Pass the next gate; every check must be met, and approved of by those whom the policy asks for."""
        decision = operations.pass_gate(
            project=self.project,
            comment=valid(PassBody, request)["comment"],
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return Response(decision_json(queries.gate_record(decision)), status=201)
