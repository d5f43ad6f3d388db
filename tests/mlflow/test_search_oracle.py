"""Runs and searches made at random: what the database finds, and in which order, is what MLflow finds in memory.

Two things differ on purpose and are kept out. Runs that begin in the same millisecond come newest first, where MLflow
sorts them by their random ids. And LIKE is PostgreSQL's: `%` and `_` match a line break too, and a backslash makes the
sign after it plain, as in MLflow's own database stores.
"""

from itertools import count

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.mlflow.door import BOTH_WAYS, refusal
from tests.mlflow.oracle import as_mlflow

pytestmark = BOTH_WAYS

BEGAN = 1_700_000_000_000
NUMBERS = [-1.5, 0.0, 0.25, 1.0, 1e300]
STRANGE = ["NaN", "Infinity", "-Infinity"]
WORDS = ["3", "10", "a", "A", "ab", "aB c", "50%", "50_off", "éa", "Éa", "it's", "", "ä", "z", "Z", "a.b", "-"]
PATTERNS = ["a%", "%a", "%B%", "_", "5__off", "%", "a", "é%", "%.%", "50%"]
NAMES = ["alpha", "Alpha", "beta", "b eta", "éclair"]
METRICS, KEYS = ["auc", "loss", "a b", "x/y"], ["depth", "0", "a.b", "c d"]
ENDS = ["RUNNING", "FINISHED", "FAILED"]

_numbers = count()

runs = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(NAMES),
            "metrics": st.dictionaries(st.sampled_from(METRICS), st.sampled_from(NUMBERS + STRANGE)),
            "params": st.dictionaries(st.sampled_from(KEYS), st.sampled_from(WORDS)),
            "tags": st.dictionaries(st.sampled_from(KEYS), st.sampled_from(WORDS)),
            "status": st.sampled_from(ENDS),
            "dataset": st.sampled_from(["", "cards", "Cards"]),
        }
    ),
    min_size=2,
    max_size=6,
)


def quoted(text):
    return f'"{text}"' if "'" in text else f"'{text}'"


def clause(key, operators, values):
    return st.builds("{} {} {}".format, st.sampled_from(key), st.sampled_from(operators), values)


def document(kind):
    keys = [f"{kind}.`{key}`" for key in KEYS]
    return st.one_of(
        clause(keys, ["=", "!="], st.sampled_from(WORDS).map(quoted)),
        clause(keys, ["LIKE", "ILIKE"], st.sampled_from(PATTERNS).map(quoted)),
        clause(keys, ["IS NULL", "IS NOT NULL"], st.just("")),
    )


ORDER = ["=", "!=", "<", "<=", ">", ">="]
clauses = st.one_of(
    clause([f"metrics.`{key}`" for key in METRICS] + ["metric.auc"], ORDER, st.sampled_from(NUMBERS)),
    document("params"),
    document("tags"),
    clause(["attributes.run_name", "run_name", "tags.mlflow.runName"], ["=", "!="], st.sampled_from(NAMES).map(quoted)),
    clause(["attributes.`run name`", "run_name"], ["LIKE", "ILIKE"], st.sampled_from(PATTERNS).map(quoted)),
    clause(["status", "attributes.status"], ["=", "!=", "LIKE"], st.sampled_from(ENDS).map(quoted)),
    clause(["start_time", "attribute.created"], ORDER, st.integers(BEGAN - 1, BEGAN + 6)),
    clause(["end_time"], ORDER, st.integers(BEGAN - 1, BEGAN + 6)),
    clause(["dataset.name"], ["=", "!=", "LIKE", "ILIKE"], st.sampled_from(["cards", "Cards", "c%"]).map(quoted)),
    clause(["datasets.context"], ["=", "!="], st.sampled_from(["train", "eval"]).map(quoted)),
    clause(["dataset.digest"], ["IN", "NOT IN"], st.sampled_from(["('d0', 'd1')", "('x')"])),
)
orders = st.builds(
    "{}{}".format,
    st.sampled_from(
        [f"metrics.`{key}`" for key in METRICS]
        + [f"params.`{key}`" for key in KEYS]
        + [f"tags.`{key}`" for key in KEYS]
        + ["attributes.start_time", "end_time", "run_name", "status", "tags.mlflow.runName", "Created"]
    ),
    st.sampled_from(["", " ASC", " DESC"]),
)
searches = st.lists(
    st.tuples(st.lists(clauses, max_size=3).map(" AND ".join), st.lists(orders, max_size=3)), min_size=4, max_size=12
)


# The same searches in every run of the tests; a search that differs is small enough to read as it is.
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(runs=runs, searches=searches)
def test_search_finds_what_mlflow_finds(api, runs, searches):
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 (seconds: only where it is the oracle)
    from mlflow.utils.search_utils import SearchUtils  # noqa: PLC0415 (as above)

    experiment = api.experiment(f"oracle-{next(_numbers)}")
    for place, one in enumerate(runs):
        log(api, experiment, place, one)
    everything = [as_mlflow(run) for run in api.ok("POST", "runs/search", experiment_ids=[experiment])["runs"]]
    assert len(everything) == len(runs)

    for filter_string, order_by in searches:
        asked = {"experiment_ids": [experiment], "filter": filter_string, "order_by": order_by}
        try:
            expected = SearchUtils.sort(SearchUtils.filter(everything, filter_string), order_by)
        except MlflowException:
            assert refusal(api.post("runs/search", **asked)) == (400, "INVALID_PARAMETER_VALUE"), asked
            continue
        assert ids(api.ok("POST", "runs/search", **asked)) == [run.info.run_id for run in expected], asked


def ids(found):
    return [run["info"]["run_id"] for run in found["runs"]]


def log(api, experiment, place, one):
    run_id = api.ok("POST", "runs/create", experiment_id=experiment, run_name=one["name"], start_time=BEGAN + place)[
        "run"
    ]["info"]["run_id"]
    pairs = {kind: [{"key": k, "value": v} for k, v in one[kind].items()] for kind in ("params", "tags")}
    metrics = [{"key": k, "value": v, "timestamp": 1, "step": 0} for k, v in one["metrics"].items()]
    api.ok("POST", "runs/log-batch", run_id=run_id, metrics=metrics, **pairs)
    if one["dataset"]:
        dataset = {"name": one["dataset"], "digest": f"d{place}", "source_type": "local", "source": "{}"}
        tags = [{"key": "mlflow.data.context", "value": "train" if place % 2 else "eval"}]
        api.ok("POST", "runs/log-inputs", run_id=run_id, datasets=[{"dataset": dataset, "tags": tags}])
    if one["status"] != "RUNNING":
        api.ok("POST", "runs/update", run_id=run_id, status=one["status"], end_time=BEGAN + (place * 3) % 5)
