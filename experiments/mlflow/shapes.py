"""Answers in MLflow's shape: snake_case proto3 JSON, 64-bit integers as numbers, NaN as text, nothing unset."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from experiments.documents import Input, RunDocument
from experiments.enums import Lifecycle
from experiments.mlflow import locations
from experiments.models import Experiment, LatestMetric, LoggedModel, MetricPoint, Run, RunInput
from experiments.queries import Latest

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CONTEXT_TAG = "mlflow.data.context"
NAME_TAG = "mlflow.runName"
USER_TAG = "mlflow.user"

_MILLISECOND = timedelta(milliseconds=1)
_DATASET_TEXTS = ("source_type", "source", "schema", "profile")


def milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // _MILLISECOND


def number(value: float) -> float | str:
    """A double as proto3 JSON: what JSON has no number for is text."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def set_only(**values: Any) -> dict[str, Any]:
    """The values that are set, as proto2 leaves out the others."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def experiment(one: Experiment) -> dict[str, Any]:
    return {
        "experiment_id": str(one.pk),
        "name": one.name,
        "artifact_location": locations.experiment_uri(one),
        "lifecycle_stage": lifecycle(one.lifecycle),
        "creation_time": milliseconds(one.created_at),
        "last_update_time": milliseconds(one.updated_at),
        "tags": pairs(one.tags),
    }


def lifecycle(value: str) -> str:
    return "deleted" if value == Lifecycle.DELETED else "active"


def run(one: Run) -> dict[str, Any]:
    """A run with everything it holds. Expects `latest_metrics__key`, `inputs` and `logged_models` prefetched."""
    models = [model.model_id for model in one.logged_models.all() if model.lifecycle == Lifecycle.ACTIVE]
    metrics = [metric(point) for point in one.latest_metrics.all()]
    return _whole_run(one, metrics=metrics, inputs=one.inputs.all(), models=models)


def run_document(one: RunDocument) -> dict[str, Any]:
    return _whole_run(one, metrics=one.metrics, inputs=one.inputs, models=one.models)


def new_run(one: Run) -> dict[str, Any]:
    """A run to which nothing was logged yet but params and tags."""
    return _whole_run(one, metrics=[], inputs=[], models=[])


def _whole_run(
    one: Run | RunDocument, *, metrics: Any, inputs: Iterable[RunInput | Input], models: Iterable[str]
) -> dict[str, Any]:
    return {
        "info": run_info(one),
        "data": {"metrics": metrics, "params": pairs(one.params), "tags": pairs(run_tags(one))},
        "inputs": {"dataset_inputs": [dataset_input(given) for given in inputs]},
        "outputs": {"model_outputs": [{"model_id": model_id, "step": 0} for model_id in models]},
    }


def run_info(one: Run | RunDocument) -> dict[str, Any]:
    return set_only(
        run_id=one.run_id,
        run_uuid=one.run_id,
        run_name=one.name,
        experiment_id=str(one.experiment_id),
        user_id=one.tags.get(USER_TAG),
        status=one.status,
        start_time=milliseconds(one.started_at),
        end_time=milliseconds(one.ended_at) if one.ended_at else None,
        artifact_uri=locations.run_uri(one.experiment_id, one.run_id),
        lifecycle_stage=lifecycle(one.lifecycle),
    )


def run_tags(one: Run | RunDocument) -> dict[str, str]:
    """A run's tags with its name among them, where clients look for it."""
    return one.tags | {NAME_TAG: one.name}


def metric(point: LatestMetric | MetricPoint) -> dict[str, Any]:
    return metric_value(key=point.key.name, value=point.value, timestamp=point.timestamp_ms, step=point.step)


def metric_value(*, key: str, value: float, timestamp: int, step: int) -> dict[str, Any]:
    return {"key": key, "value": number(value), "timestamp": timestamp, "step": step}


def dataset_input(given: RunInput | Input) -> dict[str, Any]:
    said = {name: given.details.get(name) for name in _DATASET_TEXTS}
    dataset = set_only(name=given.name, digest=given.digest, **said)
    tags = [{"key": CONTEXT_TAG, "value": given.context}] if given.context else []
    return {"tags": tags, "dataset": dataset}


def file(name: str, size: int) -> dict[str, Any]:
    return {"path": name, "is_dir": False, "file_size": size}


def logged_model(one: LoggedModel, metrics: Iterable[Latest]) -> dict[str, Any]:
    """A logged model with the metrics of its run. Expects `source_run` selected."""
    run_id = one.source_run.run_id if one.source_run else None
    return {
        "info": set_only(
            model_id=one.model_id,
            experiment_id=str(one.experiment_id),
            name=one.name,
            creation_timestamp_ms=milliseconds(one.created_at),
            last_updated_timestamp_ms=milliseconds(one.updated_at),
            artifact_uri=locations.owner_uri(one),
            status=one.status,
            model_type=one.model_type,
            source_run_id=run_id,
            status_message=one.status_message,
            tags=pairs(one.tags),
        ),
        "data": {"params": pairs(one.params), "metrics": [_model_metric(point, one, run_id) for point in metrics]},
    }


def _model_metric(point: Latest, model: LoggedModel, run_id: str | None) -> dict[str, Any]:
    value = metric_value(key=point.key, value=point.value, timestamp=point.timestamp_ms, step=point.step)
    return value | set_only(model_id=model.model_id, run_id=run_id)
