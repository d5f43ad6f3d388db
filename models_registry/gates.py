"""What the registry adds to the gates of a project."""

from django.urls import reverse

from models_registry.enums import DeploymentState, VersionState
from models_registry.models import Deployment, ModelVersion
from projects.enums import Gate
from projects.gates import Check, gate_check
from projects.models import Project


@gate_check(Gate.RELEASE, order=20)
def version_is_approved(project: Project) -> Check:
    approved = ModelVersion.objects.filter(project=project, state=VersionState.APPROVED).select_related("model")
    newest = approved.order_by("-updated_at", "-pk").first()
    return Check(
        id="approved_version",
        label="A model version is approved by a second person",
        state="ok" if newest else "bad",
        value=str(newest) if newest else "none yet",
        source="models",
        url=reverse("models_registry:models", args=[project.key]),
    )


@gate_check(Gate.RELEASE, order=30)
def approved_version_is_live(project: Project) -> Check:
    live = _live(project)
    serving = [one for one in live if one.live_version.state == VersionState.APPROVED]
    return Check(
        id="live_deployment",
        label="An approved version is deployed and live",
        state="ok" if serving else "bad",
        value=", ".join(f"{one.name}: {one.live_version}" for one in serving) or "nothing is live",
        source="deployments",
        url=reverse("models_registry:deployments", args=[project.key]),
    )


@gate_check(Gate.RETIREMENT, order=10)
def nothing_is_live_any_more(project: Project) -> Check:
    live = _live(project, DeploymentState.LIVE, DeploymentState.PAUSED)
    return Check(
        id="nothing_live",
        label="No deployment is live any more",
        state="wait" if live else "ok",
        value=", ".join(one.name for one in live) or "all retired",
        source="deployments",
        url=reverse("models_registry:deployments", args=[project.key]),
    )


def _live(project: Project, *states: DeploymentState) -> list[Deployment]:
    found = Deployment.objects.filter(project=project, state__in=states or [DeploymentState.LIVE])
    return list(found.select_related("live_version__model").order_by("name"))
