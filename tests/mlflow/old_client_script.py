"""A script for a client 2.22: the calls that such scripts make, spelt as that generation spells them."""

import json
import sys
import tempfile
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

client, said = MlflowClient(), {"client": mlflow.__version__.rsplit(".", 1)[0]}
features, target = load_iris(return_X_y=True, as_frame=True)

# Experiments
experiment_id = mlflow.create_experiment("old", tags={"team": "science"})
mlflow.set_experiment("old")
client.set_experiment_tag(experiment_id, "kind", "legacy")
said["experiment"] = dict(client.get_experiment(experiment_id).tags)
said["found"] = [one.name for one in mlflow.search_experiments(filter_string="tags.team = 'science'")]

# A run with everything that can be logged
with mlflow.start_run(run_name="parent", tags={"a": "1"}, description="of old") as parent:
    run_id = parent.info.run_id
    mlflow.log_param("alone", 1)
    mlflow.log_params({"depth": 3, "rate": 0.1})
    for step, loss in enumerate((0.9, float("nan"), 0.5)):
        mlflow.log_metric("loss", loss, step=step)
    mlflow.log_metrics({"auc": 0.8, "odd": float("inf")}, step=2)
    mlflow.set_tags({"b": "2", "c": "3"})
    mlflow.delete_tag("c")
    client.log_batch(
        run_id, [Metric("batched", n / 2, n, n) for n in range(1000)], [Param("p", "q")], [RunTag("t", "u")]
    )
    mlflow.log_metric("later", 1.0, synchronous=False)
    mlflow.flush_async_logging()
    mlflow.log_text("hello", "notes/hello.txt")
    mlflow.log_dict({"a": 1}, "notes/settings.json")
    mlflow.log_table({"x": [1, 2]}, "table.json")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "deep").mkdir()
        Path(folder, "deep", "blob.bin").write_bytes(b"\0\1" * 500_000)
        mlflow.log_artifacts(folder, "files")
    mlflow.log_input(mlflow.data.from_pandas(features, name="iris"), context="training")
    with mlflow.start_run(run_name="child", nested=True):
        mlflow.log_metric("auc", 0.6)
run = mlflow.get_run(run_id)
said["params"] = dict(sorted(run.data.params.items()))
said["metrics"] = {key: repr(value) for key, value in sorted(run.data.metrics.items())}
said["tags"] = {key: value for key, value in sorted(run.data.tags.items()) if "mlflow." not in key}
said["inputs"] = [one.dataset.name for one in run.inputs.dataset_inputs]
said["status"] = [run.info.status, run.info.lifecycle_stage, run.info.run_uuid == run_id]
said["history"] = [len(client.get_metric_history(run_id, "batched")), len(client.get_metric_history(run_id, "loss"))]
said["artifacts"] = sorted(one.path for one in client.list_artifacts(run_id))
said["text"] = mlflow.artifacts.load_text(f"runs:/{run_id}/notes/hello.txt")
said["blob"] = Path(mlflow.artifacts.download_artifacts(f"runs:/{run_id}/files/deep/blob.bin")).stat().st_size

# Search, restore, delete
said["search"] = mlflow.search_runs(
    experiment_names=["old"], filter_string="metrics.auc > 0.5 and attributes.status = 'FINISHED'",
    order_by=["metrics.auc ASC"],
)["tags.mlflow.runName"].tolist()  # fmt: skip
page = client.search_runs([experiment_id], max_results=1)
said["pages"] = [page[0].info.run_name, client.search_runs([experiment_id], page_token=page.token)[0].info.run_name]
said["nested"] = len(client.search_runs([experiment_id], f"tags.mlflow.parentRunId = '{run_id}'"))
client.delete_run(run_id)
said["deleted"] = [
    one.info.run_name for one in client.search_runs([experiment_id], run_view_type=ViewType.DELETED_ONLY)
]
client.restore_run(run_id)
client.update_run(run_id, name="renamed")
client.set_terminated(run_id, "FAILED")
said["ended"] = [client.get_run(run_id).info.run_name, client.get_run(run_id).info.status]

# Autologging, which saves the model the old way: into the run
mlflow.sklearn.autolog()
with mlflow.start_run(run_name="autolog") as autologged:
    LogisticRegression(max_iter=200).fit(features, target)
mlflow.sklearn.autolog(disable=True)
data = mlflow.get_run(autologged.info.run_id).data
said["autolog"] = ["max_iter" in data.params, "training_score" in data.metrics, "mlflow.log-model.history" in data.tags]

# Models and the registry
fitted = LogisticRegression(max_iter=200).fit(features, target)
expected = fitted.predict(features).tolist()
with mlflow.start_run(run_name="model") as of_model:
    info = mlflow.sklearn.log_model(
        fitted, "model", signature=infer_signature(features, fitted.predict(features)),
        pip_requirements=["scikit-learn"], registered_model_name="iris",
    )  # fmt: skip
said["model_uri"] = info.model_uri == f"runs:/{of_model.info.run_id}/model"
second = mlflow.register_model(f"runs:/{autologged.info.run_id}/model", "iris", tags={"round": "two"})
client.set_registered_model_alias("iris", "candidate", second.version)
client.set_registered_model_tag("iris", "k", "v")
client.set_model_version_tag("iris", "1", "x", "y")
client.update_model_version("iris", "1", description="the first")
client.update_registered_model("iris", description="flowers")
version = client.get_model_version("iris", "1")
said["version"] = [version.version, version.description, version.tags, version.run_id == of_model.info.run_id]
model = client.get_registered_model("iris")
said["model"] = [model.description, model.tags, model.aliases]
said["by_alias"] = client.get_model_version_by_alias("iris", "candidate").version
said["versions"] = sorted(one.version for one in client.search_model_versions("name='iris'"))
said["models"] = [one.name for one in client.search_registered_models("name LIKE 'ir%'")]
said["latest"] = [one.version for one in client.get_latest_versions("iris", ["None"])]
places = [info.model_uri, "models:/iris/1", "models:/iris@candidate", "models:/iris/latest"]
said["loaded"] = [mlflow.pyfunc.load_model(place).predict(features).tolist() == expected for place in places]
said["copied"] = client.copy_model_version("models:/iris/1", "copy").version
client.rename_registered_model("copy", "other")
client.delete_model_version("other", "1")
client.delete_registered_model("other")
client.delete_registered_model_alias("iris", "candidate")
for promote in (
    lambda: client.set_registered_model_alias("iris", "champion", "1"),
    lambda: client.transition_model_version_stage("iris", "2", "Production"),
    lambda: client.log_param(run_id, "depth", 4),
    lambda: client.get_run("0" * 32),
    lambda: client.create_experiment("old"),
):
    try:
        promote()
    except MlflowException as error:
        said.setdefault("refused", []).append(error.error_code)
# What the server does not keep for this generation does not disturb the program
said["traced"] = mlflow.trace(lambda number: number + 1, name="add")(2)
mlflow.delete_experiment(experiment_id)
client.restore_experiment(experiment_id)

json.dump(said, sys.stdout)
