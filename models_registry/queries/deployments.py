"""Reads of deployments and their predictions."""

from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMinute

from core.errors import NotFound
from core.models import Event
from models_registry.enums import DeploymentState
from models_registry.events import PREDICTIONS_LABELLED
from models_registry.models import Deployment, ModelVersion, PredictionLog
from projects.models import Project


def visible_deployments(project: Project) -> QuerySet[Deployment]:
    return Deployment.objects.filter(project=project).select_related(
        "project", "model", "live_version__model", "previous_version__model", "deployed_by"
    )


def deployment_named(*, project: Project, name: str) -> Deployment:
    """Raises NotFound."""
    found = visible_deployments(project).filter(name=name).first()
    if found is None:
        raise NotFound(f"There is no deployment {name[:80]!r} in this project.")
    return found


def serving(version: ModelVersion) -> QuerySet[Deployment]:
    return Deployment.objects.filter(live_version=version).exclude(state=DeploymentState.RETIRED).order_by("name")


def predictions(deployment: Deployment) -> QuerySet[PredictionLog]:
    """Newest first."""
    rows = PredictionLog.objects.filter(deployment=deployment).select_related("model_version")
    return rows.order_by("-at", "-pk")


def traffic(deployment: Deployment, *, now: datetime, minutes: int = 30) -> list[tuple[datetime, int]]:
    """(minute, predictions) of the last minutes, the empty ones too, oldest first."""
    last = now.replace(second=0, microsecond=0)
    first = last - timedelta(minutes=minutes - 1)
    rows = PredictionLog.objects.filter(deployment=deployment, at__gte=first)
    counted = dict(rows.annotate(minute=TruncMinute("at")).values_list("minute").annotate(n=Count("pk")))
    return [(first + timedelta(minutes=i), counted.get(first + timedelta(minutes=i), 0)) for i in range(minutes)]


def history(deployment: Deployment, *, limit: int = 50) -> list[Event]:
    """What happened to it, newest first; the truths that came in are not its history."""
    rows = Event.objects.filter(
        stream_id=deployment.project_id, subject_type="deployment", subject_id=deployment.public_id
    ).exclude(type=PREDICTIONS_LABELLED)
    return list(rows.select_related("actor").order_by("-seq")[:limit])
