"""A small stock MLflow, filled by its own client: what is imported from, and what an export is compared with.

`python -m tests.porting.source TRACKING_URI` fills the store in a process of its own, because mlflow keeps much that is
global to a process.
"""

import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelStatus, Metric, Param, RunTag, ViewType

POINTS = 2500


def fill(client: MlflowClient) -> dict[str, str]:
    """Two experiments (one deleted), four runs, a logged model and a registered model with three versions.

    Returns the ids that tests ask for.
    """
    fraud = client.create_experiment("Fraud", tags={"team": "risk"})
    gone = client.create_experiment("Abandoned")
    parent = client.create_run(fraud, start_time=1_700_000_000_000, run_name="parent", tags={"stage": "final"})
    ids = {"fraud": fraud, "gone": gone, "parent": parent.info.run_id}
    _fill_run(client, ids["parent"])
    ids["child"] = _child(client, fraud, ids["parent"])
    ids["deleted"] = client.create_run(fraud, start_time=1_700_000_002_000, run_name="deleted").info.run_id
    client.log_metric(ids["deleted"], "loss", 0.9, timestamp=5, step=1)
    client.delete_run(ids["deleted"])
    client.create_run(gone, start_time=1_700_000_003_000, run_name="abandoned")
    client.delete_experiment(gone)
    ids["model"] = _logged_model(client, fraud, ids["parent"])
    _register(client, ids)
    return ids


def _fill_run(client: MlflowClient, run_id: str) -> None:
    curve = [Metric("curve", math.sin(i / 50), 1_700_000_000_000 + i, i) for i in range(POINTS)]
    for start in range(0, POINTS, 1000):
        client.log_batch(run_id, metrics=curve[start : start + 1000])
    odd = [
        Metric("odd/value", float("nan"), 10, 0),
        Metric("odd/value", 1.0, 20, 1),
        Metric("odd/value", -0.1, 20, -3),
        Metric("odd/value", float("nan"), 30, 5),
    ]
    many = [Param(f"param {i}", f"value {i}") for i in range(150)]
    client.log_batch(run_id, metrics=odd, params=many[:100], tags=[RunTag("mlflow.user", "someone")])
    client.log_batch(run_id, params=[*many[100:], Param("long", "x" * 6000), Param("empty", "")])
    dataset = Dataset(name="cards", digest="abc123", source_type="local", source='{"uri": "/data"}', schema="{}")
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "plots" / "deep").mkdir(parents=True)
        (folder / "plots" / "deep" / "räksmörgås.txt").write_text("hej")
        (folder / "model").mkdir()
        (folder / "model" / "MLmodel").write_text("flavors: {}\n")
        (folder / "model" / "weights.bin").write_bytes(bytes(range(256)) * 1000)
        client.log_artifacts(run_id, str(folder))
    client.set_terminated(run_id, "FINISHED", end_time=1_700_000_009_000)


def _child(client: MlflowClient, experiment: str, parent: str) -> str:
    tags = {"mlflow.parentRunId": parent}
    run = client.create_run(experiment, start_time=1_700_000_001_000, run_name="child", tags=tags)
    client.log_metric(run.info.run_id, "loss", 0.5, timestamp=7, step=1)
    client.set_terminated(run.info.run_id, "FAILED", end_time=1_700_000_008_000)
    return run.info.run_id


def _logged_model(client: MlflowClient, experiment: str, run_id: str) -> str:
    model = client.create_logged_model(experiment, name="scorer", source_run_id=run_id, params={"depth": "3"})
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "MLmodel").write_text("flavors: {python_function: {}}\n")
        client.log_model_artifacts(model.model_id, name)
    client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    return model.model_id


def _register(client: MlflowClient, ids: dict[str, str]) -> None:
    client.create_registered_model("scorer", tags={"owner": "risk"}, description="Scores cards.")
    artifacts = client.get_run(ids["parent"]).info.artifact_uri
    for _ in range(3):
        client.create_model_version("scorer", f"{artifacts}/model", run_id=ids["parent"], tags={"kind": "plain"})
    client.delete_model_version("scorer", "2")
    source = f"models:/{ids['model']}"
    client.create_model_version(
        "scorer", source, run_id=ids["parent"], model_id=ids["model"], description="From a model"
    )
    client.set_registered_model_alias("scorer", "challenger", "3")
    client.set_registered_model_alias("scorer", "champion", "1")
    client.transition_model_version_stage("scorer", "1", "Production")


def snapshot(client: MlflowClient, folder: Path, *, experiments: set[str]) -> dict[str, Any]:
    """Everything that a client can read of these experiments and of the registry, without ids that may differ."""
    found = {}
    for experiment in client.search_experiments(view_type=ViewType.ALL):
        if experiment.name not in experiments:
            continue
        runs = client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL)
        found[experiment.name] = {
            "tags": experiment.tags,
            "lifecycle": experiment.lifecycle_stage,
            "runs": {run.info.run_id: _run(client, run, folder) for run in runs},
            "models": {
                model.model_id: (model.name, str(model.status), model.params, model.source_run_id)
                for model in client.search_logged_models([experiment.experiment_id])
            },
        }
    return {"experiments": found, "registry": _registry(client)}


def _run(client: MlflowClient, run: Any, folder: Path) -> dict[str, Any]:
    info = run.info
    return {
        "info": (info.run_name, info.status, info.start_time, info.end_time, info.lifecycle_stage),
        "params": run.data.params,
        "tags": {key: value for key, value in run.data.tags.items() if not key.startswith("throughline.")},
        "history": {
            key: sorted((m.step, m.timestamp, repr(m.value)) for m in client.get_metric_history(info.run_id, key))
            for key in run.data.metrics
        },
        "inputs": [
            (
                one.dataset.name,
                one.dataset.digest,
                one.dataset.source_type,
                one.dataset.source,
                one.dataset.schema,
                *tuple((tag.key, tag.value) for tag in one.tags),
            )
            for one in run.inputs.dataset_inputs
        ],
        "files": _files(client, info.run_id, folder) if info.lifecycle_stage == "active" else {},
    }


def _files(client: MlflowClient, run_id: str, folder: Path) -> dict[str, bytes]:
    target = folder / run_id
    target.mkdir(parents=True, exist_ok=True)
    if not client.list_artifacts(run_id):
        return {}
    client.download_artifacts(run_id, "", str(target))
    return {str(path.relative_to(target)): path.read_bytes() for path in sorted(target.rglob("*")) if path.is_file()}


def _registry(client: MlflowClient) -> dict[str, Any]:
    found = {}
    for model in client.search_registered_models():
        versions = client.search_model_versions(f"name = '{model.name}'")
        found[model.name] = {
            "description": model.description or "",
            "tags": model.tags,
            "versions": {
                int(one.version): (one.description or "", one.run_id, one.tags, _aliases(model, one.version))
                for one in versions
            },
        }
    return found


def _aliases(model: Any, version: str) -> list[str]:
    """A search of versions does not tell them; the model does."""
    return sorted(alias for alias, number in model.aliases.items() if str(number) == str(version))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(fill(MlflowClient(sys.argv[1]))))
