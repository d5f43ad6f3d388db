"""What the feasibility gate asks of data and runs, and how events read."""

import pytest

from core.models import Event
from experiments import operations
from projects import feed
from projects.enums import Stage
from projects.gates import evaluate
from projects.models import Project, Scope
from tests.drain import drain
from tests.experiments.factories import make_dataset_version, make_run, make_trained_run
from tests.factories import make_project, now


def checks(project):
    Project.objects.filter(pk=project.pk).update(stage=Stage.FEASIBILITY)
    found = evaluate(Project.objects.get(pk=project.pk))
    return {one.id: one for one in found if one.id in ("profiled_data", "useful_run")}


def scope(project, **given):
    Scope.objects.filter(project=project).update(**given)


@pytest.mark.django_db
def test_gate_of_an_empty_project_is_not_met():
    found = checks(make_project())

    assert {one.id: (one.state, one.value) for one in found.values()} == {
        "profiled_data": ("bad", "none yet"),
        "useful_run": ("bad", "the scope names no metric or value"),
    }


@pytest.mark.django_db
def test_gate_asks_for_a_profile():
    version = make_dataset_version()
    assert checks(version.project)["profiled_data"].state == "bad"

    operations.store_profile(version=version, profile={"rows": 240, "columns": [], "warnings": []})

    check = checks(version.project)["profiled_data"]
    assert (check.state, check.value) == ("ok", "transactions@v1, 240 rows")
    assert check.url == f"/p/{version.project.key}/data/transactions/1/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "direction", "state"),
    [(0.8, "higher", "ok"), (0.9, "higher", "bad"), (0.9, "lower", "ok"), (0.1, "lower", "bad")],
)
def test_gate_asks_for_a_run_that_is_useful(wanted, direction, state):
    run = make_trained_run(average_precision=0.81)
    make_trained_run(run.project, run.training.dataset_version, average_precision=float("nan"))
    scope(run.project, metric="average_precision", direction=direction, minimal_useful=wanted)

    check = checks(run.project)["useful_run"]

    assert (check.state, check.source) == (state, run.name)
    assert check.value.startswith("average_precision 0.81, wanted")


@pytest.mark.django_db
def test_gate_without_a_minimal_useful_value_asks_to_beat_the_baseline():
    run = make_trained_run(average_precision=0.81)
    scope(run.project, metric="average_precision", baseline=0.5)

    assert checks(run.project)["useful_run"].state == "ok"


@pytest.mark.django_db
def test_gate_does_not_count_runs_that_did_not_finish():
    run = make_run()
    metric = operations.MetricEntry("average_precision", 0.99, 0, 1)
    operations.log_batch(run=run, metrics=[metric], by=run.created_by, now=now())
    scope(run.project, metric="average_precision", minimal_useful=0.5)

    check = checks(run.project)["useful_run"]

    assert (check.state, check.value) == ("bad", "no finished run has average_precision")


@pytest.mark.django_db(transaction=True)
def test_every_event_of_a_training_reads_as_a_sentence():
    run = make_trained_run()
    operations.log_batch(run=run, tags={"a": "b"}, by=run.created_by, now=now())
    drain()

    events = Event.objects.filter(stream=run.project_id).exclude(type__startswith="job.").order_by("seq")
    told = {one.type: feed.tell(one, run.project.key) for one in events}

    assert {"dataset.created", "dataset_version.profiled", "run.scheduled", "run.finished", "run.logged"} <= set(told)
    assert told["run.finished"].url == f"/p/{run.project.key}/runs/{run.run_id}/"
    assert told["dataset_version.added"].url == f"/p/{run.project.key}/data/transactions/1/"
    assert not [one.text for one in told.values() if one.text.endswith(":")]
