import pytest

from tests.factories import make_project, make_user
from tests.mlflow.door import Mlflow, refusal, token_of


@pytest.fixture
def run(api):
    return api.run()


def create(api, run, **given):
    info = run["info"]
    data = {"experiment_id": info["experiment_id"], "name": "model", "source_run_id": info["run_id"]} | given
    return api.ok("POST", "logged-models", **data)["model"]


def test_model_lives(api, run):
    model = create(api, run, model_type="classifier", params=[{"key": "depth", "value": "3"}])
    model_id, info = model["info"]["model_id"], run["info"]
    metric = {"run_id": info["run_id"], "key": "auc", "value": 0.9, "timestamp": 5}
    api.ok("POST", "runs/log-metric", model_id=model_id, dataset_name="d", dataset_digest="x", **metric)
    api.ok("POST", "runs/outputs", run_id=info["run_id"], models=[{"model_id": model_id, "step": 0}])
    api.ok("POST", f"logged-models/{model_id}/params", params=[{"key": "more", "value": "4"}])
    api.ok("PATCH", f"logged-models/{model_id}/tags", tags=[{"key": "a/b", "value": "c"}, {"key": "d", "value": "e"}])
    api.ok("DELETE", f"logged-models/{model_id}/tags/a/b")
    api.ok("PATCH", f"logged-models/{model_id}", model_id=model_id, status="LOGGED_MODEL_READY")

    found = api.ok("GET", f"logged-models/{model_id}")["model"]

    times = {"creation_timestamp_ms": 0, "last_updated_timestamp_ms": 0}
    assert found["info"] | times == {
        "model_id": model_id,
        "experiment_id": info["experiment_id"],
        "name": "model",
        "artifact_uri": f"mlflow-artifacts:/{info['experiment_id']}/models/{model_id}/artifacts",
        "status": "LOGGED_MODEL_READY",
        "model_type": "classifier",
        "source_run_id": info["run_id"],
        "tags": [{"key": "d", "value": "e"}],
        **times,
    }
    assert {one["key"]: one["value"] for one in found["data"]["params"]} == {"depth": "3", "more": "4"}
    assert found["data"]["metrics"] == [
        {"key": "auc", "value": 0.9, "timestamp": 5, "step": 0, "model_id": model_id, "run_id": info["run_id"]}
    ]
    outputs = api.ok("GET", "runs/get", run_id=info["run_id"])["run"]["outputs"]
    assert outputs == {"model_outputs": [{"model_id": model_id, "step": 0}]}


def test_deleted_model_is_gone(api, run):
    model_id = create(api, run)["info"]["model_id"]
    api.ok("DELETE", f"logged-models/{model_id}")

    assert refusal(api.get(f"logged-models/{model_id}")) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert api.ok("POST", "logged-models/search", experiment_ids=[run["info"]["experiment_id"]]) == {"models": []}


def test_search(api, run):
    experiment = run["info"]["experiment_id"]
    for name, depth in (("a", "3"), ("b", "4")):
        create(api, run, name=name, params=[{"key": "depth", "value": depth}])
    api.ok("POST", "runs/log-metric", run_id=run["info"]["run_id"], key="auc", value=0.9, timestamp=5)

    def names(**given):
        found = api.ok("POST", "logged-models/search", experiment_ids=[experiment], **given)
        return [one["info"]["name"] for one in found["models"]]

    assert names() == ["b", "a"]
    assert names(order_by=[{"field_name": "name", "ascending": True}]) == ["a", "b"]
    assert names(order_by=[{"field_name": "metrics.auc"}, {"field_name": "name"}]) == ["a", "b"]
    assert names(filter="params.depth = '3'") == ["a"]
    assert names(filter=f"source_run_id = '{run['info']['run_id']}' AND name = 'b'") == ["b"]
    assert names(filter="metrics.auc > 0.95") == []
    assert names(filter="creation_timestamp > 5 AND status = 'LOGGED_MODEL_PENDING'") == ["b", "a"]
    page = api.ok("POST", "logged-models/search", experiment_ids=[experiment], max_results=1)
    assert page["next_page_token"]


@pytest.mark.parametrize(
    "given",
    [
        {"filter": "foo = 'x'"},
        {"filter": "name > 'x'"},
        {"order_by": [{"field_name": "password"}]},
        {"order_by": ["name"]},
        {"order_by": [{}]},
        {"max_results": 0},
    ],
)
def test_search_arguments_that_cannot_be(api, run, given):
    response = api.post("logged-models/search", experiment_ids=[run["info"]["experiment_id"]], **given)

    assert refusal(response) == (400, "INVALID_PARAMETER_VALUE")


def test_refusals(api, run):
    model_id, run_id = create(api, run)["info"]["model_id"], run["info"]["run_id"]
    owner = make_user()
    foreign = Mlflow(project=make_project(owner=owner), token=token_of(owner))

    assert refusal(api.get(f"logged-models/m-{'0' * 32}")) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert refusal(foreign.get(f"logged-models/{model_id}")) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert refusal(foreign.call("PATCH", f"logged-models/{model_id}", status="LOGGED_MODEL_READY")) == (
        404,
        "RESOURCE_DOES_NOT_EXIST",
    )
    assert refusal(api.call("PATCH", f"logged-models/{model_id}", status="DONE")) == (400, "INVALID_PARAMETER_VALUE")
    assert refusal(api.call("DELETE", f"logged-models/{model_id}/tags/none")) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert refusal(api.post("runs/outputs", run_id=run_id, models=[{"model_id": "m-x"}])) == (
        404,
        "RESOURCE_DOES_NOT_EXIST",
    )
    assert refusal(api.post("logged-models", experiment_id="0", name="a/b")) == (400, "INVALID_PARAMETER_VALUE")
