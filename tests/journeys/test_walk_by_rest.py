"""The whole line, from an empty project to a retrained model that serves, by the REST API alone."""

import time

import pytest

from tests.journeys.line import (
    DEPLOYMENT,
    MODEL,
    SCOPE,
    add_risk,
    classification,
    csv,
    events_of,
    rows_of,
    start_sprint,
    start_training,
    transactions,
    until_ended,
    until_profiled,
    upload,
)
from tests.product import Refused

pytestmark = pytest.mark.slow

WINDOW_S = 5
ROWS_A_SECOND = 120
PREDICT = "/deployments/{key}/card-fraud/predict"


def test_the_whole_line_by_the_rest_api(people, project):
    agree_on_the_scope(people, project)
    pass_the_scope_gate(people, project)
    plan_the_work(people, project)
    run = train(people, project)
    review = ask_for_review(people, project, run)
    be_refused_as_the_author(people, project, review)
    approve_and_deploy(people, project, review)
    predict(people, project)
    watch(people, project)
    drift_until_retrained(people, project)
    approve_the_challenger(people, project)
    see_that_it_was_told(people, project)


def agree_on_the_scope(people, key):
    people.product_owner.patch(f"/projects/{key}/scope", **SCOPE)
    add_risk(people.product_owner, key)
    people.product_owner.post(f"/projects/{key}/tier", **classification(people.product_owner))

    refused_to(people.viewer.patch, f"/projects/{key}/scope", status=403, metric="accuracy")
    refused_to(people.stranger.get, f"/projects/{key}/scope", status=404)


def pass_the_scope_gate(people, key):
    gates = people.owner.get(f"/projects/{key}/gates")
    assert [(check["id"], check["state"]) for check in gates["checks"] if check["state"] != "ok"] == []

    refused_to(people.product_owner.post, f"/projects/{key}/gates", status=403, comment="I wrote it.")
    people.owner.post(f"/projects/{key}/gates", comment="Measured, priced, worth testing.")

    assert people.viewer.get(f"/projects/{key}")["stage"] == "feasibility"


def plan_the_work(people, key):
    sprint = start_sprint(people.product_owner, key)
    item = people.scientist.post(f"/projects/{key}/items", title="First model", sprint=sprint, points=3)
    moved = people.scientist.post(f"/projects/{key}/items/{item['number']}/move", state="in_progress")

    assert (moved["sprint"], moved["state"]) == (sprint, "in_progress")


def train(people, key):
    """A finished run on 3,000 transactions. Returns its id."""
    version = upload(people.scientist, key, csv(transactions(3000, seed=1)))
    profiled = until_profiled(people.scientist, version)
    assert (profiled["rows"], len(profiled["profile"]["columns"])) == (3000, 14)

    asked = start_training(people.scientist, key, settings={"max_iter": 60}, seed=7, run_name="first")
    run = until_ended(people.scientist, key, asked["run_id"])

    assert (run["status"], run["failure"]) == ("FINISHED", None)
    assert {one["context"] for one in run["inputs"]} == {"training", "holdout"}
    assert next(m["value"] for m in run["metrics"] if m["key"] == "average_precision") > SCOPE["minimal_useful"]
    return run["run_id"]


def ask_for_review(people, key, run_id):
    """A review of the first version, compared. Returns its path."""
    people.scientist.post(f"/projects/{key}/models", name=MODEL)
    people.scientist.post(f"/projects/{key}/models/{MODEL}/versions", run=run_id)
    refused_to(people.engineer.post, f"/projects/{key}/deployments", status=409, name=DEPLOYMENT, model=MODEL, number=1)

    asked = people.scientist.post(f"/projects/{key}/reviews", model=MODEL, number=1, reason="The first that pays.")
    path = f"/projects/{key}/reviews/{asked['number']}"
    review = people.validator.until(path, lambda one: all(check["state"] != "wait" for check in one["checks"]))

    assert [(check["id"], check["value"]) for check in review["checks"] if check["state"] != "ok"] == []
    return path


def be_refused_as_the_author(people, key, review):
    refused_to(people.scientist.post, f"{review}/approve", status=403, comment="Mine is good.")
    refused_to(people.engineer.post, f"{review}/approve", status=403, comment="Not my role.")

    assert people.owner.get(review)["approvals"] == []


def approve_and_deploy(people, key, review):
    approved = people.validator.post(f"{review}/approve", comment="Read the comparison and the lineage.")
    assert approved["state"] == "approved"

    deployed = people.engineer.post(f"/projects/{key}/deployments", name=DEPLOYMENT, model=MODEL, number=1)
    assert (deployed["state"], deployed["live"]["number"]) == ("live", 1)


def predict(people, key):
    rows, _ = rows_of(transactions(8, seed=2))
    path = PREDICT.format(key=key)

    answer = people.engineer.post(path, rows=rows)
    assert (answer["version"], len(answer["predictions"])) == (1, 8)

    wrong = {key: value for key, value in rows[1].items() if key != "amount"} | {"amout": 3}
    refusal = refused_to(people.engineer.post, path, status=422, rows=[rows[0], wrong])
    assert set(refusal.fields) == {"rows.1.amount", "rows.1.amout"}
    refusal = refused_to(people.engineer.post, path, status=422, rows=[rows[0] | {"amount": "much"}])
    assert refusal.fields == ["rows.0.amount"]
    refusal = not_a_number(people.engineer, path, rows[0])
    assert (refusal["status"], refusal["errors"][0]["field"]) == (422, "rows.0.amount")
    refused_to(people.viewer.post, path, status=403, rows=rows)


def not_a_number(caller, path, row):
    """The problem that answers a NaN, which Python's JSON writes and other clients' does not."""
    body = {"rows": [row | {"amount": 0.125}]}
    text = caller.session.post(f"{caller.url}/api/v1{path}", json=body, timeout=60).request.body
    headers = {"Content-Type": "application/json"}
    changed = text.replace(b"0.125", b"NaN")
    return caller.session.post(f"{caller.url}/api/v1{path}", data=changed, headers=headers, timeout=60).json()


def watch(people, key):
    monitor = people.engineer.post(
        f"/projects/{key}/monitors",
        deployment=DEPLOYMENT,
        window_seconds=WINDOW_S,
        min_rows=100,
        confirm_windows=3,
        min_labels=1500,
        cooldown_seconds=0,
    )
    assert monitor["window_seconds"] == WINDOW_S


def drift_until_retrained(people, key):
    """Send transactions of another mix, with their truth, until an alert has led to a challenger in review."""
    frame = transactions(4400, seed=3, shift=1.0)
    deadline, at = time.monotonic() + 75, 0
    while not waits_for_nothing_more(people.engineer, key):
        assert time.monotonic() < deadline, people.engineer.get(f"/projects/{key}/monitors/{DEPLOYMENT}/windows")
        send(people.engineer, key, frame.iloc[at : at + ROWS_A_SECOND])
        at = (at + ROWS_A_SECOND) % (len(frame) - ROWS_A_SECOND)
        time.sleep(1)

    [alert] = people.viewer.get(f"/projects/{key}/alerts")["results"]
    assert (alert["state"], alert["kind"]) == ("open", "drift")
    assert "merchant_category" in alert["features"]


def send(caller, key, frame):
    rows, truths = rows_of(frame)
    predictions = caller.post(PREDICT.format(key=key), rows=rows)["predictions"]
    labels = [
        {"prediction_id": one["prediction_id"], "truth": truth} for one, truth in zip(predictions, truths, strict=True)
    ]
    counted = caller.post(f"/deployments/{key}/{DEPLOYMENT}/labels", labels=labels)
    assert (counted["labelled"], counted["unknown"]) == (len(rows), [])


def waits_for_nothing_more(caller, key):
    """Whether a retraining has all the labels that it needs."""
    found = caller.get(f"/projects/{key}/retrainings")["results"]
    return bool(found) and found[0]["state"] != "waiting_for_labels"


def approve_the_challenger(people, key):
    path = f"/projects/{key}/retrainings"
    retraining = people.viewer.until(path, lambda page: page["results"][0]["state"] != "training")["results"][0]
    assert (retraining["state"], retraining["started_by"]) == ("in_review", None), retraining["note"]

    review = f"/projects/{key}/reviews/{retraining['review']}"
    people.validator.until(review, lambda one: all(check["state"] != "wait" for check in one["checks"]))
    refused_to(people.engineer.post, f"{review}/approve", status=403, comment="I watch it.")
    people.validator.post(f"{review}/approve", comment="Better on what comes in now.")

    people.viewer.until(path, lambda page: page["results"][0]["state"] == "deployed", within_s=30)
    rows, _ = rows_of(transactions(8, seed=4, shift=1.0))
    assert people.engineer.post(PREDICT.format(key=key), rows=rows)["version"] == 2
    people.viewer.until(f"/projects/{key}/alerts", lambda page: page["results"][0]["state"] == "resolved", within_s=30)


def see_that_it_was_told(people, key):
    """The log has the whole line in its order, and its chain holds."""
    told = [event["type"] for event in events_of(people.viewer, key)]
    line = [
        "project.created",
        "scope.revised",
        "gate.passed",
        "sprint.started",
        "dataset_version.added",
        "run.finished",
        "version.created",
        "review.requested",
        "review.approved",
        "deployment.created",
        "alert.opened",
        "retraining.started",
        "retraining.deployed",
        "alert.resolved",
    ]
    assert [type for type in line if type not in told] == []
    assert sorted(line, key=told.index) == line
    assert people.viewer.get(f"/projects/{key}/events/verify")["is_intact"]


def refused_to(call, path, *, status, **body):
    with pytest.raises(Refused) as caught:
        call(path, **body)
    assert caught.value.status == status, caught.value
    return caught.value
