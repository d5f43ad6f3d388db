"""The points of charts, downsampled and zoomed, and runs beside each other."""

import math

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from experiments import comparing, operations, queries, runtable
from experiments.models import Run
from experiments.operations import MetricEntry
from projects.roles import Role
from tests.experiments.factories import make_experiment, make_run
from tests.factories import make_member, make_project, make_user, now


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def log(run, key, values, **more):
    entries = [MetricEntry(key, value, step, 1000 * step) for step, value in enumerate(values)]
    for start in range(0, max(len(entries), 1), 1000):
        operations.log_batch(run=run, metrics=entries[start : start + 1000], by=run.created_by, now=now(), **more)
    return run


def series_of(project, query, *, status=200):
    response = client_of(project.created_by).get(f"/p/{project.key}/series?{query}")
    assert response.status_code == status, response.content.decode()[-800:]
    return response.json() if status == 200 else response


@pytest.mark.django_db
def test_series_of_one_run_have_the_colours_of_metrics_and_leave_gaps():
    run = make_run()
    log(run, "loss", [1.0, math.nan, 0.25])
    log(run, "val_loss", [2.0, 1.0])

    answer = series_of(run.project, f"run={run.run_id}&key=loss&key=val_loss")

    loss, val_loss = answer["series"]
    assert (loss["x"], loss["y"], loss["odd"], loss["shade"]) == ([0, 1, 2], [1.0, None, 0.25], 1, None)
    assert (val_loss["label"], val_loss["y"]) == ("val_loss", [2.0, 1.0])
    assert (answer["low"], answer["high"], answer["time"]) == (0, 2, False)


@pytest.mark.django_db
def test_series_of_several_runs_have_the_colours_of_the_runs():
    experiment = make_experiment()
    runs = [log(make_run(experiment=experiment, name=name), "loss", [1.0, 2.0]) for name in "ab"]

    answer = series_of(experiment.project, "&".join(f"run={run.run_id}" for run in runs) + "&key=loss&x=time")

    assert [(one["label"], one["shade"]) for one in answer["series"]] == [
        (run.name, runtable.shade_of(run)) for run in runs
    ]
    assert answer["time"]
    assert answer["series"][0]["x"] == [0.0, 1.0]


@pytest.mark.django_db
def test_long_history_keeps_its_peak_and_a_zoom_shows_every_point():
    run = make_run()
    values = [0.0] * 5000
    values[3210] = 99.0
    log(run, "loss", values)

    (whole,) = series_of(run.project, f"run={run.run_id}&key=loss")["series"]
    (zoom,) = series_of(run.project, f"run={run.run_id}&key=loss&low=3200&high=3220")["series"]

    assert whole["is_sampled"]
    assert len(whole["x"]) <= 4 * 320
    assert whole["y"][whole["x"].index(3210)] == 99.0
    assert zoom["x"] == list(range(3200, 3221))
    assert not zoom["is_sampled"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("key=loss", "1 to 60 series at once"),
        ("run={run}&key=loss&x=moon", "x is one of step, relative, time"),
        ("run={run}&key=loss&low=1.5", "low is a step"),
        ("run={run}&" + "&".join(f"key=k{n}" for n in range(61)), "1 runs and 61 metrics"),
    ],
)
def test_series_that_cannot_be_drawn_are_refused(query, said):
    run = make_run()

    response = series_of(run.project, query.format(run=run.run_id), status=422)

    assert said in response.content.decode()


@pytest.mark.django_db
def test_run_page_charts_what_has_steps_and_keeps_the_machine_apart():
    run = make_run()
    log(run, "train_loss", [1.0, 0.5])
    log(run, "val_loss", [1.0, 0.6])
    log(run, "once", [3.0])
    log(run, "system/cpu", [10.0, 20.0])

    response = client_of(run.created_by).get(f"/p/{run.project.key}/runs/{run.run_id}/")

    assert [(group.name, group.keys) for group, _ in response.context["charts"]] == [
        ("loss", ["train_loss", "val_loss"])
    ]
    assert [group.name for group, _ in response.context["system_charts"]] == ["system/cpu"]
    assert [one.key for one in response.context["metrics"]] == ["once", "train_loss", "val_loss"]
    assert "data-curves" in response.content.decode()


@pytest.mark.django_db
def test_api_downsamples_a_history():
    run = log(make_run(), "loss", [float(step) for step in range(3000)])
    client, url = client_of(run.created_by), f"/api/v1/projects/{run.project.key}/runs/{run.run_id}/metrics/loss"

    points = client.get(f"{url}?buckets=10").json()["results"]
    refused = client.get(f"{url}?buckets=0")

    assert 10 <= len(points) <= 40
    assert {0, 2999} <= {point["step"] for point in points}
    assert refused.status_code == 400
    assert "buckets must be 1 to 2000" in refused.json()["detail"]


# --- comparing -------------------------------------------------------------------------------------------------------


@pytest.fixture
def pair():
    """`a` and `b`: they share a param and differ in two, one of them missing in b."""
    experiment = make_experiment()
    a = log(
        make_run(experiment=experiment, name="a"), "loss", [1.0, 0.2], params={"model": "gbm", "seed": "1", "lr": "1"}
    )
    b = log(make_run(experiment=experiment, name="b"), "loss", [1.0, 0.4], params={"model": "forest", "seed": "1"})
    return a, b


def compare(project, runs, more="", *, user=None):
    query = "&".join(f"run={run.run_id}" for run in runs)
    return client_of(user or project.created_by).get(f"/p/{project.key}/compare/?{query}{more}")


@pytest.mark.django_db
def test_comparison_shows_what_differs_and_all_on_request(pair):
    project = pair[0].project

    differing = dict(compare(project, pair).context["sections"])
    every = dict(compare(project, pair, "&all=1").context["sections"])

    assert [(line.name, line.values) for line in differing["Parameters"]] == [
        ("lr", ["1", "–"]),
        ("model", ["gbm", "forest"]),
    ]
    assert [(line.name, line.values) for line in differing["Metrics"]] == [("loss", ["0.2", "0.4"])]
    assert [line.name for line in every["Parameters"]] == ["lr", "model", "seed"]


@pytest.mark.django_db
def test_comparison_draws_each_run_in_its_colour(pair):
    shown = compare(pair[0].project, pair).content.decode()

    for run in pair:
        assert f'class="way run-{run.pk % 12}"' in shown
        assert f'class="spot run-{run.pk % 12}"' in shown
    assert "key=loss" in shown


@pytest.mark.django_db
def test_names_in_drawings_are_escaped():
    experiment = make_experiment()
    for value in ("1", "2"):
        run = make_run(experiment=experiment, name="<script>alert(1)</script>")
        log(run, "loss", [float(value)], params={"depth": value, "kind": f"<b>{value}"})
    runs = list(Run.objects.all())

    shown = compare(experiment.project, runs).content.decode()

    assert "<script>alert" not in shown
    assert "<b>1" not in shown
    assert "&lt;script&gt;alert(1)" in shown


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 21])
def test_comparison_takes_two_to_twenty(count):
    project = make_project()
    query = "&".join(f"run={number:032x}" for number in range(count))

    response = client_of(project.created_by).get(f"/p/{project.key}/compare/?{query}")

    assert response.status_code == 422
    assert f"Choose 2 to 20 runs to compare: got {count}." in response.content.decode()


@pytest.mark.django_db
def test_comparison_opens_to_the_team_and_never_shows_a_foreign_run(pair):
    project = pair[0].project
    foreign = make_run(make_project())

    assert compare(project, pair, user=make_member(project, Role.VIEWER)).status_code == 200
    assert compare(project, pair, user=make_user()).status_code == 404
    assert compare(project, [pair[0], foreign]).status_code == 404


@pytest.mark.django_db
def test_comparison_costs_the_same_for_two_runs_and_for_four(pair):
    experiment, costs = pair[0].experiment, []
    more = [log(make_run(experiment=experiment), "loss", [1.0, 0.3], params={"model": "x"}) for _ in range(2)]
    for runs in (pair, [*pair, *more]):
        with CaptureQueriesContext(connection) as captured:
            compare(experiment.project, runs)
        costs.append(len(captured))

    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_axes_are_logarithmic_where_values_span_magnitudes(pair):
    runs = [Run(pk=pk, params={"lr": lr, "depth": depth}, tags={}) for pk, lr, depth in
            ((1, "0.001", "2"), (2, "0.01", "4"), (3, "0.1", "6"))]  # fmt: skip

    axes = {axis.label: axis for axis in comparing.axes_of(runs, {1: [], 2: [], 3: []})}

    assert axes["lr"].places == pytest.approx([0, 50, 100])
    assert axes["depth"].places == [0, 50, 100]


@pytest.mark.django_db
def test_slices_stand_as_a_heat_map_run_by_run(pair):
    project, runs = pair[0].project, pair
    for run, night in zip(pair, (0.2, 0.7), strict=True):
        for key, value in (("recall/night", night), ("recall/day", 0.6), ("val/loss", 1.0), ("lone/x", 1.0)):
            log(run, key, [value])
    log(runs[0], "recall/noon", [math.nan])

    [found] = comparing.slice_maps(runs, queries.latest_metrics(runs))

    assert found.metric == "recall"
    assert [(part, [(one.text, one.level) for one in cells]) for part, cells in found.rows] == [
        ("day", [("0.6", 4), ("0.6", 4)]),
        ("night", [("0.2", 0), ("0.7", 4)]),
        ("noon", [("NaN", None), ("–", None)]),
    ]
    shown = compare(project, runs).content.decode()
    assert "recall by slice" in shown
    assert "lone by slice" not in shown


@pytest.mark.django_db
def test_slices_that_are_all_alike_lie_in_the_middle(pair):
    runs = pair
    for key in ("recall/a", "recall/b"):
        log(runs[0], key, [0.5])

    [found] = comparing.slice_maps(runs, queries.latest_metrics(runs))

    assert {one.level for _, cells in found.rows for one in cells} == {2, None}
