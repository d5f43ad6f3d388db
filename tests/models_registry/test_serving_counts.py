"""Errors and latency of deployments, minute by minute, and the risks that are bound to them."""

from datetime import timedelta

import pytest

from core.errors import Invalid, Unavailable
from core.models import Job
from models_registry import operations, prediction
from models_registry.latencies import BOUNDS_MS, CLASSES, class_of, quantile
from models_registry.models import ServingMinute
from projects import indicators
from projects import operations as projects
from projects.models import Indicator
from tests.drain import drain
from tests.factories import now
from tests.models_registry.factories import GOOD_ROW, make_deployment
from tests.projects.factories import make_risk


def call(deployment, row=GOOD_ROW, at=None):
    deployment.refresh_from_db()
    return prediction.predict(deployment=deployment, rows=[row], by=deployment.deployed_by, now=at or now())


def measured(deployment, metric):
    since, until = now() - timedelta(minutes=5), now() + timedelta(minutes=1)
    return indicators.metric(metric).measure(deployment.project, deployment.name, since, until)


def bind(deployment, metric, threshold):
    return projects.bind_indicator(
        risk=make_risk(deployment.project),
        metric=metric,
        subject=deployment.name,
        operator="gt",
        threshold=threshold,
        window_seconds=3600,
        breach_likelihood=5,
        by=deployment.project.created_by,
        now=now(),
    )


def test_quantiles_lie_within_their_class():
    counts = [0] * CLASSES
    counts[class_of(4)] = 90  # above 3, up to 5
    counts[class_of(120)] = 10

    assert quantile(counts, 0.5) == pytest.approx(3 + 2 * 50 / 90)
    assert quantile(counts, 0.95) == pytest.approx(100 + 50 * 5 / 10)
    assert quantile([0] * CLASSES, 0.95) is None
    assert quantile([0] * (CLASSES - 1) + [3], 0.95) == BOUNDS_MS[-1]
    assert (class_of(0), class_of(1), class_of(1.1), class_of(1e9)) == (0, 0, 1, CLASSES - 1)


@pytest.mark.django_db
def test_calls_are_counted_as_answered_refused_or_failed():
    deployment = make_deployment()
    at = now().replace(second=0, microsecond=0)

    call(deployment, at=at)
    call(deployment, at=at + timedelta(seconds=59))
    with pytest.raises(Invalid):
        call(deployment, GOOD_ROW | {"amount": "much"}, at=at)
    operations.pause_deployment(deployment=deployment, reason="Test.", by=deployment.deployed_by, now=at)
    with pytest.raises(Unavailable):
        call(deployment, at=at)

    (minute,) = ServingMinute.objects.all()
    assert (minute.minute, minute.calls, minute.failed, minute.refused) == (at, 4, 1, 1)
    assert sum(minute.latencies) == 4
    assert measured(deployment, "serving.failed") == 0.25
    assert measured(deployment, "serving.refused") == 0.25
    assert 0 < measured(deployment, "serving.latency_p95") <= BOUNDS_MS[-1]


@pytest.mark.django_db
def test_a_deployment_that_nobody_called_has_no_figures():
    deployment = make_deployment()

    assert [measured(deployment, metric.key) for metric in indicators.metrics() if "serving" in metric.key] == [
        None
    ] * 3
    assert indicators.metric("serving.failed").subjects(deployment.project) == [deployment.name]


@pytest.mark.django_db(transaction=True)
def test_a_failing_deployment_raises_the_risk_that_is_bound_to_it():
    deployment = make_deployment()
    indicator = bind(deployment, "serving.failed", 0.1)
    operations.pause_deployment(deployment=deployment, reason="Test.", by=deployment.deployed_by, now=now())

    for _ in range(2):
        with pytest.raises(Unavailable):
            call(deployment)

    assert Job.objects.filter(kind="read_serving").count() == 1
    Job.objects.update(due_at=now())
    drain()
    indicator = Indicator.objects.select_related("risk").get(pk=indicator.pk)
    assert (indicator.last_value, indicator.risk.likelihood, indicator.findings.count()) == (1.0, 5, 1)


@pytest.mark.django_db
def test_nothing_is_read_where_no_risk_is_bound_and_old_minutes_are_forgotten():
    deployment = make_deployment()
    call(deployment, at=now() - timedelta(days=92))
    assert not Job.objects.filter(kind="read_serving").exists()

    bind(deployment, "serving.latency_p95", 1e6)
    call(deployment)
    Job.objects.update(due_at=now())
    drain()

    assert ServingMinute.objects.count() == 1
