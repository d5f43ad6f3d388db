"""What is the short way's own: callers that share a commit, what it trusts for a second, and samples of a history."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core import operations
from core.models import Event, Token
from experiments import queries
from experiments.models import MetricPoint, Run
from tests.factories import now
from tests.mlflow.door import BOTH_WAYS, refusal

pytestmark = BOTH_WAYS


def at_once(calls):
    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [one.result() for one in [pool.submit(call) for call in calls]]


@pytest.fixture
def lean(way):
    if way != "lean":
        pytest.skip("the short way alone")


@pytest.mark.usefixtures("lean")
def test_callers_at_once_are_each_answered_for_their_own(api):
    experiment = api.experiment()
    runs = [api.run(experiment)["info"]["run_id"] for _ in range(3)]
    deleted, missing = runs.pop(), "0" * 32
    api.ok("POST", "runs/delete", run_id=deleted)

    def log(run_id, step):
        key = f"new-{step % 4}"
        return lambda: api.post("runs/log-metric", run_id=run_id, key=key, value=step / 2, timestamp=1, step=step)

    answers = at_once([log(run_id, step) for step in range(8) for run_id in (*runs, deleted, missing)])

    assert [answer.status_code for answer in answers] == [200, 200, 400, 404] * 8
    for run in Run.objects.filter(run_id__in=runs):
        found = {(p.key.name, p.step, p.value) for p in MetricPoint.objects.filter(run=run).select_related("key")}
        assert found == {(f"new-{step % 4}", step, step / 2) for step in range(8)}
        latest = {one.key: one.value for one in queries.latest_metrics([run])[run.pk]}
        assert latest == {f"new-{number}": (number + 4) / 2 for number in range(4)}
    assert MetricPoint.objects.count() == 16


@pytest.mark.usefixtures("lean")
def test_of_writers_at_once_that_want_a_param_otherwise_one_gets_it(api):
    run_id, won = api.run()["info"]["run_id"], {}

    def log(key, value):
        return lambda: api.post("runs/log-parameter", run_id=run_id, key=key, value=value)

    for key in map(str, range(20)):
        answers = at_once([log(key, value) for value in "abcd"])
        assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
        [won[key]] = [value for value, answer in zip("abcd", answers, strict=True) if answer.status_code == 200]

    assert Run.objects.get(run_id=run_id).params == won


@pytest.mark.usefixtures("lean")
def test_a_batch_at_once_with_others_is_whole_or_absent(api):
    run_id = api.run()["info"]["run_id"]
    api.ok("POST", "runs/log-parameter", run_id=run_id, key="depth", value="3")

    def batch(number):
        params = [{"key": "depth", "value": str(number % 4)}, {"key": f"p{number}", "value": "x"}]
        metrics = [{"key": f"m{number}", "value": number, "timestamp": 1}]
        return lambda: api.post("runs/log-batch", run_id=run_id, params=params, metrics=metrics)

    def empty():
        return api.post("runs/log-batch", run_id="0" * 32)

    answers = at_once([*map(batch, range(12)), empty, empty])

    assert [answer.status_code for answer in answers] == [200 if n % 4 == 3 else 400 for n in range(12)] + [404, 404]
    run = Run.objects.get(run_id=run_id)
    assert run.params == {"depth": "3", "p3": "x", "p7": "x", "p11": "x"}
    assert {one.key for one in queries.latest_metrics([run])[run.pk]} == {"m3", "m7", "m11"}


@pytest.mark.usefixtures("lean")
def test_a_revoked_token_is_refused_when_its_second_is_over(api, scientist):
    run_id = api.run()["info"]["run_id"]
    operations.revoke_token(token=Token.objects.get(user=scientist), by=scientist, now=now())

    deadline = time.monotonic() + 30
    while (answer := api.get("runs/get", run_id=run_id)).status_code == 200:
        assert time.monotonic() < deadline

    assert refusal(answer) == (401, "UNAUTHENTICATED")


def test_the_events_of_a_run_are_its_beginning_and_its_end(api, project):
    run_id = api.run()["info"]["run_id"]
    metrics = [{"key": "loss", "value": 1, "timestamp": 1}]
    api.ok("POST", "runs/log-batch", run_id=run_id, metrics=metrics, params=[{"key": "a", "value": "b"}])
    api.ok("POST", "runs/set-tag", run_id=run_id, key="note", value="fine")
    api.ok("POST", "runs/update", run_id=run_id, status="FINISHED", end_time=1_700_000_005_000)
    api.ok("POST", "runs/set-tag", run_id=run_id, key="note", value="better")

    told = Event.objects.filter(stream=project.pk, subject_type="run").order_by("seq")

    assert [one.type for one in told] == ["run.started", "run.finished", "run.logged"]
    assert told[1].data["logged"] | {"digest": ""} == {"metrics": 1, "params": 1, "tags": 1, "digest": ""}
    assert told[2].data == {"metrics": [], "params": [], "tags": ["note"]}


def test_what_is_measured_after_a_run_ended_is_an_event_of_the_request(api, project):
    run_id = api.run()["info"]["run_id"]
    api.ok("POST", "runs/update", run_id=run_id, status="FINISHED", end_time=1_700_000_005_000)
    metrics = [{"key": key, "value": 1, "timestamp": 1, "step": step} for key in ("loss", "auc") for step in (0, 1)]

    api.ok("POST", "runs/log-batch", run_id=run_id, metrics=metrics)
    api.ok("POST", "runs/log-metric", run_id=run_id, key="loss", value=0.5, timestamp=2, step=2)

    told = Event.objects.filter(stream=project.pk, type="run.logged").order_by("seq")
    assert [one.data["metrics"] for one in told] == [["auc", "loss"], ["loss"]]
    assert MetricPoint.objects.count() == 5


def test_samples_of_a_long_history_keep_both_ends_and_a_short_one_is_whole(api):
    experiment = api.experiment()
    long, short = (api.run(experiment, run_name=name)["info"]["run_id"] for name in ("long", "short"))
    for begin in range(0, 3000, 1000):
        points = [{"key": "loss", "value": n / 8, "timestamp": 5, "step": n} for n in range(begin, begin + 1000)]
        api.ok("POST", "runs/log-batch", run_id=long, metrics=points)
    some = [{"key": "loss", "value": value, "timestamp": 5, "step": 0} for value in (1.5, "NaN", 3)]
    api.ok("POST", "runs/log-batch", run_id=short, metrics=some)

    asked = {"run_ids": [long, short], "metric_key": "loss", "max_results": 50}
    found = api.ok("GET", "metrics/get-history-bulk-interval", **asked)["metrics"]

    steps = [one["step"] for one in found if one["run_id"] == long]
    assert (steps[0], steps[-1], len(steps)) == (0, 2999, 50)
    assert all(one["value"] == one["step"] / 8 for one in found if one["run_id"] == long)
    assert [one["value"] for one in found if one["run_id"] == short] == [1.5, 3, "NaN"]
    part = api.ok("GET", "metrics/get-history-bulk-interval", **asked, start_step=10, end_step=20)["metrics"]
    assert [one["step"] for one in part] == list(range(10, 21))


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"run_ids": ["a"]},
        {"run_ids": ["a"], "metric_key": "loss", "max_results": 2501},
        {"run_ids": ["a"] * 101, "metric_key": "loss"},
    ],
)
def test_samples_that_cannot_be_are_refused(api, asked):
    assert refusal(api.get("metrics/get-history-bulk-interval", **asked)) == (400, "INVALID_PARAMETER_VALUE")
    missing = api.get("metrics/get-history-bulk-interval", run_ids="0" * 32, metric_key="loss")
    assert refusal(missing) == (404, "RESOURCE_DOES_NOT_EXIST")
