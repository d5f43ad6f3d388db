"""What deployments show of themselves, for risks to be bound to."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Sum

from models_registry.enums import DeploymentState
from models_registry.latencies import CLASSES, quantile
from models_registry.models import Deployment, ServingMinute
from projects.indicators import live_metric
from projects.models import Project

_LATENCIES = """
SELECT place, sum(count) FROM models_registry_servingminute minute
JOIN models_registry_deployment deployment ON deployment.id = minute.deployment_id,
unnest(minute.latencies) WITH ORDINALITY AS class (count, place)
WHERE deployment.project_id = %s AND deployment.name = %s AND minute.minute > %s AND minute.minute < %s
GROUP BY place
"""


def served(project: Project) -> list[str]:
    """Names of the deployments that are not retired."""
    found = Deployment.objects.filter(project=project).exclude(state=DeploymentState.RETIRED)
    return list(found.order_by("name").values_list("name", flat=True))


@live_metric("serving.failed", "Share of calls that failed", subjects=served)
def failed_share(project: Project, deployment: str, since: datetime, until: datetime) -> float | None:
    return _share("failed", project, deployment, since, until)


@live_metric("serving.refused", "Share of calls refused for their rows", subjects=served)
def refused_share(project: Project, deployment: str, since: datetime, until: datetime) -> float | None:
    return _share("refused", project, deployment, since, until)


@live_metric("serving.latency_p95", "Latency that 95% of calls stay below, ms", subjects=served)
def latency_p95(project: Project, deployment: str, since: datetime, until: datetime) -> float | None:
    counts = [0] * CLASSES
    with connection.cursor() as cursor:
        cursor.execute(_LATENCIES, [project.pk, deployment, since - timedelta(minutes=1), until])
        for place, count in cursor.fetchall():
            counts[place - 1] = int(count)
    return quantile(counts, 0.95)


def _share(column: str, project: Project, deployment: str, since: datetime, until: datetime) -> float | None:
    """Whole minutes: of the one in which the time begins, all counts."""
    minutes = ServingMinute.objects.filter(
        deployment__project=project,
        deployment__name=deployment,
        minute__gt=since - timedelta(minutes=1),
        minute__lt=until,
    )
    counted = minutes.aggregate(calls=Sum("calls"), found=Sum(column))
    return counted["found"] / counted["calls"] if counted["calls"] else None
