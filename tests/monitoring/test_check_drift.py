"""The job that checks windows: same rows, same reports, each once, whatever dies."""

from datetime import timedelta

import pytest
from django.db import transaction

from core import jobs
from core.models import Event, Job
from experiments.models import Training
from monitoring import checking, operations, queries
from monitoring.checking import reports
from monitoring.enums import WindowState
from monitoring.jobs import CheckDrift
from monitoring.models import DriftWindow
from tests.monitoring.factories import START, make_monitor, make_version, predict, windows_of


def check(monitor, *, at):
    """One run of the check, as the job does it, at this time."""
    monitor = type(monitor).objects.select_related("deployment__live_version").get(pk=monitor.pk)
    found, watermark = checking.window_reports(monitor, now=at)
    windows = operations.record_windows(
        monitor=monitor, plan=queries.plan_of(monitor), reports=found, watermark=watermark, now=at
    )
    operations.record_performance(found=checking.performance_due(monitor))
    return windows


def states(monitor):
    return list(DriftWindow.objects.filter(monitor=monitor).order_by("started_at").values_list("state", flat=True))


@pytest.mark.django_db
def test_check_compares_each_window_with_the_training_data(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    windows_of(monitor.deployment, [0, 0, 1])

    check(monitor, at=START + timedelta(seconds=33))

    assert states(monitor) == ["stable", "stable", "drifted"]
    last = DriftWindow.objects.order_by("started_at").last()
    assert (last.started_at, last.rows) == (START + timedelta(seconds=20), 200)
    assert [(each["feature"], each["statistic"], each["drifted"]) for each in last.features] == [
        ("amount", "ks", True),
        ("category", "jensen_shannon", True),
    ]
    monitor.refresh_from_db()
    assert monitor.watermark == START + timedelta(seconds=30)


@pytest.mark.django_db
def test_check_leaves_a_window_alone_that_late_commits_may_still_reach(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    windows_of(monitor.deployment, [0, 0])

    check(monitor, at=START + timedelta(seconds=22))

    assert states(monitor) == ["stable"]


@pytest.mark.django_db
def test_check_twice_gives_each_window_once(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    windows_of(monitor.deployment, [0, 1])

    for _ in range(2):
        check(monitor, at=START + timedelta(seconds=30))

    assert states(monitor) == ["stable", "drifted"]
    assert Event.objects.filter(type="drift_window.checked").count() == 2


@pytest.mark.django_db
def test_reports_do_not_depend_on_when_they_are_computed(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    windows_of(monitor.deployment, [0, 0.4, 1])

    together, _ = checking.window_reports(monitor, now=START + timedelta(seconds=60))
    again, _ = checking.window_reports(monitor, now=START + timedelta(seconds=600))

    assert [each.digest for each in together] == [each.digest for each in again]
    assert len({each.digest for each in together}) == 3


@pytest.mark.django_db
def test_check_a_quiet_window_has_no_report(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    predict(monitor.deployment, at=START)
    predict(monitor.deployment, at=START + timedelta(hours=3))

    check(monitor, at=START + timedelta(hours=4))

    assert states(monitor) == ["stable", "stable"]
    monitor.refresh_from_db()
    assert monitor.watermark == START + timedelta(hours=4) - timedelta(seconds=10)


@pytest.mark.django_db
def test_check_few_rows_say_nothing(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    predict(monitor.deployment, at=START, n=99, shift=1)

    check(monitor, at=START + timedelta(seconds=20))

    window = DriftWindow.objects.get()
    assert (window.state, window.rows, window.features) == (WindowState.INSUFFICIENT_DATA, 99, [])


@pytest.mark.django_db
def test_check_of_a_version_without_training_data_says_so(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    predict(monitor.deployment, at=START)
    Training.objects.update(reference=None)

    check(monitor, at=START + timedelta(seconds=20))

    assert states(monitor) == [WindowState.NO_REFERENCE]


@pytest.mark.django_db
def test_check_counts_the_rows_of_the_version_that_served_last(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    second = make_version(monitor.project, tmp_path, model=monitor.deployment.model)
    predict(monitor.deployment, at=START, n=120, over=4)
    predict(monitor.deployment, at=START + timedelta(seconds=5), n=150, over=4, version=second)

    check(monitor, at=START + timedelta(seconds=20))

    window = DriftWindow.objects.get()
    assert (window.model_version, window.rows) == (second, 150)


@pytest.mark.django_db
def test_check_of_a_changed_monitor_keeps_nothing(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    predict(monitor.deployment, at=START)
    plan = queries.plan_of(monitor)
    found, watermark = checking.window_reports(monitor, now=START + timedelta(minutes=5))
    operations.update_monitor(monitor=monitor, by=None, now=START, window_seconds=60)

    kept = operations.record_windows(monitor=monitor, plan=plan, reports=found, watermark=watermark, now=START)

    assert kept == []
    assert not DriftWindow.objects.exists()


@pytest.mark.django_db
def test_check_goes_on_where_the_last_one_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(reports, "MAX_WINDOWS", 2)
    monitor = make_monitor(tmp_path=tmp_path)
    windows_of(monitor.deployment, [0, 1, 0, 0, 1], n=120)

    for _ in range(3):
        check(monitor, at=START + timedelta(minutes=2))

    assert states(monitor) == ["stable", "drifted", "stable", "stable", "drifted"]


@pytest.mark.django_db
def test_performance_grows_as_the_truth_arrives(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    predict(monitor.deployment, at=START, n=120, labelled=False)
    check(monitor, at=START + timedelta(seconds=20))
    assert DriftWindow.objects.get().performance == {}

    monitor.deployment.live_version.refresh_from_db()
    predict(monitor.deployment, at=START + timedelta(seconds=1), n=100, labelled=True)
    check(monitor, at=START + timedelta(seconds=25))

    performance = DriftWindow.objects.get().performance
    assert performance["labelled"] == 100
    assert 0 < performance["positives"] < 100
    assert 0.4 < performance["metrics"]["average_precision"] <= 1


def submit(monitor):
    return jobs.submit("check_drift", project_id=monitor.project_id, by=None, payload={"monitor": monitor.pk})


@pytest.mark.django_db(transaction=True)
def test_check_drift_job_killed_and_run_again_gives_the_same_once(tmp_path, monkeypatch):
    """The first worker dies after computing and before its transaction ends; the second does it all again."""
    monitor = make_monitor(tmp_path=tmp_path)
    windows_of(monitor.deployment, [0, 1, 1, 1])
    expected = [each.digest for each in checking.window_reports(monitor, now=START + timedelta(minutes=2))[0]]
    with transaction.atomic():
        job = submit(monitor)
    finish = CheckDrift.finish

    def die(self, *args):
        finish(self, *args)
        raise jobs.LostLease

    for _ in range(2):
        monkeypatch.setattr(CheckDrift, "finish", die)
        assert jobs.run(job.pk) is None
        assert not DriftWindow.objects.exists()
        Job.objects.filter(pk=job.pk).update(lease_until=START)
    monkeypatch.setattr(CheckDrift, "finish", finish)

    assert jobs.run(job.pk) == "succeeded"
    checked = Event.objects.filter(type="drift_window.checked").order_by("seq")
    assert [event.data["report"] for event in checked] == expected
    assert states(monitor) == ["stable", "drifted", "drifted", "drifted"]
    assert Event.objects.filter(type="alert.opened").count() == 1
