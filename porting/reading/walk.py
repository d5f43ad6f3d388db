"""Going through a source from its experiments to its registry, and saying all of it.

What cannot be taken is said as `skipped` with its reason, and the rest goes on; a source that stops answering ends it.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import requests
from mlflow.entities import Experiment, LoggedModel, Run, ViewType
from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.exceptions import MlflowException
from mlflow.store.entities import PagedList

from core import child
from porting.reading.files import Found, OutOfReach
from porting.reading.sources import Source

PAGE = 200
POINTS = 1000
FILES = 50
PROMPT = "mlflow.prompt.is_prompt"

Settled = dict[str, dict[str, str]]


def everything(source: Source, *, settled: Settled, experiments: list[str] | None) -> dict[str, Any]:
    """Say all that the source holds. `settled` maps kind and id to the fingerprint of what was taken before;
    `experiments` are the names to take, None for all.
    """
    every = _experiments(source)
    found = [one for one in every if experiments is None or one.name in experiments]
    child.emit("source", identity=_identity(every))
    expected = _expected(source, found)
    child.emit("expected", **expected)
    pace = Pace(expected["runs"])
    for experiment in found:
        _experiment(source, experiment, settled, pace)
    _registry(source)
    return {}


@dataclass
class Pace:
    """How far the walk is, by runs."""

    expected: int
    done: int = 0

    def step(self) -> None:
        self.done += 1
        child.progress(0.95 * min(self.done / self.expected, 1), f"run {self.done:,} of {self.expected:,}")


def _paged(fetch: Callable[[str | None], PagedList[Any]]) -> Iterator[Any]:
    """All items of a paged search. A server that gives the same page for ever is not believed."""
    token, seen = None, set()
    while True:
        page = fetch(token)
        yield from page
        token = page.token
        if not token or token in seen:
            return
        seen.add(token)


def _experiments(source: Source) -> list[Experiment]:
    """By id, so that two walks go the same way."""
    found = _paged(
        lambda token: source.client.search_experiments(view_type=ViewType.ALL, max_results=PAGE, page_token=token)
    )
    return sorted(found, key=lambda one: (len(one.experiment_id), one.experiment_id))


def _runs(source: Source, experiment: Experiment) -> Iterator[Run]:
    """Oldest first."""
    return _paged(
        lambda token: source.client.search_runs(
            [experiment.experiment_id],
            run_view_type=ViewType.ALL,
            max_results=PAGE,
            order_by=["attributes.start_time ASC"],
            page_token=token,
        )
    )


def _models(source: Source, experiment: Experiment) -> list[LoggedModel]:
    """None where the source is older than logged models are."""
    try:
        return list(
            _paged(
                lambda token: source.client.search_logged_models(
                    [experiment.experiment_id], max_results=50, page_token=token
                )
            )
        )
    except MlflowException:
        return []


def _identity(experiments: list[Experiment]) -> str:
    """What stays the same of a store when it is copied or moved: when its first experiment was made."""
    first = min(experiments, key=lambda one: (one.creation_time or 0, one.experiment_id), default=None)
    return f"{first.experiment_id}@{first.creation_time}" if first is not None and first.creation_time else ""


def _expected(source: Source, experiments: list[Experiment]) -> dict[str, Any]:
    """How much there is to do. None is what would cost too much to know beforehand."""
    models = [model for one in experiments for model in _models(source, one)]
    runs, size = 0, sum(_bytes(source, one.artifact_location) for one in models) if source.is_local else 0
    for experiment in experiments:
        for run in _runs(source, experiment):
            runs += 1
            size += _bytes(source, run.info.artifact_uri) if source.is_local else 0
    return {
        "experiments": len(experiments),
        "runs": runs,
        "points": source.count_points(),
        "bytes": size if source.is_local else None,
        "models": len(models),
    }


def _bytes(source: Source, uri: str) -> int:
    try:
        return sum(one.size for one in source.files.listing(uri))
    except OutOfReach:
        return 0


def _experiment(source: Source, one: Experiment, settled: Settled, pace: Pace) -> None:
    child.emit(
        "experiment",
        id=one.experiment_id,
        name=one.name,
        tags=one.tags,
        lifecycle=one.lifecycle_stage,
        created=one.creation_time,
        updated=one.last_update_time,
    )
    for run in _runs(source, one):
        _guarded("run", run.info.run_id, run.info.run_name or "", partial(_run, source, run, settled))
        pace.step()
    for model in _models(source, one):
        _guarded("model", model.model_id, model.name, partial(_model, source, model, settled))
    child.emit("settled", kind="experiment", id=one.experiment_id, lifecycle=one.lifecycle_stage, fingerprint="")


def _guarded(kind: str, id: str, name: str, say: Callable[[], None]) -> None:
    """One item that cannot be read is skipped; a source that is not there any more ends the walk."""
    try:
        say()
    except requests.RequestException:
        raise
    except MlflowException as error:
        if isinstance(error.__cause__, requests.RequestException) or "API request to" in str(error):
            raise
        skip(kind, id, name, str(error))
    except (OSError, ValueError, KeyError) as error:
        skip(kind, id, name, f"{type(error).__name__}: {error}")


def skip(kind: str, id: str, name: str, reason: str) -> None:
    child.emit("skipped", kind=kind, id=id, name=name[:250], reason=reason[:500])


def _run(source: Source, run: Run, settled: Settled) -> None:
    run_id, files = run.info.run_id, _listing(source, "run", run.info.run_id, run.info.run_name, run.info.artifact_uri)
    said = _said_run(run)
    fingerprint = _fingerprint({**said, "files": [(one.path, one.size) for one in files]})
    if settled.get("run", {}).get(run_id) == fingerprint:
        child.emit("unchanged", kind="run", id=run_id)
        return
    child.emit("run", **said)
    for key in run.data.metrics:
        _history(source, run_id, key)
    _files(source, "run", run_id, files)
    child.emit("settled", kind="run", id=run_id, lifecycle=run.info.lifecycle_stage, fingerprint=fingerprint)


def _said_run(run: Run) -> dict[str, Any]:
    info = run.info
    latest = sorted((m.key, m.step, m.timestamp, _number(m.value)) for m in run.data._metric_objs or [])
    return {
        "id": info.run_id,
        "experiment": info.experiment_id,
        "name": info.run_name,
        "status": info.status,
        "start": info.start_time,
        "end": info.end_time,
        "lifecycle": info.lifecycle_stage,
        "params": run.data.params,
        "tags": run.data.tags,
        "inputs": [_input(one) for one in run.inputs.dataset_inputs] if run.inputs else [],
        "latest": [list(one) for one in latest],
    }


def _input(one: Any) -> dict[str, Any]:
    dataset = one.dataset
    return {
        "name": dataset.name,
        "digest": dataset.digest,
        "tags": {tag.key: tag.value for tag in one.tags},
        "details": {
            "source_type": dataset.source_type,
            "source": dataset.source,
            "schema": dataset.schema,
            "profile": dataset.profile,
        },
    }


def _history(source: Source, run_id: str, key: str) -> None:
    """Points that are written twice in the source are one."""
    points = sorted(
        {(m.step, m.timestamp, _number(m.value)) for m in source.client.get_metric_history(run_id, key)},
        key=lambda point: (point[0], point[1], str(point[2])),
    )
    for start in range(0, len(points), POINTS):
        steps, times, values = zip(*points[start : start + POINTS], strict=True)
        child.emit("points", run=run_id, key=key, steps=steps, times=times, values=values)


def _number(value: float) -> float | str:
    """JSON has no NaN and no infinity."""
    return value if math.isfinite(value) else str(value)


def _listing(source: Source, kind: str, id: str, name: str | None, uri: str) -> list[Found]:
    try:
        return source.files.listing(uri)
    except OutOfReach as error:
        skip("artifacts", id, name or "", f"The files of this {kind} were not taken: {error}.")
        return []


def _files(source: Source, kind: str, id: str, found: list[Found]) -> None:
    batch: list[list[Any]] = []
    for one in found:
        try:
            place = source.files.fetch(one)
        except (MlflowException, OSError) as error:
            skip("file", f"{id}/{one.path}", one.path, str(error))
            continue
        batch.append([one.path, str(place), place.stat().st_size])
        if len(batch) == FILES or sum(each[2] for each in batch) > 16 * 1024 * 1024:
            child.emit("files", kind=kind, id=id, files=batch)
            batch = []
    if batch:
        child.emit("files", kind=kind, id=id, files=batch)


def _model(source: Source, one: LoggedModel, settled: Settled) -> None:
    files = _listing(source, "model", one.model_id, one.name, one.artifact_location)
    said = {
        "id": one.model_id,
        "experiment": one.experiment_id,
        "name": one.name,
        "run": one.source_run_id,
        "type": one.model_type or "",
        "status": f"LOGGED_MODEL_{one.status}",
        "params": one.params,
        "tags": one.tags,
        "created": one.creation_timestamp,
        "updated": one.last_updated_timestamp,
    }
    fingerprint = _fingerprint({**said, "files": [(found.path, found.size) for found in files]})
    if settled.get("model", {}).get(one.model_id) == fingerprint:
        child.emit("unchanged", kind="model", id=one.model_id)
        return
    child.emit("model", **said)
    _files(source, "model", one.model_id, files)
    child.emit("settled", kind="model", id=one.model_id, lifecycle="active", fingerprint=fingerprint)


def _fingerprint(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _registry(source: Source) -> None:
    """Registered models and their versions, oldest first. A source without a registry has none."""
    try:
        models = list(_paged(lambda token: source.client.search_registered_models(max_results=100, page_token=token)))
    except MlflowException as error:
        skip("registry", "", "", f"The model registry could not be read: {error}")
        return
    for model in models:
        if PROMPT in model.tags:
            skip("registered model", model.name, model.name, "It is a prompt, and this registry keeps models.")
            continue
        _guarded("registered model", model.name, model.name, partial(_registered, source, model))


def _registered(source: Source, model: RegisteredModel) -> None:
    name = model.name.replace("'", "''")
    versions = list(
        _paged(
            lambda token: source.client.search_model_versions(f"name = '{name}'", max_results=PAGE, page_token=token)
        )
    )
    child.emit(
        "registered",
        name=model.name,
        description=model.description or "",
        tags=model.tags,
        created=model.creation_timestamp,
        updated=model.last_updated_timestamp,
    )
    aliases = _aliases(model)
    for version in sorted(versions, key=lambda one: int(one.version)):
        child.emit("version", **_said_version(source, version), aliases=aliases.get(int(version.version), []))


def _aliases(model: RegisteredModel) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for alias, number in cast(dict[str, str], model.aliases).items():
        found.setdefault(int(number), []).append(alias)
    return found


def _said_version(source: Source, one: ModelVersion) -> dict[str, Any]:
    return {
        "name": one.name,
        "number": int(one.version),
        "description": one.description or "",
        "tags": one.tags,
        "stage": one.current_stage or "None",
        "run": one.run_id or "",
        "model": one.model_id or "",
        "source": one.source or "",
        "below": _below(source, one),
        "created": one.creation_timestamp,
        "updated": one.last_updated_timestamp,
    }


def _below(source: Source, one: ModelVersion) -> str | None:
    """The folder of the run's artifacts that the version's source names; None when it names something else."""
    if not one.run_id or not one.source:
        return None
    try:
        root = source.client.get_run(one.run_id).info.artifact_uri.rstrip("/")
    except MlflowException:
        return None
    for prefix in (root, root.removeprefix("file://"), f"runs:/{one.run_id}"):
        if one.source == prefix or one.source.startswith(f"{prefix}/"):
            return one.source.removeprefix(prefix).strip("/")
    return None
