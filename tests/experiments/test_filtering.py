"""The filter of our pages and REST API: what it reads, what it refuses and where, what it offers, what it finds."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from experiments import listing, operations
from experiments.filtering import Names, Unreadable, offers, parse
from experiments.filtering.compiling import filtered
from experiments.filtering.grammar import MAX_COMPARISONS, And, Comparison, Not, Or
from experiments.operations import MetricEntry
from projects.roles import Role
from tests.experiments.factories import make_experiment, make_run
from tests.factories import make_member, make_project, now

A = Comparison("metric", "a", ">", (1.0,))
B = Comparison("parameter", "b", "=", ("x",))
C = Comparison("tag", "c", "IS NULL")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", None),
        ("metrics.a > 1", A),
        ("metric.`a`>1", A),
        ("metrics.a > 1 and params.b = 'x'", And((A, B))),
        ("metrics.a > 1 OR params.b = 'x' AND tags.c IS NULL", Or((A, And((B, C))))),
        ("(metrics.a > 1 OR params.b = 'x') AND tags.c is null", And((Or((A, B)), C))),
        ("NOT (metrics.a > 1)", Not(A)),
        ("NOT NOT metrics.a > 1", Not(Not(A))),
        ("status IN ('RUNNING', 'FAILED')", Comparison("attribute", "status", "IN", ("RUNNING", "FAILED"))),
        ("run.status NOT IN ('FAILED')", Comparison("attribute", "status", "NOT IN", ("FAILED",))),
        ('params."learning rate" = "0.1"', Comparison("parameter", "learning rate", "=", ("0.1",))),
        ("tags.mlflow.user != 'me'", Comparison("tag", "mlflow.user", "!=", ("me",))),
        ("metrics.val/loss-2 <= -1.5e-3", Comparison("metric", "val/loss-2", "<=", (-0.0015,))),
        ("start_time > '1970-01-02'", Comparison("attribute", "start_time", ">", (86_400_000.0,))),
        ("start_time > '1970-01-02T01:00:00+01:00'", Comparison("attribute", "start_time", ">", (86_400_000.0,))),
    ],
)
def test_filter_is_read(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("metrics.a", 9, "expected one of =, !=, <, <=, >, >= after metrics.a"),
        ("metrics.a >", 11, "expected a number"),
        ("metrics.a > 'x'", 12, "expected a number"),
        ("metrics.a LIKE 'x'", 10, "there is 'LIKE'"),
        ("params.b = 1", 11, "expected a text in quotes"),
        ("params.b IN ('x')", 9, "expected one of =, !=, LIKE, ILIKE, IS NULL, IS NOT NULL"),
        ("params.b IS", 9, "IS NOT NULL"),
        ("loss > 1", 0, "or metrics.loss, params.loss, tags.loss"),
        ("models.a > 1", 0, "expected 'models' before the dot"),
        ("dataset.rows = 'x'", 0, "dataset.name, dataset.digest, dataset.context"),
        ("metrics. > 1", 0, "expected a name after metrics."),
        ("metrics.a > 1 metrics.b > 2", 14, "expected AND, OR or the end"),
        ("metrics.a > 1 AND", 17, "expected a name"),
        ("(metrics.a > 1", 14, 'the ")" that closes character 1'),
        ("metrics.a > 1)", 13, "expected AND, OR or the end"),
        ("params.b = 'x", 11, "The quote at character 12 is not closed"),
        ("metrics.`a > 1", 8, "The quote at character 9 is not closed"),
        ("metrics.a > 1; DROP TABLE", 13, "does not belong in a filter"),
        ("status IN 'RUNNING'", 10, 'expected "(" after IN'),
        ("status IN ('RUNNING' 'FAILED')", 21, '"," or ")"'),
        ("metrics.a > 1e999", 12, "too large"),
        ("start_time > 'tomorrow'", 13, "expected a date in quotes"),
        ("(" * 21 + "metrics.a > 1" + ")" * 21, 20, "at most 20 deep"),
        ("NOT " * 21 + "metrics.a > 1", 80, "at most 20 deep"),
        ("metrics.a > 1" + " " * 10_000, 10_000, "at most 10,000 characters: got 10,013"),
    ],
)
def test_filter_that_cannot_be_read_says_where_and_what_was_expected(text, position, said):
    with pytest.raises(Unreadable) as refused:
        parse(text)

    assert said in refused.value.message
    assert refused.value.position == position


def test_filter_has_a_limit_of_comparisons():
    text = " OR ".join(["metrics.a > 1"] * (MAX_COMPARISONS + 1))

    with pytest.raises(Unreadable, match="at most 100 comparisons"):
        parse(text)


@given(st.text(alphabet="metricsparg.`'\"()<>=!,ANDORNOTIKL 0123-", max_size=60))
def test_any_text_is_read_or_refused_at_a_place_in_it(text):
    position = 0
    try:
        parse(text)
    except Unreadable as exc:
        position = exc.position
    assert 0 <= position <= len(text)
    offers(text, len(text), Names(metrics=["a"]))


NAMES = Names(
    metrics=["loss", "val loss"],
    params=["model"],
    tags=["team"],
    values={("parameter", "model"): ["forest", "gbm"]},
)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("los", ["metrics.loss", "metrics.`val loss`"]),
        ("metrics.", ["metrics.loss", "metrics.`val loss`"]),
        ("params.m", ["params.model"]),
        ("metrics.loss ", ["=", "!=", "<", "<=", ">", ">="]),
        ("params.model I", ["ILIKE", "IS NULL", "IS NOT NULL", "LIKE"]),
        ("params.model = ", ["'forest'", "'gbm'"]),
        ("params.model = 'g", ["'gbm'"]),
        ("status = 'RUN", ["'RUNNING'"]),
        ("status IN ", ["("]),
        ("metrics.loss < 1 ", ["AND", "OR"]),
        ("(metrics.loss < 1 ", [")", "AND", "OR"]),
        ("metrics.loss < 1 AND tea", ["tags.team"]),
        ("metrics.loss < ", []),
        ("models.x ", []),
    ],
)
def test_what_could_come_next_is_offered(text, first):
    assert [one.text for one in offers(text, len(text), NAMES)] == first


def test_an_offer_replaces_the_word_at_the_cursor():
    text = "metrics.los > 1"

    offered = offers(text, len("metrics.los"), NAMES)[0]

    assert (offered.text, offered.start, offered.end) == ("metrics.loss", 0, 11)


@pytest.fixture
def three_runs():
    """`gbm` (loss 0.1, team risk), `forest` (loss 0.3), `bare` (nothing)."""
    experiment = make_experiment()
    for name, loss, params, tags in (
        ("gbm", 0.1, {"model": "gbm"}, {"team": "risk"}),
        ("forest", 0.3, {"model": "forest"}, {}),
        ("bare", None, {}, {}),
    ):
        run = make_run(experiment=experiment, name=name)
        metrics = [] if loss is None else [MetricEntry("loss", loss, 0, 1)]
        operations.log_batch(run=run, metrics=metrics, params=params, tags=tags, by=run.created_by, now=now())
    return experiment.project


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", {"gbm", "forest", "bare"}),
        ("metrics.loss < 0.2", {"gbm"}),
        ("metrics.loss < 1 AND params.model = 'forest'", {"forest"}),
        ("metrics.loss < 0.2 OR run_name = 'bare'", {"gbm", "bare"}),
        ("(metrics.loss < 0.2 OR params.model = 'forest') AND NOT tags.team = 'risk'", {"forest"}),
        ("NOT metrics.loss < 0.2", {"forest", "bare"}),
        ("tags.team IS NULL", {"forest", "bare"}),
        ("run_name IN ('gbm', 'bare')", {"gbm", "bare"}),
        ("run_name NOT IN ('gbm', 'bare') AND metrics.loss > 0", {"forest"}),
        ("start_time > '2100-01-01'", set()),
        ("metrics.loss > 0.00000001 AND metrics.loss < 1e17", {"gbm", "forest"}),
        ("params.model ILIKE 'GB%' OR (metrics.loss > 5 AND status = 'RUNNING')", {"gbm"}),
    ],
)
def test_filter_finds_runs(three_runs, text, names):
    found = filtered(listing.active_runs(three_runs), text)

    assert {run.name for run in found} == names


@pytest.mark.django_db
def test_or_does_not_reach_another_project(three_runs):
    make_run(make_project(), name="foreign")

    found = filtered(listing.active_runs(three_runs), "run_name = 'foreign' OR run_name = 'bare'")

    assert [run.name for run in found] == ["bare"]


@pytest.mark.django_db
def test_filter_refused_is_invalid_with_its_place(three_runs):
    with pytest.raises(Invalid, match="At character 15 there is 'foo'"):
        filtered(listing.active_runs(three_runs), "metrics.loss >foo")


@pytest.mark.django_db
def test_api_filters_runs_by_our_grammar(three_runs):
    client, url = Client(), f"/api/v1/projects/{three_runs.key}/runs"
    client.force_login(make_member(three_runs, Role.VIEWER))

    found = client.get(url, {"filter": "params.model = 'gbm' OR params.model = 'forest'"}).json()
    refused = client.get(url, {"filter": "params.model ="})

    assert [run["name"] for run in found["results"]] == ["forest", "gbm"]
    assert refused.status_code in (400, 422)
    assert "expected a text in quotes" in refused.json()["detail"]
