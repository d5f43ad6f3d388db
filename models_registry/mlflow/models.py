"""`registered-models/*`."""

from typing import Any

from core.errors import Invalid, NotFound
from experiments.mlflow import paging, wire
from experiments.mlflow.door import Call, Route, read
from experiments.mlflow.shapes import set_only
from models_registry import operations, queries
from models_registry.mlflow import filters, promotion, shapes
from models_registry.models import RegisteredModel

MAX_PAGE = 1_000
STAGES = {"none": "None", "staging": "Staging", "production": "Production", "archived": "Archived"}


def given_model(call: Call) -> RegisteredModel:
    """Raises NotFound."""
    name = wire.required(call.data, "name")
    model = RegisteredModel.objects.select_related("project").filter(project=call.project, name=name).first()
    if model is None:
        raise NotFound(f"Registered Model with name={name[:250]} not found")
    return model


def refuse_prompt(tags: dict[str, str]) -> None:
    """MLflow's registry keeps prompts as models with a tag, for which checks are skipped. Here are models only."""
    if filters.PROMPT_TAG in tags:
        raise Invalid("This registry keeps models; it keeps no prompts.", field="tags")


def create(call: Call) -> dict[str, Any]:
    tags = wire.mapping(call.data, "tags")
    refuse_prompt(tags)
    model = operations.register_model(
        project=call.project,
        name=wire.required(call.data, "name"),
        description=wire.text(call.data, "description"),
        tags=tags,
        by=call.by,
        now=call.now,
    )
    return {"registered_model": shapes.model(model)}


def get(call: Call) -> dict[str, Any]:
    return {"registered_model": shapes.model(given_model(call))}


def search(call: Call) -> dict[str, Any]:
    found = filters.models(
        queries.visible_models(call.project), wire.text(call.data, "filter"), wire.texts(call.data, "order_by")
    )
    size = wire.page_size(call.data, default=100, most=MAX_PAGE)
    page, token = paging.page(found, size=size, token=wire.text(call.data, "page_token"))
    return {"registered_models": shapes.models(page), **set_only(next_page_token=token)}


def update(call: Call) -> dict[str, Any]:
    description = wire.text(call.data, "description")
    model = operations.update_model(model=given_model(call), description=description, by=call.by, now=call.now)
    return {"registered_model": shapes.model(model)}


def rename(call: Call) -> dict[str, Any]:
    name = wire.required(call.data, "new_name")
    model = operations.rename_model(model=given_model(call), name=name, by=call.by, now=call.now)
    return {"registered_model": shapes.model(model)}


def delete(call: Call) -> dict[str, Any]:
    operations.delete_model(model=given_model(call), by=call.by, now=call.now)
    return {}


def set_tag(call: Call) -> dict[str, Any]:
    tags = {wire.required(call.data, "key"): wire.text(call.data, "value")}
    refuse_prompt(tags)
    operations.set_model_tags(model=given_model(call), tags=tags, by=call.by, now=call.now)
    return {}


def delete_tag(call: Call) -> dict[str, Any]:
    """Deleting what is not there is no mistake, as in MLflow."""
    model, key = given_model(call), wire.required(call.data, "key")
    if key in model.tags:
        operations.delete_model_tag(model=model, key=key, by=call.by, now=call.now)
    return {}


def set_alias(call: Call) -> dict[str, Any]:
    alias = wire.required(call.data, "alias")
    number = wire.required_number(call.data, "version")
    version = queries.version_of(project=call.project, name=given_model(call).name, number=number)
    promotion.set_alias(call, version, alias)
    return {}


def get_by_alias(call: Call) -> dict[str, Any]:
    model, alias = given_model(call), wire.required(call.data, "alias")
    try:
        version = queries.version_by_alias(model=model, alias=alias)
    except NotFound:
        raise Invalid(f"Registered model alias {alias[:255]} not found.", field="alias") from None
    return {"model_version": shapes.fresh_version(version)}


def delete_alias(call: Call) -> dict[str, Any]:
    """Deleting what is not there is no mistake, as in MLflow."""
    model, alias = given_model(call), wire.required(call.data, "alias")
    if model.aliases.filter(name=alias).exists():
        operations.delete_alias(model=model, alias=alias, by=call.by, now=call.now)
    return {}


def latest_versions(call: Call) -> dict[str, Any]:
    stages = {canonical_stage(stage) for stage in wire.texts(call.data, "stages")}
    found = shapes.latest_versions([given_model(call)])
    shown = [shapes.version(one) for one in found]
    return {"model_versions": [one for one in shown if not stages or one["current_stage"] in stages]}


def canonical_stage(stage: str) -> str:
    """MLflow's spelling of a stage. Raises Invalid."""
    if stage.lower() not in STAGES:
        raise Invalid(
            f"Invalid Model Version stage: {stage[:80]}. Value must be one of None, Staging, Production, Archived.",
            field="stage",
        )
    return STAGES[stage.lower()]


_PREFIX = "registered-models"
ROUTES = [
    Route("POST", f"{_PREFIX}/create", create),
    read("GET", f"{_PREFIX}/get", get),
    read("GET", f"{_PREFIX}/search", search),
    Route("PATCH", f"{_PREFIX}/update", update),
    Route("POST", f"{_PREFIX}/rename", rename),
    Route("DELETE", f"{_PREFIX}/delete", delete),
    Route("POST", f"{_PREFIX}/set-tag", set_tag),
    Route("DELETE", f"{_PREFIX}/delete-tag", delete_tag),
    Route("POST", f"{_PREFIX}/alias", set_alias),
    read("GET", f"{_PREFIX}/alias", get_by_alias),
    Route("DELETE", f"{_PREFIX}/alias", delete_alias),
    read("POST", f"{_PREFIX}/get-latest-versions", latest_versions),
    read("GET", f"{_PREFIX}/get-latest-versions", latest_versions),
]
