"""What monitoring contributes to the gates of a project."""

from django.db.models import F
from django.urls import reverse

from models_registry.checks import metric_of
from models_registry.enums import DeploymentState
from models_registry.models import Deployment
from monitoring.enums import AlertState
from monitoring.events import ALERT_RESOLVED, MONITOR_CREATED, MONITOR_UPDATED
from monitoring.models import Alert, DriftWindow
from projects.attained import Attained, Strength, attains
from projects.enums import Gate
from projects.facts import Reading, fact
from projects.gates import Check, contribution, gate_check
from projects.models import Project, Scope
from projects.policy import Type

contribution(Gate.RELEASE, MONITOR_CREATED, MONITOR_UPDATED, ALERT_RESOLVED)


@fact("monitors.watched", Type.TEXTS, doc="The deployments that are watched against drift.")
def _watched(project: Project) -> Reading:
    named = {name: monitor for name, monitor in _monitors(project).items() if monitor}
    return Reading(frozenset(named), shown=", ".join(sorted(named)) or "none", identity=named)


@fact("alerts.open", Type.NUMBER, doc="Alerts that are not resolved.")
def _open_alerts(project: Project) -> Reading:
    alerts = Alert.objects.filter(project=project).exclude(state=AlertState.RESOLVED).order_by("pk")
    numbers = list(alerts.values_list("pk", flat=True))
    return Reading(len(numbers), shown=str(len(numbers)), identity={"alerts": numbers} if numbers else {})


def _monitors(project: Project) -> dict[str, dict[str, int] | None]:
    """Of every deployment that is not retired: its monitor and the revision of that; None without one."""
    deployments = Deployment.objects.filter(project=project).exclude(state=DeploymentState.RETIRED)
    rows = deployments.order_by("name").values_list("name", "monitor__pk", "monitor__version")
    return {name: {"monitor": pk, "revision": revision} if pk else None for name, pk, revision in rows}


@attains(Strength.PRODUCTION)
def _newest_window(project: Project, scope: Scope) -> Attained | None:
    """Of what is live, where the truth of predictions has arrived."""
    metric = metric_of(scope)
    windows = DriftWindow.objects.filter(project=project, monitor__deployment__state=DeploymentState.LIVE)
    of_live = windows.filter(model_version=F("monitor__deployment__live_version"))
    measured = of_live.filter(performance__metrics__has_key=metric).select_related("monitor__deployment")
    newest = measured.order_by("-ended_at", "-pk").first()
    if newest is None:
        return None
    deployment = newest.monitor.deployment
    return Attained(
        newest.performance["metrics"][metric],
        of=deployment.name,
        url=reverse("monitoring:monitoring", args=[project.key]),
        measured=f"in production, {newest.performance['labelled']:,} predictions whose truth is known",
    )


@gate_check(Gate.RELEASE, order=90)
def every_deployment_is_monitored(project: Project) -> Check:
    found = _monitors(project)
    bare = [name for name, monitor in found.items() if monitor is None]
    watched = f"{len(found)} watched" if found else "nothing is deployed yet"
    return Check(
        id="monitored",
        label="Every deployment is monitored against drift",
        state="ok" if found and not bare else "bad" if bare else "wait",
        value=f"not watched: {', '.join(bare)}" if bare else watched,
        source="monitoring",
        url=reverse("monitoring:monitoring", args=[project.key]),
        identity=found,
    )
