"""Filters and orders of runs as SQL, against MLflow's own filter in memory over the same runs."""

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from experiments.mlflow.paging import Place, token_of
from tests.mlflow.door import BOTH_WAYS, refusal
from tests.mlflow.oracle import as_mlflow

pytestmark = BOTH_WAYS

RUNS = [
    {
        "name": "alpha",
        "metrics": {"auc": 0.9, "loss": 0.1},
        "params": {"depth": "3", "0": "zero"},
        "tags": {"a.b": "x"},
    },
    {"name": "beta", "metrics": {"auc": 0.7}, "params": {"depth": "10"}, "tags": {"a.b": "y", "note": "50%_off"}},
    {"name": "gamma", "metrics": {"auc": "NaN", "loss": 0.3}, "params": {}, "tags": {}},
    {"name": "delta", "metrics": {"loss": "Infinity"}, "params": {"depth": "3"}, "tags": {"note": "it's"}},
]


@pytest.fixture
def experiment(api):
    experiment = api.experiment("search")
    for number, one in enumerate(RUNS):
        run_id = api.ok(
            "POST",
            "runs/create",
            experiment_id=experiment,
            run_name=one["name"],
            start_time=1_700_000_000_000 + number * 1000,
        )["run"]["info"]["run_id"]
        metrics = [{"key": k, "value": v, "timestamp": 1, "step": 0} for k, v in one["metrics"].items()]
        pairs = {kind: [{"key": k, "value": v} for k, v in one[kind].items()] for kind in ("params", "tags")}
        api.ok("POST", "runs/log-batch", run_id=run_id, metrics=metrics, **pairs)
    return experiment


def names(api, experiment, **given):
    found = api.ok("POST", "runs/search", experiment_ids=[experiment], **given)
    return [run["info"]["run_name"] for run in found["runs"]]


FILTERS = [
    "metrics.auc > 0.8",
    "metrics.auc >= 0.7 AND params.depth = '3'",
    "metrics.auc != 0.9",
    "metrics.`loss` < 1",
    "metrics.loss = 0.1",
    "params.depth != '3'",
    "params.`0` = 'zero'",
    "params.depth LIKE '1%'",
    "params.depth ILIKE '%0'",
    "params.depth IS NULL",
    "params.depth IS NOT NULL",
    "tags.`a.b` = 'x'",
    "tags.note LIKE '50%'",
    "tags.note IS NULL AND metrics.auc > 0",
    "tags.mlflow.runName = 'beta'",
    "attributes.run_name = 'beta'",
    "run_name LIKE '%a' and run_name != 'gamma'",
    "attributes.status = 'RUNNING'",
    "status != 'RUNNING'",
    "start_time >= 1700000001000",
    "attributes.start_time = 1700000002000",
    "created < 1700000001000",
    'tags.note = "it\'s"',
    "",
]


@pytest.mark.parametrize("filter_string", FILTERS)
def test_filter_finds_what_mlflow_finds(api, experiment, filter_string):
    from mlflow.utils.search_utils import SearchUtils  # noqa: PLC0415 (seconds: only where it is the oracle)

    everything = [as_mlflow(run) for run in api.ok("POST", "runs/search", experiment_ids=[experiment])["runs"]]

    expected = [run.info.run_name for run in SearchUtils.filter(everything, filter_string)]

    assert names(api, experiment, filter=filter_string) == expected


@pytest.mark.parametrize(
    ("order_by", "expected"),
    [
        ([], ["delta", "gamma", "beta", "alpha"]),
        (["metrics.auc DESC"], ["alpha", "beta", "gamma", "delta"]),
        (["metrics.auc ASC"], ["beta", "alpha", "gamma", "delta"]),
        (["params.depth ASC", "run_name ASC"], ["beta", "alpha", "delta", "gamma"]),
        (["tags.`mlflow.runName`"], ["alpha", "beta", "delta", "gamma"]),
        (["attributes.start_time ASC"], ["alpha", "beta", "gamma", "delta"]),
        (["metrics.`loss` DESC", "start_time"], ["delta", "gamma", "alpha", "beta"]),
    ],
)
def test_order(api, experiment, order_by, expected):
    assert names(api, experiment, order_by=order_by) == expected


def test_pages_hold_every_run_once(api, experiment):
    token, found = "", []
    for _ in range(4):
        page = api.ok(
            "POST", "runs/search", experiment_ids=[experiment], max_results=1, order_by=["run_name"], page_token=token
        )
        found += [run["info"]["run_name"] for run in page["runs"]]
        token = page.get("next_page_token", "")

    assert (found, token) == (["alpha", "beta", "delta", "gamma"], "")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"order_by": ["start_time ASC"]},
        {"filter": "metrics.score >= 0", "order_by": ["metrics.score DESC"]},
        {"filter": "metrics.score >= 0 AND params.half = 'a'", "order_by": ["metrics.score ASC"]},
        {"filter": "metrics.score != 1", "order_by": ["metrics.score DESC"]},
        {"order_by": ["metrics.score", "run_name"]},
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5])
def test_pages_are_the_whole_cut_up(api, given, size):
    """Also where many runs have the same value, an infinite one, or began in the same instant."""
    experiment = api.experiment("pages")
    for number, score in enumerate([1, 0.1, 1, 1, "Infinity", 0.1, 1, "Infinity", 2]):
        begun = {"experiment_id": experiment, "run_name": f"r{number}", "start_time": 1_700_000_000_000 + number // 4}
        run_id = api.ok("POST", "runs/create", **begun)["run"]["info"]["run_id"]
        metrics = [{"key": "score", "value": score, "timestamp": 1, "step": 0}]
        params = [{"key": "half", "value": "ab"[number % 2]}]
        api.ok("POST", "runs/log-batch", run_id=run_id, metrics=metrics, params=params)
    whole, pages, token = names(api, experiment, **given), [], ""
    while True:
        asked = {"experiment_ids": [experiment], "max_results": size, "page_token": token, **given}
        page = api.ok("POST", "runs/search", **asked)
        pages.append([run["info"]["run_name"] for run in page["runs"]])
        token = page.get("next_page_token", "")
        if not token:
            break

    assert [name for page in pages for name in page] == whole
    assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)
    assert len(whole) >= 3


def test_a_token_of_another_search_counts_rows(api, experiment):
    assert names(api, experiment, page_token=token_of(Place(1, "0.5", 1))) == ["gamma", "beta", "alpha"]


def test_a_page_begins_where_the_one_before_ended_though_runs_were_added(way, api, experiment):
    """Only the short way knows from which value on; MLflow itself shows a run twice then."""
    if way != "lean":
        pytest.skip("offsets alone")
    first = api.ok("POST", "runs/search", experiment_ids=[experiment], max_results=2)
    shown = [run["info"]["run_name"] for run in first["runs"]]
    api.ok("POST", "runs/create", experiment_id=experiment, run_name="new", start_time=1_800_000_000_000)
    rest = names(api, experiment, page_token=first["next_page_token"])

    assert (shown, rest) == (["delta", "gamma"], ["beta", "alpha"])


def test_deleted_runs_are_seen_when_asked_for(api, experiment):
    run = api.ok("POST", "runs/search", experiment_ids=[experiment], filter="run_name = 'beta'")["runs"][0]
    api.ok("POST", "runs/delete", run_id=run["info"]["run_id"])

    assert names(api, experiment, order_by=["run_name"]) == ["alpha", "delta", "gamma"]
    assert names(api, experiment, run_view_type="DELETED_ONLY") == ["beta"]
    assert len(names(api, experiment, run_view_type="ALL")) == 4


def test_filter_by_dataset(api, experiment):
    run = api.ok("POST", "runs/search", experiment_ids=[experiment], filter="run_name = 'beta'")["runs"][0]
    dataset = {"name": "cards", "digest": "abc", "source_type": "local", "source": "{}"}
    tags = [{"key": "mlflow.data.context", "value": "train"}]
    api.ok("POST", "runs/log-inputs", run_id=run["info"]["run_id"], datasets=[{"dataset": dataset, "tags": tags}])

    assert names(api, experiment, filter="dataset.name = 'cards' AND dataset.context = 'train'") == ["beta"]
    assert names(api, experiment, filter="datasets.digest IN ('abc', 'def')") == ["beta"]
    assert names(api, experiment, filter="dataset.name = 'other'") == []


@pytest.mark.parametrize(
    "filter_string",
    [
        "metrics.a > ",
        "params.a LIKE 1",
        "foo.bar = 1",
        "metrics.a = 'x'",
        "metrics.a LIKE '1'",
        "a='1' OR b='2'",
        "run_name > 'a'",
        "status IN ('RUNNING')",
        "start_time = 'now'",
        "params.a = '1'; DROP TABLE experiments_run",
        "attributes.password = 'x'",
        "metrics.a IS NULL",
        "(((((",
        "'",
        "tags.a = '1'" + " AND tags.a = '1'" * 6000,
        "dataset.secret = 'x'",
        "metrics.`a` = 1 metrics.b = 2 OR",
    ],
)
def test_filter_that_cannot_be_read(api, experiment, filter_string):
    response = api.post("runs/search", experiment_ids=[experiment], filter=filter_string)

    assert refusal(response) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    "given",
    [
        {"max_results": 0},
        {"max_results": -1},
        {"max_results": 50_001},
        {"max_results": "many"},
        {"page_token": "garbage"},
        {"page_token": "bm90IGpzb24="},
        {"page_token": "eyJvZmZzZXQiOiAtMX0="},
        {"page_token": "eyJvZmZzZXQiOiA5OTk5OTk5OTk5OTk5OTk5OTk5OTl9"},
        {"page_token": token_of(Place(1, "2026-01-01 00:00:00+00", -1))},
        {"order_by": ["password"]},
        {"order_by": ["metrics.a SIDEWAYS"]},
        {"order_by": ["metrics.a; DROP TABLE x"]},
        {"order_by": "1 2 3"},
        {"order_by": [3.5]},
        {"run_view_type": "SECRET"},
        {"experiment_ids": ["x"]},
        {"experiment_ids": "x"},
        {"filter": 3},
    ],
)
def test_search_arguments_that_cannot_be(api, experiment, given):
    response = api.post("runs/search", **({"experiment_ids": [experiment]} | given))

    assert refusal(response) == (400, "INVALID_PARAMETER_VALUE")


def test_three_runs_cost_what_one_costs(api, experiment):
    counts = []
    for size in (1, 3):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            names(api, experiment, max_results=size)
        counts.append(len(queries))

    assert len(set(itertools.pairwise(counts))) == 1
    assert counts[0] == counts[1]
