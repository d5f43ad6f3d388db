"""REST: the risk register."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page, valid
from core.pages import now
from projects import operations, queries
from projects.api.shapes import PageShape, PersonShape, answer, caller, person, person_json
from projects.api_base import ProjectApiView
from projects.enums import RiskLevel, RiskPhase, RiskState
from projects.models import Risk


class RiskBody(StrictSerializer):
    title = serializers.CharField(max_length=200)
    phase = serializers.ChoiceField(choices=RiskPhase.choices)
    likelihood = serializers.IntegerField(min_value=1, max_value=5)
    impact = serializers.IntegerField(min_value=1, max_value=5)
    owner = serializers.CharField(allow_null=True, required=False, help_text="A member's user name.")
    cause = serializers.CharField(allow_blank=True, required=False)
    consequence = serializers.CharField(allow_blank=True, required=False)
    treatment = serializers.CharField(allow_blank=True, required=False)


class RiskShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    cause = serializers.CharField()
    consequence = serializers.CharField()
    phase = serializers.ChoiceField(choices=RiskPhase.choices)
    likelihood = serializers.IntegerField()
    impact = serializers.IntegerField()
    level = serializers.ChoiceField(choices=[level.name.lower() for level in RiskLevel])
    owner = PersonShape(allow_null=True)
    treatment = serializers.CharField()
    state = serializers.ChoiceField(choices=RiskState.choices)
    created_at = serializers.DateTimeField()


class RiskPageShape(PageShape):
    results = RiskShape(many=True)


class TreatmentBody(StrictSerializer):
    treatment = serializers.CharField(help_text="What was done about it.")


class AcceptanceBody(StrictSerializer):
    reason = serializers.CharField(help_text="Why it is lived with.")


class EmptyBody(StrictSerializer):
    pass


def risk_json(risk: Risk) -> dict[str, Any]:
    return {
        "number": risk.number,
        "version": risk.version,
        "title": risk.title,
        "cause": risk.cause,
        "consequence": risk.consequence,
        "phase": risk.phase,
        "likelihood": risk.likelihood,
        "impact": risk.impact,
        "level": risk.level.name.lower(),
        "owner": person_json(risk.owner),
        "treatment": risk.treatment,
        "state": risk.state,
        "created_at": risk.created_at,
    }


class _RiskApi(ProjectApiView):
    def values(self, request: Request, *, partial: bool = False) -> dict[str, Any]:
        body = valid(RiskBody, request, partial=partial)
        if "owner" in body:
            body["owner"] = person(self.project, body["owner"], field="owner")
        return body


class RisksView(_RiskApi):
    @extend_schema(responses=RiskPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The register, newest first."""
        return page(request, queries.risks(self.project), risk_json)

    @extend_schema(request=RiskBody, responses={201: RiskShape})
    def post(self, request: Request, key: str) -> Response:
        """Put a risk into the register."""
        risk = operations.add_risk(project=self.project, by=caller(request), now=now(), **self.values(request))
        return answer(risk_json(risk), risk, status=201)


class RiskView(_RiskApi):
    @extend_schema(responses=RiskShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """One risk."""
        risk = queries.risk(self.project, number)
        return answer(risk_json(risk), risk)

    @extend_schema(request=RiskBody, responses=RiskShape)
    def patch(self, request: Request, key: str, number: int) -> Response:
        """Revise the given fields."""
        risk = operations.revise_risk(
            risk=queries.risk(self.project, number),
            values=self.values(request, partial=True),
            by=caller(request),
            expected_version=expected_version(request),
        )
        return answer(risk_json(risk), risk)


class RiskTreatView(ProjectApiView):
    @extend_schema(request=TreatmentBody, responses=RiskShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Say what was done about it."""
        risk = operations.treat_risk(
            risk=queries.risk(self.project, number),
            treatment=valid(TreatmentBody, request)["treatment"],
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(risk_json(risk), risk)


class RiskAcceptView(ProjectApiView):
    @extend_schema(request=AcceptanceBody, responses=RiskShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Live with it, for a reason. A critical risk cannot be accepted."""
        risk = operations.accept_risk(
            risk=queries.risk(self.project, number),
            reason=valid(AcceptanceBody, request)["reason"],
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(risk_json(risk), risk)


class RiskReopenView(ProjectApiView):
    @extend_schema(request=EmptyBody, responses=RiskShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """It stands again."""
        valid(EmptyBody, request)
        risk = operations.reopen_risk(
            risk=queries.risk(self.project, number),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(risk_json(risk), risk)
