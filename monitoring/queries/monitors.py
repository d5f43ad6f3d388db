"""Monitors, their windows, alerts and retrainings."""

from typing import Any

from django.db.models import Q, QuerySet

from core.errors import NotFound
from experiments.models import Training
from models_registry.checks import metric_of
from models_registry.enums import DeploymentState
from models_registry.models import Comparison, Deployment, ModelVersion
from monitoring.enums import AlertState, RetrainingState, WindowState
from monitoring.models import Alert, DriftWindow, Monitor, Retraining
from projects.models import Project
from projects.queries import scope_of


def visible_monitors(project: Project) -> QuerySet[Monitor]:
    """With the deployment, its model and the version that serves."""
    return Monitor.objects.filter(project=project).select_related(
        "project", "deployment__model", "deployment__live_version__model", "schedule", "created_by"
    )


def monitor_of(*, project: Project, name: str) -> Monitor:
    """The monitor of the deployment of this name. Raises NotFound."""
    found = visible_monitors(project).filter(deployment__name=name).first()
    if found is None:
        raise NotFound(f"No monitor watches a deployment {name[:60]!r} in this project.")
    return found


def unmonitored_deployments(project: Project) -> QuerySet[Deployment]:
    return (
        Deployment.objects.filter(project=project, monitor=None)
        .exclude(state=DeploymentState.RETIRED)
        .select_related("live_version__model")
    )


def champion_training(version: ModelVersion) -> Training | None:
    """How the version was trained, if that was here: what its inputs are compared with, and how it is retrained."""
    if version.run_id is None:
        return None
    found = Training.objects.select_related("dataset_version__dataset", "run__experiment")
    return found.filter(run=version.run_id).first()


def judged_by(comparison: Comparison) -> dict[str, Any] | None:
    """What a comparison says by the scope's metric, or by its primary one; None before there is a result."""
    result = comparison.result or {}
    metric = metric_of(scope_of(comparison.project))
    named = {each["metric"]: each for each in result.get("metrics") or []}
    return named.get(metric) or result.get("primary")


def recent_windows(monitor: Monitor, *, limit: int) -> list[DriftWindow]:
    """The last windows, oldest first."""
    found = DriftWindow.objects.filter(monitor=monitor).select_related("model_version__model").order_by("-started_at")
    return list(found[:limit])[::-1]


def streak(monitor: Monitor) -> list[DriftWindow]:
    """The last windows that were judged, at most `confirm_windows`, oldest first: what an alert is decided on.

    Only windows of the version that serves count, since it was deployed, and since the last alert was settled.
    """
    since = Q(model_version=monitor.deployment.live_version_id, started_at__gte=monitor.deployment.deployed_at)
    settled = Alert.objects.filter(monitor=monitor, state=AlertState.RESOLVED).order_by("-resolved_at", "-pk").first()
    if settled is not None and settled.resolved_at is not None:
        since &= Q(ended_at__gt=settled.resolved_at)
    judged = DriftWindow.objects.filter(since, monitor=monitor, state__in=WindowState.judged())
    return list(judged.order_by("-started_at")[: monitor.confirm_windows])[::-1]


def open_alert(monitor: Monitor) -> Alert | None:
    return Alert.objects.filter(monitor=monitor, state__in=AlertState.open()).order_by("pk").first()


def open_retraining(monitor: Monitor) -> Retraining | None:
    found = Retraining.objects.filter(monitor=monitor, state__in=RetrainingState.open())
    return _with_what_it_made(found).order_by("pk").first()


def last_retraining(monitor: Monitor) -> Retraining | None:
    """The one that is open, else the latest."""
    return _with_what_it_made(Retraining.objects.filter(monitor=monitor)).order_by("-started_at", "-pk").first()


def alerts_of(monitor: Monitor, *, limit: int) -> list[Alert]:
    """Open ones first, then the latest."""
    found = Alert.objects.filter(monitor=monitor).select_related("acknowledged_by", "window")
    return sorted(found.order_by("-opened_at", "-pk")[:limit], key=lambda alert: alert.state == AlertState.RESOLVED)


def visible_alerts(project: Project) -> QuerySet[Alert]:
    return Alert.objects.filter(project=project).select_related(
        "monitor__deployment", "monitor__project", "acknowledged_by"
    )


def alert_by_id(*, project: Project, alert_id: int) -> Alert:
    """Raises NotFound."""
    found = visible_alerts(project).filter(pk=alert_id).first()
    if found is None:
        raise NotFound(f"There is no alert {alert_id} in this project.")
    return found


def visible_retrainings(project: Project) -> QuerySet[Retraining]:
    found = Retraining.objects.filter(project=project).select_related("monitor__deployment")
    return _with_what_it_made(found)


def retrainings_of(monitor: Monitor, *, limit: int) -> list[Retraining]:
    found = _with_what_it_made(Retraining.objects.filter(monitor=monitor))
    return list(found.order_by("-started_at", "-pk")[:limit])


def _with_what_it_made(found: QuerySet[Retraining]) -> QuerySet[Retraining]:
    return found.select_related(
        "alert",
        "dataset_version__dataset",
        "run__training__job",
        "model_version__model",
        "review",
        "started_by",
    )
