"""What the feasibility gate asks of data and runs, and how events read."""

import pytest

from core.models import Event
from experiments import operations
from projects import feed, gates
from projects.enums import Stage
from projects.gates import evaluate
from projects.history import difference
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


def assessed(project):
    Project.objects.filter(pk=project.pk).update(stage=Stage.FEASIBILITY)
    return gates.assess(Project.objects.get(pk=project.pk))


def digest(project):
    return assessed(project).digest


def useful_run(project, value):
    run = make_run(project, name="r")
    entry = operations.MetricEntry("recall", value, 0, 1)
    operations.log_batch(run=run, metrics=[entry], by=run.created_by, now=now())
    return operations.end_run(run=run, status="FINISHED", ended_at=now(), by=run.created_by)


@pytest.mark.django_db
@pytest.mark.parametrize("value", [0.70044, 0.70012])
def test_another_run_of_the_same_name_and_look_is_other_evidence(value):
    project = make_project()
    scope(project, metric="recall", minimal_useful=0.6)
    first = useful_run(project, 0.70012)
    before, seen, bound = digest(project), checks(project)["useful_run"].value, assessed(project).bound

    operations.delete_run(run=first, by=project.created_by, now=now())
    second = useful_run(project, value)

    assert checks(project)["useful_run"].value == seen, "it looks the same"
    assert digest(project) != before
    ((_, then, today),) = difference(assessed(project), bound)
    assert (first.run_id in then, second.run_id in today) == (True, True)


@pytest.mark.django_db
def test_a_value_that_changes_beyond_what_is_shown_is_other_evidence():
    project = make_project()
    scope(project, metric="recall", minimal_useful=0.6)
    useful_run(project, 0.70012)
    before = digest(project)

    scope(project, minimal_useful=0.60001)

    assert checks(project)["useful_run"].value == "recall 0.7, wanted at least 0.6"
    assert digest(project) != before


@pytest.mark.django_db
def test_the_check_names_the_data_by_its_digest():
    version = make_dataset_version()
    operations.store_profile(version=version, profile={"rows": 240, "columns": [], "warnings": []})

    found = checks(version.project)["profiled_data"].identity

    assert found == {"dataset version": "transactions@v1", "digest": version.original_id}


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
