"""A project as a stock MLflow keeps it: rows for its SQLite database, and where each file lies below `mlartifacts`.

The columns are those of the installed mlflow; what is written is read back by its own client in the tests.
"""

import math
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from experiments.enums import Lifecycle, LoggedModelStatus
from experiments.mlflow.shapes import CONTEXT_TAG, NAME_TAG, USER_TAG, milliseconds
from experiments.models import Artifact, Experiment, LatestMetric, LoggedModel, MetricPoint, Run, RunInput
from experiments.queries import root_of
from models_registry.mlflow.shapes import whole_versions
from models_registry.models import ModelAlias, ModelVersion, RegisteredModel
from projects.models import Project

BATCH = 5000
DEFAULT = "Default"
# What SQL has instead of infinities, as mlflow writes them.
LARGEST = 1.7976931348623157e308
READY, FAILED, PENDING = 2, 3, 1
_STATUSES = {
    LoggedModelStatus.PENDING: PENDING,
    LoggedModelStatus.READY: READY,
    LoggedModelStatus.UPLOAD_FAILED: FAILED,
}
_SOURCES = ("NOTEBOOK", "JOB", "LOCAL", "UNKNOWN", "PROJECT")


@dataclass
class Written:
    """How much went out, and what could not, each with its reason."""

    counts: dict[str, int] = field(default_factory=dict)
    notes: list[dict[str, str]] = field(default_factory=list)

    def add(self, name: str, count: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + count


@dataclass(frozen=True)
class Target:
    """An empty database of MLflow. `tell` hears how many runs are done, and may raise to stop.

    `ids` are the experiments' ids there: without an experiment 0, called Default, no mlflow starts.
    """

    database: sqlite3.Connection
    written: Written
    tell: Callable[[int], None]
    ids: dict[int, int] = field(default_factory=dict)

    def insert(self, table: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Raises sqlite3.IntegrityError for what mlflow's own constraints refuse."""
        count = 0
        for batch in _batches(rows):
            names = list(batch[0])
            columns, places = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
            self.database.executemany(
                f'INSERT INTO "{table}" ({columns}) VALUES ({places})', [list(row.values()) for row in batch]
            )
            count += len(batch)
        return count


def write(path: Path, *, project: Project, experiments: Sequence[str] | None, tell: Callable[[int], None]) -> Written:
    """Fill the database at `path` with the project, or with these experiments of it and what was registered of them."""
    database = sqlite3.connect(path)
    try:
        target = Target(database, Written(), tell)
        rows = chosen(project, experiments)
        _experiments(target, project, rows)
        _runs(target, Run.objects.filter(experiment__in=rows))
        _models(target, LoggedModel.objects.filter(experiment__in=rows))
        _registry(target, project, rows, is_whole=experiments is None)
        database.commit()
        return target.written
    finally:
        database.close()


def chosen(project: Project, experiments: Sequence[str] | None) -> QuerySet[Experiment]:
    rows = Experiment.objects.filter(project=project)
    return rows if experiments is None else rows.filter(name__in=experiments)


def runs(project: Project, experiments: Sequence[str] | None) -> int:
    """How many runs there are."""
    return Run.objects.filter(experiment__in=chosen(project, experiments)).count()


def files(project: Project, experiments: Sequence[str] | None) -> Iterator[tuple[str, str, int]]:
    """(path below `mlartifacts`, digest, size) of every file of these experiments."""
    for experiment_id in chosen(project, experiments).order_by("pk").values_list("pk", flat=True):
        found = Artifact.objects.filter(project=project, root__startswith=f"{experiment_id}/").order_by("root", "path")
        for root, path, digest, size in found.values_list("root", "path", "blob_id", "size").iterator():
            yield f"{root}/artifacts/{path}", digest, size


def _experiments(target: Target, project: Project, rows: QuerySet[Experiment]) -> None:
    for one in rows.order_by("pk"):
        target.ids[one.pk] = 0 if one.name == DEFAULT else one.pk
        _experiment(target, one, target.ids[one.pk])
        target.written.add("experiments")
    if 0 not in target.ids.values():
        made = project.created_at
        _experiment(target, Experiment(name=DEFAULT, created_at=made, updated_at=made), 0)


def _experiment(target: Target, one: Experiment, experiment_id: int) -> None:
    facts = {
        "experiment_id": experiment_id,
        "name": one.name,
        "artifact_location": f"mlflow-artifacts:/{one.pk or 0}",
        "lifecycle_stage": _stage(one.lifecycle),
        "creation_time": milliseconds(one.created_at),
        "last_update_time": milliseconds(one.updated_at),
    }
    target.insert("experiments", [facts])
    tags = [{"key": key, "value": value, "experiment_id": experiment_id} for key, value in one.tags.items()]
    target.insert("experiment_tags", tags)


def _runs(target: Target, rows: QuerySet[Run]) -> None:
    datasets: dict[tuple[int, str, str], str] = {}
    for done, run in enumerate(rows.prefetch_related("inputs").order_by("pk").iterator(chunk_size=200)):
        target.insert("runs", [_run(run) | {"experiment_id": target.ids[run.experiment_id]}])
        target.insert("params", ({"key": k, "value": v, "run_uuid": run.run_id} for k, v in run.params.items()))
        tags = run.tags | {NAME_TAG: run.name}
        target.insert("tags", ({"key": k, "value": v, "run_uuid": run.run_id} for k, v in tags.items()))
        _metrics(target, run)
        _inputs(target, run, list(run.inputs.all()), datasets)
        target.written.add("runs")
        target.tell(done + 1)


def _run(run: Run) -> dict[str, Any]:
    source = run.tags.get("mlflow.source.type", "")
    return {
        "run_uuid": run.run_id,
        "name": run.name,
        "source_type": source if source in _SOURCES else "UNKNOWN",
        "source_name": "",
        "entry_point_name": "",
        "user_id": run.tags.get(USER_TAG, ""),
        "status": run.status,
        "start_time": milliseconds(run.started_at),
        "end_time": _milliseconds(run.ended_at),
        "source_version": "",
        "lifecycle_stage": _stage(run.lifecycle),
        "artifact_uri": f"mlflow-artifacts:/{root_of(run)}/artifacts",
        "deleted_time": _milliseconds(run.ended_at or run.started_at) if run.lifecycle == Lifecycle.DELETED else None,
    }


def _metrics(target: Target, run: Run) -> None:
    columns = ("key__name", "value", "timestamp_ms", "step")
    points = MetricPoint.objects.filter(run=run).order_by("pk").values_list(*columns)
    target.written.add("points", target.insert("metrics", (_point(run, *row) for row in points.iterator(BATCH))))
    latest = LatestMetric.objects.filter(run=run).values_list(*columns)
    target.insert("latest_metrics", (_point(run, *row) for row in latest))


def _point(run: Run, key: str, value: float, at: int, step: int) -> dict[str, Any]:
    finite = 0.0 if math.isnan(value) else max(-LARGEST, min(LARGEST, value))
    return {
        "key": key,
        "value": finite,
        "timestamp": at,
        "step": step,
        "is_nan": int(math.isnan(value)),
        "run_uuid": run.run_id,
    }


def _inputs(target: Target, run: Run, inputs: list[RunInput], datasets: dict[tuple[int, str, str], str]) -> None:
    for one in inputs:
        key = (run.experiment_id, one.name, one.digest)
        if key not in datasets:
            datasets[key] = uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, key))).hex
            dataset = _dataset(one, datasets[key]) | {"experiment_id": target.ids[run.experiment_id]}
            target.insert("datasets", [dataset])
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"{datasets[key]}/{run.run_id}/{one.context}").hex
        given = {
            "input_uuid": name,
            "source_type": "DATASET",
            "source_id": datasets[key],
            "destination_type": "RUN",
            "destination_id": run.run_id,
        }
        try:
            target.insert("inputs", [given])
        except sqlite3.IntegrityError:  # the same data in two contexts: MLflow has one place for it
            reason = f"MLflow keeps one context for each dataset of a run: {one.context!r} of {one.name} was left out."
            target.written.notes.append({"kind": "input", "item": run.run_id, "reason": reason})
            continue
        if one.context:
            target.insert("input_tags", [{"input_uuid": name, "name": CONTEXT_TAG, "value": one.context}])


def _dataset(one: RunInput, name: str) -> dict[str, Any]:
    """A dataset of this house is known by its digest; its source names the version."""
    return {
        "dataset_uuid": name,
        "name": one.name,
        "digest": one.digest,
        "dataset_source_type": one.details.get("source_type", "throughline"),
        "dataset_source": one.details.get("source", "{}"),
        "dataset_schema": one.details.get("schema"),
        "dataset_profile": one.details.get("profile"),
    }


def _models(target: Target, rows: QuerySet[LoggedModel]) -> None:
    for one in rows.select_related("source_run").order_by("pk").iterator(chunk_size=200):
        owner = {"model_id": one.model_id, "experiment_id": target.ids[one.experiment_id]}
        target.insert(
            "logged_models",
            [
                owner
                | {
                    "name": one.name,
                    "artifact_location": f"mlflow-artifacts:/{root_of(one)}/artifacts",
                    "creation_timestamp_ms": milliseconds(one.created_at),
                    "last_updated_timestamp_ms": milliseconds(one.updated_at),
                    "status": _STATUSES[LoggedModelStatus(one.status)],
                    "lifecycle_stage": _stage(one.lifecycle),
                    "model_type": one.model_type or None,
                    "source_run_id": one.source_run.run_id if one.source_run else None,
                    "status_message": one.status_message or None,
                }
            ],
        )
        params, tags = one.params.items(), one.tags.items()
        target.insert("logged_model_params", (owner | {"param_key": k, "param_value": v} for k, v in params))
        target.insert("logged_model_tags", (owner | {"tag_key": k, "tag_value": v} for k, v in tags))
        if one.source_run is not None:
            _output(target, one.source_run, one)
        target.written.add("models")


def _output(target: Target, run: Run, model: LoggedModel) -> None:
    given = {
        "input_uuid": uuid.uuid5(uuid.NAMESPACE_URL, f"{run.run_id}/{model.model_id}").hex,
        "source_type": "RUN_OUTPUT",
        "source_id": run.run_id,
        "destination_type": "MODEL_OUTPUT",
        "destination_id": model.model_id,
    }
    target.insert("inputs", [given])


def _registry(target: Target, project: Project, rows: QuerySet[Experiment], *, is_whole: bool) -> None:
    """With some experiments only, the versions whose files are theirs, and the models that have such versions."""
    versions = ModelVersion.objects.filter(project=project)
    models = RegisteredModel.objects.filter(project=project)
    if not is_whole:
        versions = versions.filter(run__experiment__in=rows)
        models = models.filter(versions__in=versions).distinct()
    for model in models.order_by("pk"):
        target.insert(
            "registered_models",
            [
                {
                    "name": model.name,
                    "creation_time": milliseconds(model.created_at),
                    "last_updated_time": milliseconds(model.updated_at),
                    "description": model.description,
                }
            ],
        )
        tags = [{"name": model.name, "key": key, "value": value} for key, value in model.tags.items()]
        target.insert("registered_model_tags", tags)
        target.written.add("registered")
    for version in whole_versions(versions.order_by("model_id", "number")):
        _version(target, version)
    aliases = ModelAlias.objects.filter(model_version__in=versions).order_by("pk")
    named = aliases.values_list("model__name", "name", "model_version__number")
    target.insert(
        "registered_model_aliases", ({"name": name, "alias": alias, "version": no} for name, alias, no in named)
    )


def _version(target: Target, one: Any) -> None:
    lies_at = f"mlflow-artifacts:/{one.source_root}/artifacts"
    source = f"{lies_at}/{one.source_path}" if one.source_path else lies_at
    if one.logged_model is not None:
        source = f"models:/{one.logged_model.model_id}"
    target.insert(
        "model_versions",
        [
            {
                "name": one.model.name,
                "version": one.number,
                "creation_time": milliseconds(one.created_at),
                "last_updated_time": milliseconds(one.updated_at),
                "description": one.description,
                "user_id": one.created_by.username if one.created_by else None,
                "current_stage": one.stage,
                "source": source,
                "run_id": one.run.run_id if one.run else None,
                "status": "READY",
                "storage_location": f"{lies_at}/{one.source_path}" if one.source_path else lies_at,
            }
        ],
    )
    own = {"name": one.model.name, "version": one.number}
    target.insert("model_version_tags", (own | {"key": key, "value": value} for key, value in one.tags.items()))
    target.written.add("versions")


def _stage(lifecycle: str) -> str:
    return "deleted" if lifecycle == Lifecycle.DELETED else "active"


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else milliseconds(moment)


def _batches(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    batch: list[Mapping[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
