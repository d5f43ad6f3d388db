"""`logged-models/*`: MLflow 3's models, which exist before anybody registers them.

A model's metrics are those of the run that it came out of: clients log them to both.
"""

from typing import Any

from core.errors import NotFound
from experiments import operations, queries
from experiments.enums import Lifecycle
from experiments.mlflow import filters, paging, shapes, wire
from experiments.mlflow.door import Call, Route, read
from experiments.mlflow.experiments import DEFAULT_ID, experiment_named
from experiments.mlflow.runs import run_named
from experiments.models import LoggedModel

MAX_PAGE = 1_000

_STATUS_NUMBERS = {"1": "LOGGED_MODEL_PENDING", "2": "LOGGED_MODEL_READY", "3": "LOGGED_MODEL_UPLOAD_FAILED"}


def given_model(call: Call) -> LoggedModel:
    """The model in the path, if it was not deleted. Raises NotFound."""
    model = queries.logged_model_by_id(project=call.project, model_id=call.parts["model_id"])
    if model.lifecycle != Lifecycle.ACTIVE:
        raise NotFound(f"Logged model with ID {model.model_id!r} not found.")
    return model


def create(call: Call) -> dict[str, Any]:
    run_id = wire.text(call.data, "source_run_id")
    model = operations.create_logged_model(
        experiment=experiment_named(call, wire.text(call.data, "experiment_id") or DEFAULT_ID),
        name=wire.text(call.data, "name") or "model",
        source_run=run_named(call, run_id) if run_id else None,
        model_type=wire.text(call.data, "model_type"),
        params=wire.mapping(call.data, "params"),
        tags=wire.mapping(call.data, "tags"),
        by=call.by,
        now=call.now,
    )
    return answer(model)


def get(call: Call) -> dict[str, Any]:
    return answer(given_model(call))


def finalize(call: Call) -> dict[str, Any]:
    status = str(call.data.get("status") or "")
    status = _STATUS_NUMBERS.get(status, status)
    model = operations.finalize_logged_model(model=given_model(call), status=status, by=call.by, now=call.now)
    return answer(model)


def delete(call: Call) -> dict[str, Any]:
    operations.delete_logged_model(model=given_model(call), by=call.by, now=call.now)
    return {}


def log_params(call: Call) -> dict[str, Any]:
    params = wire.mapping(call.data, "params")
    operations.log_model_params(model=given_model(call), params=params, by=call.by, now=call.now)
    return {}


def set_tags(call: Call) -> dict[str, Any]:
    tags = wire.mapping(call.data, "tags")
    return answer(operations.set_logged_model_tags(model=given_model(call), tags=tags, by=call.by, now=call.now))


def delete_tag(call: Call) -> dict[str, Any]:
    model, key = given_model(call), call.parts["key"]
    if key not in model.tags:
        raise NotFound(f"No tag with key {key[:250]!r} found for model with ID {model.model_id!r}.")
    operations.delete_logged_model_tag(model=model, key=key, by=call.by, now=call.now)
    return {}


def search(call: Call) -> dict[str, Any]:
    experiments = [experiment_named(call, one).pk for one in wire.texts(call.data, "experiment_ids")]
    found = filters.logged_models(
        LoggedModel.objects.filter(experiment__in=experiments, lifecycle=Lifecycle.ACTIVE),
        wire.text(call.data, "filter"),
        wire.items(call.data, "order_by"),
    )
    size = wire.page_size(call.data, default=50, most=MAX_PAGE)
    token = wire.text(call.data, "page_token")
    page, token = paging.page(found.select_related("source_run"), size=size, token=token)
    metrics = queries.latest_metrics([one.source_run for one in page if one.source_run])
    shown = [shapes.logged_model(one, metrics.get(one.source_run_id or 0, [])) for one in page]
    return {"models": shown, **shapes.set_only(next_page_token=token)}


def answer(model: LoggedModel) -> dict[str, Any]:
    run = model.source_run
    metrics = queries.latest_metrics([run])[run.pk] if run else []
    return {"model": shapes.logged_model(model, metrics)}


ROUTES = [
    Route("POST", "logged-models", create),
    read("POST", "logged-models/search", search),
    read("GET", "logged-models/{model_id}", get),
    Route("PATCH", "logged-models/{model_id}", finalize),
    Route("DELETE", "logged-models/{model_id}", delete),
    Route("POST", "logged-models/{model_id}/params", log_params),
    Route("PATCH", "logged-models/{model_id}/tags", set_tags),
    Route("DELETE", "logged-models/{model_id}/tags/{key+}", delete_tag),
]
