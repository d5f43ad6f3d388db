"""What monitoring reports upward: risks of a project that are bound to its live metrics."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from core import jobs
from core.models import Job
from monitoring.indicators import watched
from monitoring.windows.grid import floor
from projects import indicators
from projects import operations as projects
from projects.models import Finding, IndicatorReading
from tests.factories import make_project
from tests.monitoring.factories import START, make_monitor, windows_of
from tests.monitoring.test_check_drift import check
from tests.projects.factories import make_risk


def measured(key, monitor, *, seconds, at):
    since = at - timedelta(seconds=seconds)
    return indicators.metric(key).measure(monitor.project, monitor.deployment.name, since, at)


@pytest.mark.django_db
def test_drift_and_performance_over_the_window_asked_for(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    windows_of(monitor.deployment, [0, 0, 1, 1], labelled=True)
    at = START + timedelta(seconds=40)
    check(monitor, at=at + timedelta(seconds=5))

    assert measured("drift.share", monitor, seconds=40, at=at) == 0.5
    assert measured("drift.share", monitor, seconds=20, at=at) == 1.0
    assert measured("drift.share", monitor, seconds=20, at=START + timedelta(seconds=20)) == 0.0
    near = measured("drift.distance", monitor, seconds=20, at=START + timedelta(seconds=20))
    assert 0 <= near < measured("drift.distance", monitor, seconds=20, at=at)
    assert measured("labels.share", monitor, seconds=40, at=at) == 1.0
    assert measured("traffic.per_minute", monitor, seconds=60, at=at) == 800
    precision = measured("performance.average_precision", monitor, seconds=40, at=at)
    assert 0.4 < precision <= 1


@pytest.mark.django_db
def test_nothing_measured_is_no_value(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    other = make_project()

    for metric in indicators.metrics():
        if metric.key != "traffic.per_minute":
            assert measured(metric.key, monitor, seconds=60, at=START) is None
        assert watched(other) == []


@pytest.mark.django_db(transaction=True)
def test_check_of_drift_breaches_the_risk_that_is_bound_to_it(tmp_path):
    """From predictions to the raised risk, by the jobs alone."""
    start = floor(datetime.now(UTC) - timedelta(seconds=90), seconds=10)
    monitor = make_monitor(tmp_path=tmp_path, now=start)
    project = monitor.project
    risk = make_risk(project, likelihood=2, impact=3)
    projects.bind_indicator(
        risk=risk,
        metric="drift.share",
        subject=monitor.deployment.name,
        operator="gte",
        threshold=0.5,
        window_seconds=600,
        breach_likelihood=4,
        by=project.created_by,
        now=start,
    )
    windows_of(monitor.deployment, [1, 1, 1], start=start)
    with transaction.atomic():
        job = jobs.submit("check_drift", project_id=project.pk, by=None, payload={"monitor": monitor.pk})

    assert jobs.run(job.pk) == "succeeded"
    reading = Job.objects.get(kind="read_indicators")
    assert jobs.run(reading.pk) == "succeeded"
    Job.objects.filter(pk=reading.pk).update(state="queued", finished_at=None)
    assert jobs.run(reading.pk) == "succeeded"  # once more: a worker died after its work

    risk.refresh_from_db()
    assert risk.likelihood == 4
    assert [one.value for one in IndicatorReading.objects.all()] == [1.0]
    assert Finding.objects.count() == 1
