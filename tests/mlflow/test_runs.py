import pytest

from experiments.models import MetricPoint, Run
from tests.mlflow.door import BOTH_WAYS, refusal

pytestmark = BOTH_WAYS


@pytest.fixture
def run_id(api):
    return api.run(run_name="first")["info"]["run_id"]


def test_run_lives(api):
    experiment = api.experiment()
    tags = [{"key": "mlflow.user", "value": "scientist"}, {"key": "mlflow.runName", "value": "first"}]
    run_id = api.run(experiment, tags=tags)["info"]["run_id"]
    api.ok("POST", "runs/log-parameter", run_id=run_id, key="depth", value="3")
    api.ok("POST", "runs/log-metric", run_uuid=run_id, key="loss", value=0.5, timestamp="1700000000001", step=2)
    api.ok("POST", "runs/set-tag", run_id=run_id, key="note", value="fine")
    info = api.ok("POST", "runs/update", run_id=run_id, status="FINISHED", end_time=1_700_000_005_000)["run_info"]

    run = api.ok("GET", "runs/get", run_id=run_id)["run"]

    assert run == {
        "info": {
            "run_id": run_id,
            "run_uuid": run_id,
            "run_name": "first",
            "experiment_id": experiment,
            "user_id": "scientist",
            "status": "FINISHED",
            "start_time": 1_700_000_000_000,
            "end_time": 1_700_000_005_000,
            "artifact_uri": f"mlflow-artifacts:/{experiment}/{run_id}/artifacts",
            "lifecycle_stage": "active",
        },
        "data": {
            "metrics": [{"key": "loss", "value": 0.5, "timestamp": 1_700_000_000_001, "step": 2}],
            "params": [{"key": "depth", "value": "3"}],
            "tags": [
                {"key": "note", "value": "fine"},
                {"key": "mlflow.user", "value": "scientist"},
                {"key": "mlflow.runName", "value": "first"},
            ],
        },
        "inputs": {"dataset_inputs": []},
        "outputs": {"model_outputs": []},
    }
    assert info == run["info"]


def test_run_is_named_by_its_tag_or_argument_and_renamed_by_either(api, run_id):
    api.ok("POST", "runs/set-tag", run_id=run_id, key="mlflow.runName", value="second")
    assert api.ok("GET", "runs/get", run_id=run_id)["run"]["info"]["run_name"] == "second"
    api.ok("POST", "runs/update", run_id=run_id, run_name="third")
    run = api.ok("GET", "runs/get", run_id=run_id)["run"]

    assert {"key": "mlflow.runName", "value": "third"} in run["data"]["tags"]
    two_names = {"run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]}
    assert refusal(api.post("runs/create", experiment_id="0", **two_names)) == (400, "INVALID_PARAMETER_VALUE")


def test_delete_and_restore(api, run_id):
    api.ok("POST", "runs/delete", run_id=run_id)
    assert api.ok("GET", "runs/get", run_id=run_id)["run"]["info"]["lifecycle_stage"] == "deleted"
    late = api.post("runs/log-metric", run_id=run_id, key="a", value=1, timestamp=1)
    assert refusal(late) == (400, "INVALID_PARAMETER_VALUE")
    api.ok("POST", "runs/restore", run_id=run_id)
    api.ok("POST", "runs/log-metric", run_id=run_id, key="a", value=1, timestamp=1)


def test_tag_is_deleted_once(api, run_id):
    api.ok("POST", "runs/set-tag", run_id=run_id, key="a", value="b")
    api.ok("POST", "runs/delete-tag", run_id=run_id, key="a")

    assert refusal(api.post("runs/delete-tag", run_id=run_id, key="a")) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_special_values_travel_as_text(api, run_id):
    for step, value in enumerate(["NaN", "Infinity", "-Infinity", 1e308, "2.5"]):
        api.ok("POST", "runs/log-metric", run_id=run_id, key="loss", value=value, timestamp=1, step=step)

    history = api.ok("GET", "metrics/get-history", run_id=run_id, metric_key="loss")["metrics"]

    assert [point["value"] for point in history] == ["NaN", "Infinity", "-Infinity", 1e308, 2.5]


def test_history_in_pages(api, run_id):
    metrics = [{"key": "loss", "value": step, "timestamp": 1, "step": step} for step in range(5)]
    api.ok("POST", "runs/log-batch", run_id=run_id, metrics=metrics)
    first = api.ok("GET", "metrics/get-history", run_id=run_id, metric_key="loss", max_results=3)
    token = first["next_page_token"]
    second = api.ok("GET", "metrics/get-history", run_id=run_id, metric_key="loss", max_results=3, page_token=token)

    assert [point["step"] for point in first["metrics"] + second["metrics"]] == [0, 1, 2, 3, 4]
    assert api.ok("GET", "metrics/get-history", run_id=run_id, metric_key="other") == {"metrics": []}


def test_a_batch_sent_again_changes_nothing(api, run_id):
    batch = {
        "metrics": [{"key": "loss", "value": 1.5, "timestamp": 7, "step": 0}],
        "params": [{"key": "depth", "value": "3"}],
        "tags": [{"key": "a", "value": "b"}],
    }
    for _ in range(2):
        api.ok("POST", "runs/log-batch", run_id=run_id, **batch)

    assert MetricPoint.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("runs/log-metric", {"key": "../x", "value": 1, "timestamp": 1}),
        ("runs/log-metric", {"key": "/abs", "value": 1, "timestamp": 1}),
        ("runs/log-metric", {"key": "a//b", "value": 1, "timestamp": 1}),
        ("runs/log-metric", {"key": ".", "value": 1, "timestamp": 1}),
        ("runs/log-metric", {"key": "k" * 251, "value": 1, "timestamp": 1}),
        ("runs/log-metric", {"key": "a", "value": True, "timestamp": 1}),
        ("runs/log-metric", {"key": "a", "value": "many", "timestamp": 1}),
        ("runs/log-metric", {"key": "a", "value": 1, "timestamp": -1}),
        ("runs/log-metric", {"key": "a", "value": 1, "timestamp": 1e30}),
        ("runs/log-metric", {"key": "a", "value": 1, "timestamp": 1, "step": 2**63}),
        ("runs/log-metric", {"key": "a", "value": 1, "timestamp": 1, "step": "x"}),
        ("runs/log-metric", {"key": "a", "value": 1}),
        ("runs/log-metric", {"key": "a", "timestamp": 1}),
        ("runs/log-metric", {"value": 1, "timestamp": 1}),
        ("runs/log-parameter", {"key": "a", "value": "v" * 6001}),
        ("runs/log-parameter", {"key": "a", "value": 3}),
        ("runs/set-tag", {"key": "a", "value": "v" * 8001}),
        ("runs/set-tag", {"key": "k" * 251, "value": ""}),
        ("runs/log-batch", {"metrics": [{"key": "a", "value": 1, "timestamp": 1}] * 1001}),
        ("runs/log-batch", {"params": [{"key": f"p{n}", "value": ""} for n in range(101)]}),
        ("runs/log-batch", {"params": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}),
        ("runs/log-batch", {"tags": [{"key": "a", "value": "v" * 5000} for _ in range(300)]}),
        ("runs/log-batch", {"metrics": "a"}),
        ("runs/log-batch", {"metrics": ["a"]}),
        ("runs/update", {"status": "DONE"}),
        ("runs/update", {"end_time": -5}),
        ("runs/update", {"end_time": 2**62}),
        ("runs/log-inputs", {"datasets": [{"tags": []}]}),
        ("runs/log-inputs", {"datasets": [{"dataset": {"name": "a"}}]}),
        ("runs/log-model", {"model_json": "{"}),
        ("runs/log-model", {"model_json": '{"run_id": "x"}'}),
        ("runs/log-model", {"model_json": "[]"}),
    ],
)
def test_what_cannot_be_logged_is_refused_and_nothing_is_written(api, run_id, path, data):
    before = Run.objects.values("params", "tags", "status", "ended_at").get(run_id=run_id)

    assert refusal(api.post(path, run_id=run_id, **data)) == (400, "INVALID_PARAMETER_VALUE")

    assert Run.objects.values("params", "tags", "status", "ended_at").get(run_id=run_id) == before
    assert MetricPoint.objects.count() == 0


def test_half_a_batch_is_not_written(api, run_id):
    good = {"key": "loss", "value": 1, "timestamp": 1}
    bad = {"key": "../loss", "value": 1, "timestamp": 1}

    assert api.post("runs/log-batch", run_id=run_id, metrics=[good, bad]).status_code == 400
    assert MetricPoint.objects.count() == 0


def test_a_param_keeps_its_value(api, run_id):
    api.ok("POST", "runs/log-parameter", run_id=run_id, key="a", value="1")
    again = api.post("runs/log-parameter", run_id=run_id, key="a", value="1")
    other = api.post("runs/log-parameter", run_id=run_id, key="a", value="2")

    assert again.status_code == 200
    assert refusal(other) == (400, "INVALID_PARAMETER_VALUE")
    assert "Changing param values is not allowed" in other.json()["message"]


@pytest.mark.parametrize(
    ("run_id", "expected"),
    [
        ("", (400, "INVALID_PARAMETER_VALUE")),
        ("a" * 257, (400, "INVALID_PARAMETER_VALUE")),
        ("../x", (400, "INVALID_PARAMETER_VALUE")),
        ("a" * 32, (404, "RESOURCE_DOES_NOT_EXIST")),
    ],
)
def test_run_id_that_names_no_run(api, run_id, expected):
    assert refusal(api.get("runs/get", run_id=run_id)) == expected
    assert refusal(api.post("runs/set-tag", run_id=run_id, key="a", value="b")) == expected


def test_inputs_are_shown_with_their_context(api, run_id):
    dataset = {"name": "cards", "digest": "abc", "source_type": "local", "source": "{}", "schema": "{}"}
    given = {"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": "training"}]}
    for _ in range(2):
        api.ok("POST", "runs/log-inputs", run_id=run_id, datasets=[given])

    assert api.ok("GET", "runs/get", run_id=run_id)["run"]["inputs"] == {
        "dataset_inputs": [{"tags": given["tags"], "dataset": dataset}]
    }


def test_old_clients_tell_of_a_model_by_a_tag(api, run_id):
    said = '{"artifact_path": "m", "flavors": {}, "utc_time_created": "now", "run_id": "x", "signature": {}}'
    for _ in range(2):
        api.ok("POST", "runs/log-model", run_id=run_id, model_json=said)

    history = Run.objects.get(run_id=run_id).tags["mlflow.log-model.history"]
    assert history.count('"artifact_path":"m"') == 2
    assert "signature" not in history
