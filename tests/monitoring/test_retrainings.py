"""A retraining: one at a time, only with labels enough, and never further than a review."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from core import events, jobs
from core.errors import Conflict, NotAllowed
from core.models import Delivery, Event, Job
from experiments.models import DatasetVersion, Training
from monitoring import operations, queries
from monitoring.enums import RetrainingState
from monitoring.models import Retraining
from projects.roles import Role
from tests.factories import make_member
from tests.monitoring.factories import START, make_monitor, predict, windows_of
from tests.monitoring.test_alerts import open_alert
from tests.monitoring.test_check_drift import check

LATER = START + timedelta(minutes=5)


@pytest.mark.django_db
def test_start_retraining_waits_for_labels(tmp_path):
    alert = open_alert(tmp_path)
    scientist = make_member(alert.project, Role.DATA_SCIENTIST)

    retraining = operations.start_retraining(
        monitor=alert.monitor, alert=alert, by=scientist, now=LATER, reason="The mix changed."
    )

    assert (retraining.state, retraining.started_by) == (RetrainingState.WAITING_FOR_LABELS, scientist)
    assert (retraining.alert, retraining.labels_since) == (alert, alert.drifting_since)
    assert Event.objects.get(type="retraining.started").data["reason"] == "The mix changed."
    assert not Job.objects.filter(kind="gather_labels").exists()


@pytest.mark.django_db
def test_start_retraining_with_labels_enough_queues_one_job(tmp_path):
    alert = open_alert(tmp_path)
    predict(alert.monitor.deployment, at=START + timedelta(seconds=40), n=320, shift=1, labelled=True)

    retraining = operations.start_retraining(monitor=alert.monitor, alert=alert, by=None, now=LATER)
    operations.train_when_labelled(retraining=retraining)

    assert Job.objects.filter(kind="gather_labels").count() == 1


@pytest.mark.django_db
def test_labels_from_before_the_drift_do_not_count(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    predict(monitor.deployment, at=START, n=400, labelled=True)
    windows_of(monitor.deployment, [1, 1, 1], start=START + timedelta(seconds=10))
    check(monitor, at=START + timedelta(seconds=43))

    alert = queries.open_alert(monitor)
    operations.start_retraining(monitor=monitor, alert=alert, by=None, now=LATER)

    labels = queries.labels_since(monitor.deployment, alert.drifting_since)
    assert (labels.total, labels.rarest) == (0, 0)
    assert labels.missing(at_least=300) == "0 of 300 labels since the drift began"


@pytest.mark.django_db
def test_labels_of_one_class_are_not_enough(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    rows = predict(monitor.deployment, at=START, n=400, labelled=True)
    type(rows[0]).objects.update(truth=0)

    labels = queries.labels_since(monitor.deployment, START)

    assert (labels.total, labels.rarest, labels.are_enough(at_least=300)) == (400, 0, False)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.VALIDATOR, Role.VIEWER, Role.PRODUCT_OWNER])
def test_start_retraining_refused_person(tmp_path, role):
    alert = open_alert(tmp_path)

    with pytest.raises(NotAllowed):
        operations.start_retraining(monitor=alert.monitor, alert=alert, by=make_member(alert.project, role), now=LATER)

    assert not Retraining.objects.exists()


@pytest.mark.django_db
def test_start_retraining_second_refused(tmp_path):
    alert = open_alert(tmp_path)
    operations.start_retraining(monitor=alert.monitor, alert=alert, by=None, now=LATER)

    with pytest.raises(Conflict, match="under way already"):
        operations.start_retraining(monitor=alert.monitor, alert=None, by=None, now=LATER)

    assert Event.objects.filter(type="retraining.started").count() == 1


@pytest.mark.django_db
def test_start_retraining_of_a_model_trained_elsewhere_refused(tmp_path):
    alert = open_alert(tmp_path)
    alert.monitor.deployment.live_version.run.training.delete()

    with pytest.raises(Conflict, match="cannot be retrained here"):
        operations.start_retraining(monitor=alert.monitor, alert=alert, by=None, now=LATER)

    assert not Retraining.objects.exists()


@pytest.mark.django_db
def test_answer_alert_only_if_the_policy_says_so(tmp_path):
    alert = open_alert(tmp_path, retrain_on_drift=False)

    assert operations.answer_alert(alert=alert, now=LATER) is None
    assert not Retraining.objects.exists()


@pytest.mark.django_db
def test_answer_alert_waits_until_the_cooldown_is_over(tmp_path):
    alert = open_alert(tmp_path, cooldown_seconds=600)
    first = operations.start_retraining(monitor=alert.monitor, alert=alert, by=None, now=LATER)
    operations.fail_retraining(retraining=first, note="out of memory", now=LATER)
    operations.resolve_alert(alert=alert, by=None, now=START + timedelta(seconds=40))
    windows_of(alert.monitor.deployment, [1, 1, 1], start=START + timedelta(seconds=40))
    check(alert.monitor, at=START + timedelta(seconds=73))
    second = queries.open_alert(alert.monitor)

    assert operations.answer_alert(alert=second, now=LATER + timedelta(seconds=599)) is None
    answered = operations.answer_alert(alert=second, now=LATER + timedelta(seconds=600))

    assert (answered.alert, answered.started_by) == (second, None)


@pytest.mark.django_db
def test_fail_retraining_twice_refused(tmp_path):
    alert = open_alert(tmp_path)
    retraining = operations.start_retraining(monitor=alert.monitor, alert=alert, by=None, now=LATER)
    operations.fail_retraining(retraining=retraining, note="first", now=LATER)

    with pytest.raises(Conflict):
        operations.fail_retraining(retraining=retraining, note="second", now=LATER)

    retraining.refresh_from_db()
    assert (retraining.state, retraining.note) == (RetrainingState.FAILED, "first")
    assert Event.objects.filter(type="retraining.ended").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_hundred_alarms_at_once_start_one_retraining(tmp_path):
    """The event is announced a hundred times, and handled by eight workers at once."""
    alert = open_alert(tmp_path)
    for _ in range(99):
        with transaction.atomic():
            events.record("alert.opened", alert, by=None)
    due = list(Delivery.objects.filter(handler="monitoring.handlers.retrain_by_policy").values_list("pk", flat=True))
    assert len(due) == 100

    def work(share):
        for delivery in share:
            events.deliver(delivery, now=LATER)
        connection.close()

    threads = [threading.Thread(target=work, args=(due[i::8],)) for i in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert Retraining.objects.count() == 1
    assert Event.objects.filter(type="retraining.started").count() == 1
    states = Delivery.objects.filter(pk__in=due).values_list("state", flat=True)
    assert set(states) == {"done"}


def gather(retraining):
    """Run the job that gathers labels, if it was queued."""
    job = Job.objects.get(kind="gather_labels", subject_id=str(retraining.pk))
    jobs.run(job.pk)
    retraining.refresh_from_db()
    job.refresh_from_db()
    return job


@pytest.mark.django_db(transaction=True)
def test_labels_that_arrive_start_the_training_on_both_data(tmp_path):
    """The labelled rows become the next version of the champion's data, with the same columns and types."""
    alert = open_alert(tmp_path)
    retraining = operations.start_retraining(monitor=alert.monitor, alert=alert, by=None, now=LATER)
    predict(alert.monitor.deployment, at=START + timedelta(seconds=40), n=320, shift=1, labelled=True)
    with transaction.atomic():
        event = events.record("predictions.labelled", alert.monitor.deployment, by=None, labelled=320)
    for delivery in Delivery.objects.filter(event=event):
        events.deliver(delivery.pk, now=LATER)

    job = gather(retraining)

    champion = alert.monitor.deployment.live_version.run.training
    assert (job.state, retraining.state) == ("succeeded", RetrainingState.TRAINING)
    data, training = retraining.dataset_version, retraining.run.training
    assert (data.dataset, data.number, data.rows) == (champion.dataset_version.dataset, 2, 320)
    assert [(c["name"], c["kind"]) for c in data.columns] == [
        (c["name"], c["kind"]) for c in champion.dataset_version.columns
    ]
    assert (training.dataset_version, training.extra_version) == (data, champion.dataset_version)
    assert (training.target, training.estimator, training.seed) == ("is_fraud", champion.estimator, champion.seed)
    assert Job.objects.filter(kind="train").count() == 1


@pytest.mark.django_db(transaction=True)
def test_gathering_that_fails_ends_the_retraining_and_leaves_nothing(tmp_path):
    alert = open_alert(tmp_path)
    predict(alert.monitor.deployment, at=START + timedelta(seconds=40), n=320, shift=1, labelled=True)
    Training.objects.update(estimator="crystal_ball")
    retraining = operations.start_retraining(monitor=alert.monitor, alert=alert, by=None, now=LATER)

    job = gather(retraining)

    assert (job.state, retraining.state) == ("failed", RetrainingState.FAILED)
    assert "crystal_ball" in retraining.note
    assert (retraining.dataset_version, retraining.run) == (None, None)
    assert not DatasetVersion.objects.filter(number=2).exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_labels_again_are_the_same_data(tmp_path):
    alert = open_alert(tmp_path)
    predict(alert.monitor.deployment, at=START + timedelta(seconds=40), n=320, shift=1, labelled=True)
    made = []
    for attempt in (alert, None):
        retraining = operations.start_retraining(monitor=alert.monitor, alert=attempt, by=None, now=LATER)
        gather(retraining)
        made.append(retraining.dataset_version)
        operations.fail_retraining(retraining=retraining, note="tried", now=LATER)

    assert made[0] == made[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("event_type", "data"), [("run.failed", {"reason": "Out of memory."}), ("run.killed", {})])
def test_a_training_that_fails_ends_the_retraining(tmp_path, event_type, data):
    alert = open_alert(tmp_path)
    predict(alert.monitor.deployment, at=START + timedelta(seconds=40), n=320, shift=1, labelled=True)
    retraining = operations.start_retraining(monitor=alert.monitor, alert=alert, by=None, now=LATER)
    gather(retraining)
    with transaction.atomic():
        event = events.record(event_type, retraining.run, by=None, **data)
    for delivery in Delivery.objects.filter(event=event):
        events.deliver(delivery.pk, now=LATER)

    retraining.refresh_from_db()
    assert retraining.state == RetrainingState.FAILED
    assert retraining.note == data.get("reason", "The training did not finish.")
