"""REST: what is watched, how, and what each window showed."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page, valid
from core.errors import Invalid
from core.pages import now
from models_registry.models import Deployment
from monitoring import operations, queries
from monitoring.enums import WindowState
from monitoring.models import DriftWindow, Monitor
from monitoring.operations.monitors import SETTINGS
from projects.api.shapes import PageShape, answer, caller
from projects.api_base import ProjectApiView


class PolicyBody(StrictSerializer):
    window_seconds = serializers.IntegerField(required=False, help_text="Length of a window: 5 to 86,400.")
    min_rows = serializers.IntegerField(required=False, help_text="Under this a window says nothing.")
    confirm_windows = serializers.IntegerField(required=False, help_text="Drifted windows in a row open an alert.")
    retrain_on_drift = serializers.BooleanField(required=False)
    min_labels = serializers.IntegerField(required=False, help_text="Labels since the drift began to retrain on.")
    cooldown_seconds = serializers.IntegerField(required=False, help_text="Between two retrainings by policy.")


class MonitorBody(PolicyBody):
    deployment = serializers.CharField(max_length=60)


class MonitorShape(serializers.Serializer[Any]):
    deployment = serializers.CharField()
    version = serializers.IntegerField()
    window_seconds = serializers.IntegerField()
    min_rows = serializers.IntegerField()
    confirm_windows = serializers.IntegerField()
    retrain_on_drift = serializers.BooleanField()
    min_labels = serializers.IntegerField()
    cooldown_seconds = serializers.IntegerField()
    watermark = serializers.DateTimeField(help_text="Windows up to here have been checked.")
    created_at = serializers.DateTimeField()


class MonitorPageShape(PageShape):
    results = MonitorShape(many=True)


class WindowShape(serializers.Serializer[Any]):
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    model = serializers.CharField()
    model_version = serializers.IntegerField()
    rows = serializers.IntegerField()
    state = serializers.ChoiceField(choices=WindowState.choices)
    features = serializers.ListField(child=serializers.DictField())
    performance = serializers.DictField()


class WindowPageShape(PageShape):
    results = WindowShape(many=True)


def monitor_json(monitor: Monitor) -> dict[str, Any]:
    settings = {name: getattr(monitor, name) for name in SETTINGS}
    return {
        "deployment": monitor.deployment.name,
        "version": monitor.version,
        **settings,
        "watermark": monitor.watermark,
        "created_at": monitor.created_at,
    }


def window_json(window: DriftWindow) -> dict[str, Any]:
    return {
        "started_at": window.started_at,
        "ended_at": window.ended_at,
        "model": window.model_version.model.name,
        "model_version": window.model_version.number,
        "rows": window.rows,
        "state": window.state,
        "features": window.features,
        "performance": window.performance,
    }


class MonitorsView(ProjectApiView):
    @extend_schema(responses=MonitorPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The project's monitors, newest first."""
        return page(request, queries.visible_monitors(self.project), monitor_json)

    @extend_schema(request=MonitorBody, responses={201: MonitorShape})
    def post(self, request: Request, key: str) -> Response:
        """Watch a deployment."""
        body = valid(MonitorBody, request)
        name = body.pop("deployment")
        deployment = Deployment.objects.filter(project=self.project, name=name).first()
        if deployment is None:
            raise Invalid(f"There is no deployment {name!r}.", field="deployment", code="no_such_deployment")
        monitor = operations.create_monitor(deployment=deployment, by=caller(request), now=now(), **body)
        return answer(monitor_json(monitor), monitor, status=201)


class MonitorView(ProjectApiView):
    @extend_schema(responses=MonitorShape)
    def get(self, request: Request, key: str, name: str) -> Response:
        """The monitor of the deployment of this name."""
        monitor = queries.monitor_of(project=self.project, name=name)
        return answer(monitor_json(monitor), monitor)

    @extend_schema(request=PolicyBody, responses=MonitorShape)
    def patch(self, request: Request, key: str, name: str) -> Response:
        """Change the given settings."""
        monitor = operations.update_monitor(
            monitor=queries.monitor_of(project=self.project, name=name),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
            **valid(PolicyBody, request),
        )
        return answer(monitor_json(monitor), monitor)


class WindowsView(ProjectApiView):
    @extend_schema(responses=WindowPageShape)
    def get(self, request: Request, key: str, name: str) -> Response:
        """Its windows, newest first: each feature's distance to the training data."""
        monitor = queries.monitor_of(project=self.project, name=name)
        windows = DriftWindow.objects.filter(monitor=monitor).select_related("model_version__model")
        return page(request, windows, window_json)
