"""REST: all projects at one glance, and how one of them is."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ApiView, StrictSerializer, refuse_unknown_filters, valid
from core.models import Token
from core.pages import now
from projects import health, operations, portfolio, queries
from projects.api.shapes import PersonShape, caller, person_json
from projects.api_base import ProjectApiView
from projects.enums import Health, Stage
from projects.models import Project

ASKED = ("q", "stage", "light", "project", "as_of")


class PortfolioRowShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    stage = serializers.ChoiceField(choices=Stage.choices)
    days_in_stage = serializers.IntegerField()
    next_gate = serializers.CharField()
    tier = serializers.IntegerField(allow_null=True)
    light = serializers.CharField(help_text="The worse of `said` and `computed`; empty when neither is known.")
    said = serializers.CharField()
    said_note = serializers.CharField()
    computed = serializers.CharField(help_text="Empty as of a past day, and so are reasons, waits and risk.")
    reasons = serializers.ListField(child=serializers.CharField())
    waits = serializers.ListField(child=serializers.CharField())
    risk = serializers.CharField()
    risk_number = serializers.IntegerField(allow_null=True)
    risk_phase = serializers.CharField()
    risk_level = serializers.CharField()
    risk_weight = serializers.IntegerField(allow_null=True)
    value_low = serializers.CharField(allow_null=True)
    value_high = serializers.CharField(allow_null=True)
    cost_high = serializers.CharField(allow_null=True)
    value_realised = serializers.FloatField(allow_null=True, help_text="A year, as the project says.")
    sank = serializers.ListField(child=serializers.CharField(), help_text="The risks that ended a retired project.")


class PortfolioShape(serializers.Serializer[Any]):
    results = PortfolioRowShape(many=True)


class HealthFindingShape(serializers.Serializer[Any]):
    light = serializers.ChoiceField(choices=Health.choices)
    reason = serializers.CharField()
    waits_for = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)


class HealthShape(serializers.Serializer[Any]):
    said = serializers.CharField(allow_null=True)
    note = serializers.CharField()
    set_by = PersonShape(allow_null=True)
    set_at = serializers.DateTimeField(allow_null=True)
    computed = serializers.ChoiceField(choices=Health.choices)
    findings = HealthFindingShape(many=True)


class HealthBody(StrictSerializer):
    light = serializers.CharField(help_text="green, amber or red")
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class PortfolioView(ApiView):
    @extend_schema(
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, description="In name or key."),
            OpenApiParameter("stage", OpenApiTypes.STR),
            OpenApiParameter("light", OpenApiTypes.STR),
            OpenApiParameter("project", OpenApiTypes.STR, description="Only the project with this key."),
            OpenApiParameter("as_of", OpenApiTypes.DATE, description="As it was at the end of this day, where known."),
        ],
        responses=PortfolioShape,
    )
    def get(self, request: Request) -> Response:
        """All projects the caller is in, by name, each with stage, value, health and what could sink it."""
        refuse_unknown_filters(request, ASKED)
        asked = portfolio.Asked.of(request.query_params.dict(), today=now().date())
        only = request.auth.stream_id if isinstance(request.auth, Token) else None
        found = portfolio.rows(caller(request), asked, now=now(), only=only)
        return Response({"results": [portfolio.plain(row) for row in found]})


class HealthView(ProjectApiView):
    @extend_schema(responses=HealthShape)
    def get(self, request: Request, key: str) -> Response:
        """How the project is: as whoever answers for it says, and as computed, with the reasons."""
        return Response(health_json(self.project))

    @extend_schema(request=HealthBody, responses=HealthShape)
    def post(self, request: Request, key: str) -> Response:
        """Say how it is."""
        body = valid(HealthBody, request)
        operations.set_health(project=self.project, by=caller(request), now=now(), **body)
        return Response(health_json(self.project))


def health_json(project: Project) -> dict[str, Any]:
    last = queries.last_health_note(project)
    computed = health.computed([project.pk], now=now())[project.pk]
    return {
        "said": last.light if last else None,
        "note": last.note if last else "",
        "set_by": person_json(last.set_by) if last else None,
        "set_at": last.set_at if last else None,
        "computed": computed.light,
        "findings": [
            {"light": one.light, "reason": one.reason, "waits_for": one.waits_for, "since": one.since}
            for one in computed.findings
        ],
    }
