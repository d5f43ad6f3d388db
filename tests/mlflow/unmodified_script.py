"""An ordinary script of somebody who uses MLflow: nothing in it knows where it logs to. It runs in its own process.

`MLFLOW_TRACKING_URI` and `MLFLOW_TRACKING_TOKEN` are all that it is given.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
REQUIREMENTS = ["scikit-learn"]
said = {}

features, target = load_iris(return_X_y=True, as_frame=True)
client = MlflowClient()

# Experiments and runs
mlflow.set_experiment("iris")
experiment = mlflow.get_experiment_by_name("iris")
mlflow.set_experiment_tag("team", "science")
with mlflow.start_run(run_name="parent", tags={"kind": "search"}) as parent:
    mlflow.log_param("alone", 1)
    mlflow.log_params({"depth": 3, "rate": 0.1})
    mlflow.log_metric("loss", 0.9, step=0)
    mlflow.log_metric("loss", float("nan"), step=1)
    mlflow.log_metrics({"loss": 0.5, "auc": 0.8}, step=2)
    mlflow.set_tag("note", "first")
    mlflow.set_tags({"a": "1", "b": "2"})
    mlflow.delete_tag("b")
    mlflow.log_text("hello", "notes/hello.txt")
    mlflow.log_dict({"a": 1}, "notes/settings.json")
    mlflow.log_table({"x": [1, 2]}, "table.json")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "deep").mkdir()
        (Path(folder) / "deep" / "big.bin").write_bytes(os.urandom(3_000_000))
        (Path(folder) / "empty.txt").touch()
        mlflow.log_artifacts(folder, "files")
        mlflow.log_artifact(str(Path(folder) / "deep" / "big.bin"), "one")
        said["big"] = len((Path(folder) / "deep" / "big.bin").read_bytes())
    dataset = mlflow.data.from_pandas(features, name="iris", targets=None)
    mlflow.log_input(dataset, context="training")
    for depth in (1, 2):
        with mlflow.start_run(run_name=f"child-{depth}", nested=True):
            mlflow.log_param("depth", depth)
            mlflow.log_metric("auc", depth / 2)
run_id = parent.info.run_id

# Reading back
found = mlflow.search_runs(experiment_names=["iris"], filter_string="metrics.auc > 0.6", order_by=["metrics.auc DESC"])
said["search"] = found["tags.mlflow.runName"].tolist()
nested = mlflow.search_runs(
    experiment_ids=[experiment.experiment_id], filter_string=f"tags.mlflow.parentRunId = '{run_id}'"
)
said["nested"] = len(nested)
said["experiments"] = [one.name for one in mlflow.search_experiments(filter_string="name = 'iris'")]
said["history"] = [repr(point.value) for point in client.get_metric_history(run_id, "loss")]
run = mlflow.get_run(run_id)
said["loss"] = run.data.metrics["loss"]
said["inputs"] = [one.dataset.name for one in run.inputs.dataset_inputs]
said["artifacts"] = sorted(one.path for one in client.list_artifacts(run_id))
said["files"] = sorted(one.path for one in client.list_artifacts(run_id, "files"))
said["text"] = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/notes/hello.txt")
local = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="files/deep/big.bin")
said["downloaded"] = Path(local).stat().st_size

# Autologging
mlflow.sklearn.autolog()
with mlflow.start_run(run_name="autolog") as autologged:
    LogisticRegression(max_iter=200).fit(features, target)
mlflow.sklearn.autolog(disable=True)
run = mlflow.get_run(autologged.info.run_id)
said["autolog"] = ["max_iter" in run.data.params, "training_score" in run.data.metrics, len(run.inputs.dataset_inputs)]

# Models, in both formats
fitted = LogisticRegression(max_iter=200).fit(features, target)
signature = infer_signature(features, fitted.predict(features))
trusted = ["numpy.dtype"]
with mlflow.start_run(run_name="models") as models_run:
    mlflow.log_metric("auc", 0.95)
    safe = mlflow.sklearn.log_model(
        fitted,
        name="model",
        signature=signature,
        pip_requirements=REQUIREMENTS,
        serialization_format="skops",
        params={f"p{number}": number for number in range(150)},
    )
    pickled = mlflow.sklearn.log_model(
        fitted,
        name="pickled",
        signature=signature,
        pip_requirements=REQUIREMENTS,
        serialization_format="cloudpickle",
        registered_model_name="iris-pickled",
    )
said["logged_models"] = sorted(one.name for one in mlflow.search_logged_models(output_format="list"))
said["autologged"] = mlflow.sklearn.load_model(f"runs:/{autologged.info.run_id}/model").predict(features).shape
said["model_metrics"] = [one.key for one in mlflow.get_logged_model(safe.model_id).metrics]
said["model_params"] = len(mlflow.get_logged_model(safe.model_id).params)
by_run, by_model = f"runs:/{models_run.info.run_id}/model", f"models:/{safe.model_id}"
version = mlflow.register_model(by_run, "iris")
second = mlflow.register_model(by_model, "iris", tags={"round": "two"})
client.set_registered_model_alias("iris", "candidate", version.version)
said["by_alias"] = client.get_model_version_by_alias("iris", "candidate").version
said["versions"] = sorted(one.version for one in client.search_model_versions("name='iris'"))
said["registered"] = sorted(one.name for one in client.search_registered_models())
said["copied"] = client.copy_model_version("models:/iris/1", "iris-copy").version
expected = fitted.predict(features).tolist()
places = [by_run, by_model, "models:/iris/1", "models:/iris@candidate", "models:/iris/latest", "models:/iris-copy/1"]
said["loaded"] = [mlflow.pyfunc.load_model(place).predict(features).tolist() == expected for place in places]
said["loaded_pickle"] = mlflow.sklearn.load_model("models:/iris-pickled/1").predict(features).tolist() == expected

# What governance refuses
for promote in (
    lambda: client.set_registered_model_alias("iris", "champion", version.version),
    lambda: client.transition_model_version_stage("iris", second.version, "Production"),
):
    try:
        promote()
        said.setdefault("refused", []).append("not refused")
    except MlflowException as error:
        said.setdefault("refused", []).append([error.error_code, str(error)])

# The rest of the registry, and of a client's life
client.update_registered_model("iris", description="flowers")
client.set_registered_model_tag("iris", "a", "b")
client.delete_registered_model_tag("iris", "a")
client.update_model_version("iris-copy", "1", description="a copy")
client.set_model_version_tag("iris-copy", "1", "a", "b")
client.delete_model_version_tag("iris-copy", "1", "a")
client.delete_registered_model_alias("iris", "candidate")
client.rename_registered_model("iris-copy", "iris-other")
client.delete_model_version("iris-other", "1")
client.delete_registered_model("iris-other")
client.delete_run(autologged.info.run_id)
client.restore_run(autologged.info.run_id)
client.rename_experiment(experiment.experiment_id, "flowers")
client.delete_experiment(experiment.experiment_id)
client.restore_experiment(experiment.experiment_id)
client.set_logged_model_tags(safe.model_id, {"x": "y"})
client.delete_logged_model_tag(safe.model_id, "x")
said["default"] = mlflow.get_experiment("0").name
said["frame"] = isinstance(found, pd.DataFrame)

json.dump(said, sys.stdout)
