"""REST: alerts, and taking care of them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, page, valid
from core.pages import now
from monitoring import operations, queries
from monitoring.enums import AlertKind, AlertState
from monitoring.models import Alert
from projects.api.shapes import PageShape, PersonShape, answer, caller, person_json
from projects.api_base import ProjectApiView


class EmptyBody(StrictSerializer):
    pass


class ResolveBody(StrictSerializer):
    because = serializers.CharField(max_length=200, allow_blank=True, default="")


class AlertShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    deployment = serializers.CharField()
    kind = serializers.ChoiceField(choices=AlertKind.choices)
    state = serializers.ChoiceField(choices=AlertState.choices)
    summary = serializers.CharField()
    features = serializers.ListField(child=serializers.CharField())
    drifting_since = serializers.DateTimeField()
    opened_at = serializers.DateTimeField()
    acknowledged_by = PersonShape(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)


class AlertPageShape(PageShape):
    results = AlertShape(many=True)


def alert_json(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.pk,
        "version": alert.version,
        "deployment": alert.monitor.deployment.name,
        "kind": alert.kind,
        "state": alert.state,
        "summary": alert.summary,
        "features": alert.features,
        "drifting_since": alert.drifting_since,
        "opened_at": alert.opened_at,
        "acknowledged_by": person_json(alert.acknowledged_by),
        "resolved_at": alert.resolved_at,
    }


class AlertsView(ProjectApiView):
    @extend_schema(responses=AlertPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The project's alerts, newest first."""
        return page(request, queries.visible_alerts(self.project), alert_json)


class AlertAcknowledgeView(ProjectApiView):
    @extend_schema(request=EmptyBody, responses=AlertShape)
    def post(self, request: Request, key: str, alert_id: int) -> Response:
        """Say that you have seen it and take care."""
        valid(EmptyBody, request)
        alert = queries.alert_by_id(project=self.project, alert_id=alert_id)
        alert = operations.acknowledge_alert(alert=alert, by=caller(request), now=now())
        return answer(alert_json(alert), alert)


class AlertResolveView(ProjectApiView):
    @extend_schema(request=ResolveBody, responses=AlertShape)
    def post(self, request: Request, key: str, alert_id: int) -> Response:
        """It is settled: windows from now on count anew."""
        because = valid(ResolveBody, request)["because"]
        alert = queries.alert_by_id(project=self.project, alert_id=alert_id)
        alert = operations.resolve_alert(alert=alert, by=caller(request), now=now(), because=because)
        return answer(alert_json(alert), alert)
