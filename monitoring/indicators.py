"""What monitoring measures, for risks to be bound to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from models_registry.models import PredictionLog
from monitoring.enums import WindowState
from monitoring.models import DriftWindow, Monitor
from projects.indicators import live_metric
from projects.models import Project


def watched(project: Project) -> list[str]:
    """Names of the deployments that are monitored."""
    names = Monitor.objects.filter(project=project).order_by("deployment__name")
    return list(names.values_list("deployment__name", flat=True))


@live_metric("drift.share", "Share of windows that drifted", subjects=watched)
def drifted_share(project: Project, deployment: str, since: datetime, until: datetime) -> float | None:
    judged = _windows(project, deployment, since, until).filter(state__in=WindowState.judged())
    counted = judged.aggregate(all=Count("pk"), drifted=Count("pk", filter=Q(state=WindowState.DRIFTED)))
    return counted["drifted"] / counted["all"] if counted["all"] else None


@live_metric("drift.distance", "Largest distance of a feature from training", subjects=watched)
def largest_distance(project: Project, deployment: str, since: datetime, until: datetime) -> float | None:
    judged = _windows(project, deployment, since, until).filter(state__in=WindowState.judged())
    found = [each["distance"] for window in judged for each in window.features if each.get("distance") is not None]
    return max(found, default=None)


@live_metric("labels.share", "Share of predictions whose truth has arrived", subjects=watched)
def labelled_share(project: Project, deployment: str, since: datetime, until: datetime) -> float | None:
    counted = _predictions(project, deployment, since, until).aggregate(
        all=Count("pk"), known=Count("pk", filter=Q(truth_at__isnull=False))
    )
    return counted["known"] / counted["all"] if counted["all"] else None


@live_metric("traffic.per_minute", "Predictions a minute", subjects=watched)
def predictions_per_minute(project: Project, deployment: str, since: datetime, until: datetime) -> float | None:
    return _predictions(project, deployment, since, until).count() / ((until - since).total_seconds() / 60)


def _performance(name: str) -> Callable[[Project, str, datetime, datetime], float | None]:
    def measure(project: Project, deployment: str, since: datetime, until: datetime) -> float | None:
        """The mean over the windows, each by its labelled predictions."""
        said = [window.performance for window in _windows(project, deployment, since, until)]
        found = [(one["metrics"][name], one["labelled"]) for one in said if name in one.get("metrics", {})]
        total = sum(labelled for _, labelled in found)
        return sum(value * labelled for value, labelled in found) / total if total else None

    return measure


for _name, _label in (
    ("accuracy", "Accuracy"),
    ("average_precision", "Average precision"),
    ("roc_auc", "ROC AUC"),
    ("brier", "Brier score"),
    ("log_loss", "Log loss"),
):
    live_metric(f"performance.{_name}", f"{_label} in production", subjects=watched)(_performance(_name))


def _windows(project: Project, deployment: str, since: datetime, until: datetime) -> "QuerySet[DriftWindow]":
    """The checked windows that ended in this time."""
    return DriftWindow.objects.filter(
        monitor__project=project, monitor__deployment__name=deployment, ended_at__gt=since, ended_at__lte=until
    )


def _predictions(project: Project, deployment: str, since: datetime, until: datetime) -> "QuerySet[PredictionLog, Any]":
    return PredictionLog.objects.filter(
        deployment__project=project, deployment__name=deployment, at__gte=since, at__lt=until
    )
