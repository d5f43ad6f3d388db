"""`model-versions/*`.

Stages are MLflow's older way of promotion. Here "Production" and "Staging" are the aliases of these names, "Archived"
archives, and "None" takes the aliases away; what serves is decided by deployments alone.
"""

from typing import Any

from core.errors import Conflict, NotFound
from core.roles import Scope
from experiments.mlflow import paging, wire
from experiments.mlflow.door import Call, Route, read, require_scope
from experiments.mlflow.shapes import set_only
from models_registry import operations, queries
from models_registry.mlflow import filters, promotion, shapes, sources
from models_registry.mlflow.models import canonical_stage, given_model, refuse_prompt
from models_registry.models import ModelVersion

MAX_PAGE = 200_000


def given_version(call: Call) -> ModelVersion:
    """Raises Invalid, NotFound."""
    name, number = wire.required(call.data, "name"), wire.required_number(call.data, "version")
    found = queries.visible_versions(call.project).filter(model__name=name, number=number).first()
    if found is None:
        raise NotFound(f"Model Version (name={name[:250]}, version={number}) not found")
    return found


def create(call: Call) -> dict[str, Any]:
    tags, named = wire.mapping(call.data, "tags"), wire.required(call.data, "source")
    refuse_prompt(tags)
    model = given_model(call)
    source = sources.resolve(
        call, named, run_id=wire.text(call.data, "run_id"), model_id=wire.text(call.data, "model_id")
    )
    version = operations.create_version(
        model=model,
        run=source.run,
        logged_model=source.logged_model,
        root=source.root,
        path=source.path,
        source=named,
        description=wire.text(call.data, "description"),
        tags=tags,
        by=call.by,
        now=call.now,
    )
    return {"model_version": shapes.fresh_version(version)}


def get(call: Call) -> dict[str, Any]:
    return {"model_version": shapes.fresh_version(given_version(call))}


def download_uri(call: Call) -> dict[str, Any]:
    return {"artifact_uri": shapes.download_uri(given_version(call))}


def search(call: Call) -> dict[str, Any]:
    found = filters.versions(
        ModelVersion.objects.filter(project=call.project),
        wire.text(call.data, "filter"),
        wire.texts(call.data, "order_by"),
    )
    size = wire.page_size(call.data, default=10_000, most=MAX_PAGE)
    token = wire.text(call.data, "page_token")
    page, token = paging.page(shapes.whole_versions(found), size=size, token=token)
    return {"model_versions": [shapes.version(one) for one in page], **set_only(next_page_token=token)}


def update(call: Call) -> dict[str, Any]:
    description = wire.text(call.data, "description")
    version = operations.update_version(version=given_version(call), description=description, by=call.by, now=call.now)
    return {"model_version": shapes.fresh_version(version)}


def delete(call: Call) -> dict[str, Any]:
    operations.delete_version(version=given_version(call), by=call.by, now=call.now)
    return {}


def set_tag(call: Call) -> dict[str, Any]:
    tags = {wire.required(call.data, "key"): wire.text(call.data, "value")}
    refuse_prompt(tags)
    operations.set_version_tags(version=given_version(call), tags=tags, by=call.by, now=call.now)
    return {}


def delete_tag(call: Call) -> dict[str, Any]:
    """Deleting what is not there is no mistake, as in MLflow."""
    version, key = given_version(call), wire.required(call.data, "key")
    if key in version.tags:
        operations.delete_version_tag(version=version, key=key, by=call.by, now=call.now)
    return {}


def transition_stage(call: Call) -> dict[str, Any]:
    version, stage = given_version(call), canonical_stage(wire.required(call.data, "stage"))
    if stage == shapes.ARCHIVED:
        operations.archive_version(version=version, by=call.by, now=call.now)
    elif stage == shapes.NO_STAGE:
        _without_stage(call, version)
    else:
        promotion.set_alias(call, version, shapes.STAGE_ALIASES[stage])
    return {"model_version": shapes.fresh_version(version)}


def _without_stage(call: Call, version: ModelVersion) -> None:
    """Take the stage's aliases away; what serves stays Production until another version is deployed."""
    serving = shapes.fresh_version(version)["current_stage"] == "Production"
    named = version.aliases.filter(name__in=shapes.STAGE_ALIASES.values())
    aliases = sorted(named.values_list("name", flat=True))
    if serving and "production" not in aliases:
        raise Conflict(f"{version} serves a deployment: deploy another version first.", code="is_live")
    if "production" in aliases:
        require_scope(call.token, Scope.DEPLOY)
    for alias in aliases:
        operations.delete_alias(model=version.model, alias=alias, by=call.by, now=call.now)


_PREFIX = "model-versions"
ROUTES = [
    Route("POST", f"{_PREFIX}/create", create),
    read("GET", f"{_PREFIX}/get", get),
    read("GET", f"{_PREFIX}/get-download-uri", download_uri),
    read("GET", f"{_PREFIX}/search", search),
    Route("PATCH", f"{_PREFIX}/update", update),
    Route("DELETE", f"{_PREFIX}/delete", delete),
    Route("POST", f"{_PREFIX}/set-tag", set_tag),
    Route("DELETE", f"{_PREFIX}/delete-tag", delete_tag),
    Route("POST", f"{_PREFIX}/transition-stage", transition_stage),
]
