import pytest

from experiments.models import Experiment
from tests.mlflow.door import refusal


def test_experiment_lives(api):
    experiment = api.experiment("fraud")
    api.ok("POST", "experiments/set-experiment-tag", experiment_id=experiment, key="team", value="cards")
    api.ok("POST", "experiments/update", experiment_id=experiment, new_name="card fraud")

    found = api.ok("GET", "experiments/get-by-name", experiment_name="card fraud")["experiment"]

    assert found | {"creation_time": 0, "last_update_time": 0} == {
        "experiment_id": experiment,
        "name": "card fraud",
        "artifact_location": f"mlflow-artifacts:/{experiment}",
        "lifecycle_stage": "active",
        "creation_time": 0,
        "last_update_time": 0,
        "tags": [{"key": "team", "value": "cards"}],
    }
    assert found["creation_time"] > 1_700_000_000_000

    api.ok("POST", "experiments/delete-experiment-tag", experiment_id=experiment, key="team")
    api.ok("POST", "experiments/delete", experiment_id=experiment)
    deleted = api.ok("GET", "experiments/get", experiment_id=experiment)["experiment"]
    assert (deleted["lifecycle_stage"], deleted["tags"]) == ("deleted", [])
    assert refusal(api.post("runs/create", experiment_id=experiment)) == (400, "INVALID_PARAMETER_VALUE")
    api.ok("POST", "experiments/restore", experiment_id=experiment)
    assert api.run(experiment)["info"]["experiment_id"] == experiment


def test_default_experiment_is_there_by_id_and_name(api):
    by_id = api.ok("GET", "experiments/get", experiment_id="0")["experiment"]
    by_name = api.ok("GET", "experiments/get-by-name", experiment_name="Default")["experiment"]

    assert by_id == by_name
    assert (by_id["name"], by_id["experiment_id"] != "0") == ("Default", True)
    assert api.ok("POST", "runs/search", experiment_ids=["0"]) == {"runs": []}
    assert api.run("0")["info"]["experiment_id"] == by_id["experiment_id"]
    assert Experiment.objects.count() == 1


def test_name_taken_is_part_of_a_clients_normal_way(api):
    api.experiment("fraud")

    assert refusal(api.post("experiments/create", name="fraud")) == (400, "RESOURCE_ALREADY_EXISTS")
    assert refusal(api.get("experiments/get-by-name", experiment_name="other")) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_a_client_chooses_no_place(api):
    response = api.post("experiments/create", name="a", artifact_location="file:///etc")

    assert refusal(response) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("given", ["-1", "abc", "1" * 40, "1.5", "٣", ""])
def test_experiment_id_that_cannot_be(api, given):
    assert refusal(api.get("experiments/get", experiment_id=given)) == (400, "INVALID_PARAMETER_VALUE")


def test_search_filters_orders_and_pages(api):
    ids = [api.ok("POST", "experiments/create", name=name)["experiment_id"] for name in ("b", "a", "c")]
    api.ok("POST", "experiments/set-experiment-tag", experiment_id=ids[0], key="team", value="x")
    api.ok("POST", "experiments/delete", experiment_id=ids[2])

    def names(**given):
        return [one["name"] for one in api.ok("POST", "experiments/search", **given)["experiments"]]

    assert names(max_results=10) == ["a", "b"]
    assert names(order_by=["name DESC"]) == ["b", "a"]
    assert names(view_type="ALL", order_by=["name"]) == ["a", "b", "c"]
    assert names(view_type="DELETED_ONLY") == ["c"]
    assert names(filter="tags.team = 'x'") == ["b"]
    assert names(filter="name LIKE 'a%'") == ["a"]
    assert names(filter="creation_time > 5 AND name != 'a'") == ["b"]
    first = api.ok("POST", "experiments/search", max_results=1, order_by=["name"])
    second = api.ok("POST", "experiments/search", max_results=1, order_by=["name"], page_token=first["next_page_token"])
    assert ([first["experiments"][0]["name"], second["experiments"][0]["name"]]) == ["a", "b"]
    assert "next_page_token" not in second
