"""Which runs count for a spike and reach a kill criterion: by the ledger's order, not by what a client says."""

from datetime import timedelta

import pytest

from core import events
from core.models import Delivery, Event
from experiments import operations
from experiments.operations import InputEntry, MetricEntry
from projects import operations as scoping
from projects import queries
from projects.enums import Stage
from projects.models import KillCriterion, Project
from tests.experiments.factories import make_dataset_version, make_experiment, make_run, make_trained_run
from tests.factories import make_project, now

pytestmark = pytest.mark.django_db

PLAN = {
    "hypothesis": "There is signal.",
    "metric": "recall",
    "proceed_at": 0.6,
    "kill_at": 0.4,
    "experiment": "Is there signal?",
    "days": 7,
}


def planned(project, **values):
    scoping.start_from_template(project=project, template="card_fraud", by=project.created_by, now=now())
    return scoping.plan_spike(
        option=queries.option(project, 2), tests="signal", values=PLAN | values, by=project.created_by, now=now()
    )


def locked(project=None, **values):
    project = project or make_project()
    return scoping.lock_spike(spike=planned(project, **values), by=project.created_by, now=now())


def begin(project, experiment="Is there signal?"):
    return make_run(experiment=make_experiment(project, name=experiment))


def finish(run, **metrics):
    """Log and finish, and let the handlers do what comes of it."""
    entries = [MetricEntry(key=key, value=value, timestamp_ms=1, step=0) for key, value in metrics.items()]
    operations.log_batch(run=run, metrics=entries, by=run.created_by, now=now())
    operations.end_run(run=run, status="FINISHED", ended_at=now(), by=run.created_by)
    for pk in Delivery.objects.filter(state="pending").order_by("pk").values_list("pk", flat=True):
        assert events.deliver(pk, now=now())


def counted(spike):
    return queries.spike(spike.project, spike.number).samples


def test_finished_runs_end_the_spike_in_their_zone():
    spike = locked()
    for value in (0.70, 0.71, 0.69):
        finish(begin(spike.project), recall=value)

    ended = queries.spike(spike.project, 1)
    assert (ended.state, ended.zone) == ("ended", "proceed")
    assert Event.objects.get(type="spike.ended").actor is None


def test_run_that_began_before_the_lock_does_not_count():
    project = make_project()
    spike = planned(project)
    early = begin(project)
    spike = scoping.lock_spike(spike=spike, by=project.created_by, now=now())
    late = begin(project)
    # What a client says of its beginning changes nothing.
    type(early).objects.filter(pk=early.pk).update(started_at=now() + timedelta(days=1))
    type(late).objects.filter(pk=late.pk).update(started_at=now() - timedelta(days=9))

    finish(early, recall=0.9)
    finish(late, recall=0.7)

    assert counted(spike) == {late.run_id: [0.7, None, None]}


def test_run_counts_by_experiment_metric_and_end():
    spike = locked()
    finish(begin(spike.project, "Something else"), recall=0.7)
    finish(begin(spike.project), roc_auc=0.7)
    finish(begin(spike.project), recall=float("nan"))
    begin(spike.project)

    assert counted(spike) == {}


def test_run_after_the_time_box_does_not_count(monkeypatch):
    spike = locked()
    run = begin(spike.project)
    began = Event.objects.get(subject_type="run", subject_id=run.run_id)
    late = (now() + timedelta(days=7, minutes=1)).isoformat(timespec="microseconds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Event, "from_db", classmethod(_dated(Event.from_db.__func__, began.pk, late)))
        finish(run, recall=0.7)

    assert counted(spike) == {}


def _dated(load, pk, at):
    """Reads that one event as of another time: the ledger itself refuses to be changed."""

    def from_db(cls, *args):
        event = load(cls, *args)
        if event.pk == pk:
            event.at = at
        return event

    return from_db


def test_what_counted_stays_when_its_run_is_deleted_or_logs_again():
    spike = locked()
    run = begin(spike.project)
    finish(run, recall=0.7)
    operations.delete_run(run=run, by=run.created_by, now=now())
    other = begin(spike.project)
    finish(other, recall=0.5)
    operations.update_run(run=other, status="RUNNING", by=other.created_by)
    finish(other, recall=0.9)

    assert counted(spike) == {run.run_id: [0.7, None, None], other.run_id: [0.5, None, None]}


def test_run_counts_on_the_dataset_that_the_spike_names():
    project = make_project()
    version = make_dataset_version(project)
    spike = locked(project, dataset="transactions@v1")
    without, on_it = begin(project), begin(project)
    entry = InputEntry(name=str(version), digest=version.digest, dataset_version=version)
    operations.log_inputs(run=on_it, inputs=[entry], by=project.created_by, now=now())

    finish(without, recall=0.7)
    finish(on_it, recall=0.71)

    assert list(counted(spike)) == [on_it.run_id]


def test_training_brings_its_own_interval():
    spike = locked(metric="average_precision", least_runs=1)
    run = begin(spike.project)

    finish(run, average_precision=0.7, average_precision_low=0.65, average_precision_high=0.75)

    ended = queries.spike(spike.project, 1)
    assert (ended.samples, ended.zone) == ({run.run_id: [0.7, 0.65, 0.75]}, "proceed")


def test_training_of_the_product_counts_too():
    project = make_project()
    version = make_dataset_version(project)
    spike = locked(project, metric="average_precision", dataset="transactions@v1")
    run = make_trained_run(project, version, experiment_name="Is there signal?")
    for pk in Delivery.objects.filter(state="pending").order_by("pk").values_list("pk", flat=True):
        events.deliver(pk, now=now())

    assert list(counted(spike)) == [run.run_id]


def test_run_of_a_retired_project_is_delivered_and_counts_for_nothing():
    spike = locked()
    run = begin(spike.project)
    Project.objects.filter(pk=spike.project_id).update(stage=Stage.RETIRED)

    finish(run, recall=0.7)

    assert counted(spike) == {}


@pytest.mark.parametrize(
    ("is_higher_better", "value", "is_reached"), [(True, 0.6, True), (True, 0.59, False), (False, 0.59, True)]
)
def test_finished_run_reaches_a_kill_criterion(is_higher_better, value, is_reached):
    project = make_project()
    scoping.add_kill_criterion(
        project=project,
        values={
            "text": "There is signal.",
            "due_date": now().date() + timedelta(days=9),
            "metric": "recall",
            "threshold": 0.6,
            "is_higher_better": is_higher_better,
        },
        decider=project.created_by,
        by=project.created_by,
        now=now(),
    )

    run = begin(project)
    finish(run, recall=value)

    assert KillCriterion.objects.get().reached_by == (run.run_id if is_reached else "")
