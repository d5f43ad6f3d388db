"""REST: gates."""

import dataclasses
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, valid
from core.pages import now
from core.roles import Scope as TokenScope
from projects import gates, operations, queries, rules
from projects.api.shapes import PersonShape, answer, caller, person_json
from projects.api_base import ProjectApiView
from projects.enums import Gate, Stage
from projects.models import GateDecision, Project


class CheckShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=["ok", "bad", "wait"])
    value = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    url = serializers.CharField()


class DecisionShape(serializers.Serializer[Any]):
    gate = serializers.ChoiceField(choices=Gate.choices)
    comment = serializers.CharField()
    decided_by = PersonShape()
    decided_at = serializers.DateTimeField()
    evidence = CheckShape(many=True)


class GatesShape(serializers.Serializer[Any]):
    stage = serializers.ChoiceField(choices=Stage.choices)
    gate = serializers.ChoiceField(choices=Gate.choices, allow_null=True)
    is_met = serializers.BooleanField()
    why_not = serializers.CharField(allow_null=True, help_text="Why the caller may not pass it; null: may.")
    checks = CheckShape(many=True)
    decisions = DecisionShape(many=True)


class PassBody(StrictSerializer):
    comment = serializers.CharField(allow_blank=True, default="")


def decision_json(decision: GateDecision) -> dict[str, Any]:
    return {
        "gate": decision.gate,
        "comment": decision.comment,
        "decided_by": person_json(decision.decided_by),
        "decided_at": decision.decided_at,
        "evidence": decision.evidence,
    }


def gates_json(project: Project, request: Request) -> dict[str, Any]:
    gate, checks = gates.next_gate(project), gates.evaluate(project)
    return {
        "stage": project.stage,
        "gate": gate,
        "is_met": gate is not None and all(check.is_met for check in checks),
        "why_not": rules.why_not_pass_gate(caller(request), project, gate) if gate else None,
        "checks": [dataclasses.asdict(check) for check in checks],
        "decisions": [decision_json(decision) for decision in queries.gate_decisions(project)],
    }


class GatesView(ProjectApiView):
    def scope_for(self, request: Request) -> TokenScope:
        """Passing a gate is a decision: a program needs a token that was made to decide."""
        return TokenScope.APPROVE if request.method == "POST" else super().scope_for(request)

    @extend_schema(responses=GatesShape)
    def get(self, request: Request, key: str) -> Response:
        """The next gate with what each check says now, and the gates that were passed."""
        return answer(gates_json(self.project, request), self.project)

    @extend_schema(request=PassBody, responses={201: DecisionShape})
    def post(self, request: Request, key: str) -> Response:
        """Pass the next gate; every check must be met."""
        decision = operations.pass_gate(
            project=self.project,
            comment=valid(PassBody, request)["comment"],
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return Response(decision_json(decision), status=201)
