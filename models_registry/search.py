"""What of the registry can be found."""

from django.db.models import F, QuerySet
from django.urls import reverse

from core import search
from core.search import Hit, Seen, Source
from models_registry.enums import DeploymentState, ReviewState, VersionState
from models_registry.models import Deployment, ModelVersion, RegisteredModel, Review


def _versions(seen: Seen) -> QuerySet[ModelVersion]:
    called = search.joined(F("model__name"), "/", F("number"))
    return ModelVersion.objects.filter(seen.projects()).annotate(called=called)


def _model_url(hit: Hit) -> str:
    return f"{reverse('models_registry:models', args=[hit.project])}#model-{hit.pk}"


def _version_url(hit: Hit) -> str:
    name, _, number = hit.ref.rpartition("/")
    return reverse("models_registry:version", args=[hit.project, name, number])


def _review_url(hit: Hit) -> str:
    return reverse("models_registry:review", args=[hit.project, hit.ref])


def _deployment_url(hit: Hit) -> str:
    return reverse("models_registry:deployment", args=[hit.project, hit.ref])


search.register(
    Source(
        kind="model",
        group="Models",
        icon="box",
        rows=lambda seen: RegisteredModel.objects.filter(seen.projects()),
        titles=("name",),
        text=("description",),
        ref="name",
        at="created_at",
        url=_model_url,
    ),
    Source(
        kind="version",
        group="Versions",
        icon="box",
        rows=_versions,
        titles=("model__name",),
        shown=search.joined(F("model__name"), " ", F("number")),
        note=search.said("state", VersionState),
        ref="called",
        number="number",
        at="created_at",
        is_guessed=False,
        url=_version_url,
    ),
    Source(
        kind="review",
        group="Reviews",
        icon="clipboard-check",
        rows=lambda seen: Review.objects.filter(seen.projects()),
        titles=("model_version__model__name",),
        shown=search.joined("Review of ", F("model_version__model__name"), " ", F("model_version__number")),
        note=search.said("state", ReviewState),
        ref="number",
        number="number",
        at="requested_at",
        is_guessed=False,
        url=_review_url,
    ),
    Source(
        kind="deployment",
        group="Deployments",
        icon="rocket",
        rows=lambda seen: Deployment.objects.filter(seen.projects()),
        titles=("name",),
        note=search.said("state", DeploymentState),
        ref="name",
        at="created_at",
        url=_deployment_url,
    ),
)
