"""Registered models and versions in MLflow's shape."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from experiments.mlflow import locations
from experiments.mlflow.shapes import milliseconds, pairs, set_only
from models_registry import queries
from models_registry.enums import DeploymentState, VersionState
from models_registry.models import Deployment, ModelAlias, ModelVersion, RegisteredModel

# MLflow's stages are shown from what is known here. Only these two can be said by a client, as aliases.
STAGE_ALIASES = {"Production": "production", "Staging": "staging"}
ARCHIVED, NO_STAGE = "Archived", "None"


def with_stage(found: QuerySet[ModelVersion]) -> QuerySet[Any]:
    """Versions with their `stage`: Production when approved and serving or named so, Staging when named so."""
    named = {stage: _carries(alias) for stage, alias in STAGE_ALIASES.items()}
    serving = Exists(Deployment.objects.filter(live_version=OuterRef("pk"), state=DeploymentState.LIVE))
    in_use = Q(state=VersionState.APPROVED) & (Q(serving) | Q(named["Production"]))
    stage = Case(
        When(state=VersionState.ARCHIVED, then=Value(ARCHIVED)),
        When(in_use, then=Value("Production")),
        When(named["Staging"], then=Value("Staging")),
        default=Value(NO_STAGE),
        output_field=CharField(),
    )
    return found.annotate(stage=stage)


def whole_versions(found: QuerySet[ModelVersion]) -> QuerySet[Any]:
    """With everything that an answer shows, in a fixed number of queries."""
    related = found.select_related("model", "run", "logged_model", "created_by")
    return with_stage(related).prefetch_related("aliases")


def version(one: Any) -> dict[str, Any]:
    """A version of `whole_versions`: it carries its `stage`."""
    return version_of(
        one.model.name,
        one.number,
        one.created_at,
        one.updated_at,
        one.created_by.username if one.created_by else None,
        one.stage,
        one.description,
        one.source,
        one.source_root,
        one.source_path,
        one.run.run_id if one.run else None,
        one.tags,
        [alias.name for alias in one.aliases.all()],
        one.logged_model.model_id if one.logged_model else None,
    )


def version_of(
    name: str,
    number: int,
    created_at: datetime,
    updated_at: datetime,
    username: str | None,
    stage: str,
    description: str,
    source: str,
    root: str,
    path: str,
    run_id: str | None,
    tags: dict[str, str],
    aliases: list[str] | None,
    model_id: str | None,
) -> dict[str, Any]:
    """A version from its columns, in the order in which `hot` selects them."""
    return set_only(
        name=name,
        version=str(number),
        creation_timestamp=milliseconds(created_at),
        last_updated_timestamp=milliseconds(updated_at),
        user_id=username,
        current_stage=stage,
        description=description,
        source=source or locations.uri(root, path),
        run_id=run_id,
        status="READY",
        tags=pairs(tags),
        aliases=sorted(aliases or []),
        model_id=model_id,
    )


def download_uri(one: ModelVersion) -> str:
    return locations.uri(one.source_root, one.source_path)


def fresh_version(one: ModelVersion) -> dict[str, Any]:
    return version(whole_versions(ModelVersion.objects.all()).get(pk=one.pk))


def latest_versions(models: Iterable[RegisteredModel]) -> QuerySet[Any]:
    """The newest version of each stage of these models."""
    found = whole_versions(ModelVersion.objects.filter(model__in=list(models)))
    return found.order_by("model_id", "stage", "-number").distinct("model_id", "stage")


def models(found: Iterable[RegisteredModel]) -> list[dict[str, Any]]:
    """Registered models with their latest versions and aliases, in a fixed number of queries."""
    rows = list(found)
    latest: dict[int, list[dict[str, Any]]] = {one.pk: [] for one in rows}
    for one in latest_versions(rows):
        latest[one.model_id].append(version(one))
    aliases: dict[int, list[dict[str, str]]] = {one.pk: [] for one in rows}
    named = ModelAlias.objects.filter(model__in=rows).order_by("name")
    for model_id, alias, number in named.values_list("model_id", "name", "model_version__number"):
        aliases[model_id].append({"alias": alias, "version": str(number)})
    return [_model(one, latest[one.pk], aliases[one.pk]) for one in rows]


def model(one: RegisteredModel) -> dict[str, Any]:
    row = queries.visible_models(one.project).get(pk=one.pk)
    return models([row])[0]


def _model(one: RegisteredModel, latest: list[dict[str, Any]], aliases: list[dict[str, str]]) -> dict[str, Any]:
    return set_only(
        name=one.name,
        creation_timestamp=milliseconds(one.created_at),
        last_updated_timestamp=milliseconds(one.updated_at),
        user_id=one.created_by.username if one.created_by else None,
        description=one.description,
        latest_versions=latest,
        tags=pairs(one.tags),
        aliases=aliases,
    )


def _carries(alias: str) -> Exists:
    return Exists(ModelAlias.objects.filter(model_version=OuterRef("pk"), name=alias))
