"""Reads of registered models and their versions. A project is visible already: `projects.queries` saw to it."""

from django.db.models import Count, Max, Prefetch, QuerySet

from core.errors import NotFound
from experiments.models import Run
from models_registry.enums import VersionState
from models_registry.models import Deployment, ModelAlias, ModelVersion, RegisteredModel
from projects.models import Project


def visible_models(project: Project) -> QuerySet[RegisteredModel]:
    return RegisteredModel.objects.filter(project=project).select_related("created_by")


def model_named(*, project: Project, name: str) -> RegisteredModel:
    """Raises NotFound."""
    found = visible_models(project).filter(name=name).first()
    if found is None:
        raise NotFound(f"There is no model {name[:80]!r} in this project.")
    return found


def models_with_versions(project: Project) -> QuerySet[RegisteredModel]:
    """Each with its versions, newest first, their runs and aliases, and where they serve: four queries for all."""
    versions = ModelVersion.objects.select_related("run", "created_by").prefetch_related("aliases").order_by("-number")
    serving = Deployment.objects.order_by("name")
    return (
        visible_models(project)
        .prefetch_related(Prefetch("versions", queryset=versions), Prefetch("deployments", queryset=serving))
        .order_by("name", "pk")
    )


def versions_of_run(run: Run) -> QuerySet[ModelVersion]:
    """Newest first, each with its model, its aliases, and what its model's deployments serve: three queries for all."""
    serving = Deployment.objects.order_by("name")
    rows = ModelVersion.objects.filter(run=run).select_related("model").order_by("-pk")
    return rows.prefetch_related("aliases", Prefetch("model__deployments", queryset=serving))


def with_latest(project: Project) -> QuerySet[RegisteredModel]:
    """The models with `version_count` and `latest_number`."""
    return visible_models(project).annotate(version_count=Count("versions"), latest_number=Max("versions__number"))


def visible_versions(project: Project) -> QuerySet[ModelVersion]:
    rows = ModelVersion.objects.filter(project=project)
    return rows.select_related("project", "model", "run__experiment", "logged_model", "created_by", "model_blob")


def version_of(*, project: Project, name: str, number: int) -> ModelVersion:
    """Raises NotFound."""
    found = visible_versions(project).filter(model__name=name, number=number).first()
    if found is None:
        raise NotFound(f"There is no version {number} of a model {name[:80]!r} in this project.")
    return found


def version_by_alias(*, model: RegisteredModel, alias: str) -> ModelVersion:
    """Raises NotFound."""
    row = ModelAlias.objects.select_related("model_version").filter(model=model, name=alias).first()
    if row is None:
        raise NotFound(f"The model {model.name!r} has no alias {alias[:80]!r}.")
    return row.model_version


def newest_approved(model: RegisteredModel, *, other_than: ModelVersion) -> ModelVersion | None:
    approved = ModelVersion.objects.select_related("model").filter(model=model, state=VersionState.APPROVED)
    return approved.exclude(pk=other_than.pk).order_by("-number").first()
