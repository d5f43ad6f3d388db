"""Calls of the ordinary client that need no server of their own each: one script, one printed JSON at the end."""

import json
import math
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

import mlflow
import statsmodels.api as sm
from mlflow import MlflowClient
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

client, said = MlflowClient(), {}

# asynchronous logging
mlflow.set_experiment("journeys")
with mlflow.start_run(run_name="async") as run:
    for step in range(50):
        mlflow.log_metric("loss", 1 / (step + 1), step=step, synchronous=False)
    mlflow.log_param("depth", 3, synchronous=False)
    mlflow.set_tag("team", "fraud")
    mlflow.flush_async_logging()
    for number in (math.nan, math.inf, -math.inf):
        mlflow.log_metric("odd", number)
    with mlflow.start_run(run_name="child", nested=True) as child:
        mlflow.log_metric("loss", 0.001)
said["async"] = [len(client.get_metric_history(run.info.run_id, "loss")), client.get_run(run.info.run_id).data.params]
said["odd"] = sorted(str(point.value) for point in client.get_metric_history(run.info.run_id, "odd"))


# search, ordered by each kind of thing
def names(**given):
    return mlflow.search_runs(experiment_names=["journeys"], output_format="list", **given)


said["ordered"] = {
    order: [one.info.run_name for one in names(order_by=[order])]
    for order in ("metrics.loss ASC", "params.depth DESC", "tags.team ASC", "attributes.start_time DESC")
}
said["child"] = [one.info.run_name for one in names(filter_string=f"tags.`mlflow.parentRunId` = '{run.info.run_id}'")]
client.create_experiment("journeys-2")
said["experiments"] = [one.name for one in client.search_experiments(order_by=["name DESC"]) if "journeys" in one.name]

# evaluation, and the model in the registry
x, y = load_iris(return_X_y=True, as_frame=True)
with mlflow.start_run(run_name="evaluated") as run:
    model = LogisticRegression(max_iter=300).fit(x, y)
    logged = mlflow.sklearn.log_model(model, name="model", input_example=x.head(2), registered_model_name="iris")
    found = mlflow.models.evaluate(
        logged.model_uri,
        x.assign(target=y),
        targets="target",
        model_type="classifier",
        evaluator_config={"log_explainer": False, "log_model_explainability": False},
    )
said["evaluated"] = round(found.metrics["accuracy_score"], 2)
said["versions"] = [
    one.version for one in client.search_model_versions("name = 'iris'", order_by=["version_number DESC"])
]
said["models"] = [one.name for one in client.search_registered_models(order_by=["name ASC"])]
said["logged"] = [
    one.name
    for one in mlflow.search_logged_models(
        experiment_ids=[run.info.experiment_id], order_by=[{"field_name": "creation_timestamp"}], output_format="list"
    )
]
client.set_registered_model_alias("iris", "next", "1")

# another library that logs by itself
mlflow.set_experiment("journeys-2")
mlflow.statsmodels.autolog(log_datasets=False)
given = sm.add_constant(x)
with mlflow.start_run(run_name="regression") as run:
    fitted = sm.OLS(y, given).fit()
mlflow.statsmodels.autolog(disable=True)
of_library = client.get_run(run.info.run_id).data
loaded = mlflow.statsmodels.load_model(f"runs:/{run.info.run_id}/model")
said["statsmodels"] = [
    of_library.params["method"],
    bool(of_library.metrics["rsquared"] == fitted.rsquared),
    [one.path for one in client.list_artifacts(run.info.run_id)],
    bool((loaded.predict(given) == fitted.predict(given)).all()),
]

# delete and restore
client.delete_run(child.info.run_id)
gone = [one.info.run_name for one in names()]
client.restore_run(child.info.run_id)
said["deleted"] = ["child" in gone, "child" in [one.info.run_name for one in names()]]

# a project
pathlib.Path("project").mkdir()
pathlib.Path("project/MLproject").write_text(
    "name: tiny\nentry_points:\n  main:\n    parameters:\n      alpha: {type: float, default: 0.5}\n"
    "    command: python train.py {alpha}\n"
)
pathlib.Path("project/train.py").write_text(
    "import sys, mlflow\nwith mlflow.start_run():\n    mlflow.log_metric('alpha_seen', float(sys.argv[1]))\n"
)
submitted = mlflow.projects.run("project", parameters={"alpha": 0.25}, env_manager="local", experiment_name="projects")
of_project = client.get_run(submitted.run_id)
said["project"] = [of_project.info.status, of_project.data.params, of_project.data.metrics]

# serving from the registry
port = os.environ["SERVE_PORT"]
server = subprocess.Popen(
    [
        sys.executable,
        "-m",
        "mlflow",
        "models",
        "serve",
        "-m",
        "models:/iris@next",
        "-p",
        port,
        "--env-manager",
        "local",
    ],
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
try:
    body = json.dumps({"dataframe_split": json.loads(x.head(3).to_json(orient="split"))}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/invocations", body, {"Content-Type": "application/json"})
    until = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                said["served"] = json.load(response)["predictions"]
            break
        except OSError:
            assert server.poll() is None, "mlflow models serve ended"
            assert time.monotonic() < until, "mlflow models serve did not come up"
            time.sleep(0.5)
finally:
    server.terminate()
    server.wait()
print(json.dumps(said))  # noqa: T201 (a script says what it found)
