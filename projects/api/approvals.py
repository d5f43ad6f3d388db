"""REST: asking for the decision on a gate, verdicts, conditions, waivers, and the policy that a project goes by."""

import dataclasses
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, valid
from core.errors import Conflict
from core.pages import now
from core.roles import Scope as TokenScope
from projects import operations, queries
from projects.api.gates import (
    ConditionShape,
    GateRequestShape,
    GateVerdictShape,
    WaiverShape,
    condition_json,
    request_json,
    verdict_json,
    waiver_json,
)
from projects.api.shapes import caller, person
from projects.api_base import ProjectApiView
from projects.approvals import Standing
from projects.enums import Effect, Gate, GateVerdict
from projects.since import changes_since


class GateRequestBody(StrictSerializer):
    comment = serializers.CharField(allow_blank=True, default="")
    gate = serializers.ChoiceField(
        choices=Gate.choices,
        required=False,
        help_text="The last one that was passed, once it no longer holds: it is decided anew.",
    )


class VerdictWithdrawalBody(StrictSerializer):
    reason = serializers.CharField()


class NoBody(StrictSerializer):
    pass


class ConditionBody(serializers.Serializer[Any]):
    text = serializers.CharField()
    owner = serializers.CharField(help_text="A member's user name.")
    due_date = serializers.DateField()
    effect = serializers.ChoiceField(choices=Effect.choices, default=Effect.WARN)


class GateVerdictBody(StrictSerializer):
    verdict = serializers.ChoiceField(choices=GateVerdict.choices)
    comment = serializers.CharField(allow_blank=True, default="")
    conditions = ConditionBody(many=True, required=False)
    digest = serializers.CharField(
        required=False, allow_null=True, help_text="What you saw: refused with 412 if it is another by now."
    )


class WaiverBody(StrictSerializer):
    check = serializers.CharField(help_text="What policies call it: `rule` of the check.")
    reason = serializers.CharField()
    days = serializers.IntegerField(min_value=1, max_value=90)


class PolicyOfBody(StrictSerializer):
    policy = serializers.CharField(help_text="NAME/NUMBER of a published version.")


class PolicyOfShape(serializers.Serializer[Any]):
    policy = serializers.CharField()
    since = serializers.DateTimeField()


class VerdictDifferenceRowShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField(help_text="What pages call it.")  # type: ignore[assignment]  # a field of that name
    then = serializers.CharField()
    now = serializers.CharField()
    url = serializers.CharField(help_text="Where it is to be seen: of a dossier the comparison of its revisions.")


class VerdictDifferenceShape(serializers.Serializer[Any]):
    results = VerdictDifferenceRowShape(many=True)


class GateRequestView(ProjectApiView):
    @extend_schema(request=GateRequestBody, responses={201: GateRequestShape})
    def post(self, request: Request, key: str) -> Response:
        """Ask for the decision on the next gate, or anew for one that no longer holds. Whoever asks does not decide."""
        body = valid(GateRequestBody, request)
        made = operations.request_gate(project=self.project, by=caller(request), now=now(), **body)
        return Response(request_json(made, []), status=201)


class GateRequestWithdrawView(ProjectApiView):
    @extend_schema(request=NoBody, responses={204: None})
    def post(self, request: Request, key: str) -> Response:
        """Take the question back, with every verdict on it."""
        valid(NoBody, request)
        asked = queries.open_request(self.project)
        if asked is None:
            raise Conflict("Nobody asks for a decision.", code="not_requested")
        operations.withdraw_gate_request(request=asked, by=caller(request), now=now())
        return Response(status=204)


class VerdictsView(ProjectApiView):
    scope = TokenScope.APPROVE

    @extend_schema(request=GateVerdictBody, responses={201: GateVerdictShape})
    def post(self, request: Request, key: str) -> Response:
        """Give a verdict on the next gate as it stands now. It counts as long as nothing of that changes."""
        body = valid(GateVerdictBody, request)
        owners = [person(self.project, one["owner"], field="owner") for one in body.get("conditions", [])]
        conditions = [
            dict(one) | {"owner": owner} for one, owner in zip(body.get("conditions", []), owners, strict=True)
        ]
        made = operations.decide_gate(
            project=self.project,
            verdict=body["verdict"],
            comment=body["comment"],
            conditions=conditions,
            expected_digest=body.get("digest"),
            by=caller(request),
            now=now(),
        )
        return Response(verdict_json(Standing(made, "")), status=201)


class VerdictWithdrawView(ProjectApiView):
    scope = TokenScope.APPROVE

    @extend_schema(request=VerdictWithdrawalBody, responses=GateVerdictShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Take your own verdict back."""
        made = operations.withdraw_gate_decision(
            approval=queries.gate_approval(self.project, number),
            reason=valid(VerdictWithdrawalBody, request)["reason"],
            by=caller(request),
            now=now(),
        )
        return Response(verdict_json(Standing(made, "It was withdrawn.")))


class VerdictDifferenceView(ProjectApiView):
    @extend_schema(responses=VerdictDifferenceShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """What is otherwise now than in what this verdict was about, compared with its own gate. Of a scope or a
        dossier that was revised, every field that differs follows."""
        rows = changes_since(self.project, queries.gate_approval(self.project, number))
        return Response({"results": [dataclasses.asdict(one) for one in rows]})


class ConditionMetView(ProjectApiView):
    scope = TokenScope.APPROVE

    @extend_schema(request=NoBody, responses=ConditionShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Say that a condition is met; never by its owner."""
        valid(NoBody, request)
        condition = queries.gate_condition(self.project, number)
        return Response(condition_json(operations.meet_condition(condition=condition, by=caller(request), now=now())))


class WaiversView(ProjectApiView):
    scope = TokenScope.APPROVE

    @extend_schema(request=WaiverBody, responses={201: WaiverShape})
    def post(self, request: Request, key: str) -> Response:
        """Leave out a check of the next gate for some days."""
        made = operations.waive_check(project=self.project, by=caller(request), now=now(), **valid(WaiverBody, request))
        return Response(waiver_json(made), status=201)


class WaiverEndView(ProjectApiView):
    scope = TokenScope.APPROVE

    @extend_schema(request=NoBody, responses=WaiverShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Ask for the check again."""
        valid(NoBody, request)
        waiver = queries.gate_waiver(self.project, number)
        return Response(waiver_json(operations.end_waiver(waiver=waiver, by=caller(request), now=now())))


class PolicyOfView(ProjectApiView):
    scope = TokenScope.APPROVE

    @extend_schema(request=PolicyOfBody, responses=PolicyOfShape)
    def post(self, request: Request, key: str) -> Response:
        """Move the project to another version; verdicts given before no longer count."""
        policy = queries.policy_named(valid(PolicyOfBody, request)["policy"])
        kept = operations.move_to_policy(project=self.project, policy=policy, by=caller(request), now=now())
        return Response({"policy": kept.policy.public_id, "since": kept.since})
