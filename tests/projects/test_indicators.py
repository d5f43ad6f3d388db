"""Risks bound to live metrics: a breach raises the risk by itself and opens exactly one finding."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from core.errors import Conflict, Invalid, NotAllowed
from core.models import Event
from projects import indicators, operations, queries
from projects.enums import RiskLevel, RiskState
from projects.models import Finding, Indicator, IndicatorReading, Project
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.projects.factories import make_risk

START = now().replace(microsecond=0)


@pytest.fixture
def measured():
    """A metric of the test's own, whose value it sets."""
    said = {"value": None}
    indicators.live_metric("test.figure", "Figure", subjects=lambda project: ["scorer"])(
        lambda project, subject, since, until: said["value"]
    )
    yield said
    del indicators._metrics["test.figure"]


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("measured")]


def bind(risk, *, by=None, **values):
    given = {
        "metric": "test.figure",
        "subject": "scorer",
        "operator": "gt",
        "threshold": 0.5,
        "window_seconds": 60,
        "breach_likelihood": 5,
    } | values
    return operations.bind_indicator(risk=risk, by=by or risk.project.created_by, now=now(), **given)


def observe(indicator, *values):
    """Readings a minute apart, after those that there are."""
    seen = IndicatorReading.objects.filter(indicator=indicator).count()
    for place, value in enumerate(values, start=seen):
        operations.observe_indicator(indicator=indicator, value=value, at=START + timedelta(minutes=place))


def test_breach_raises_the_likelihood_and_opens_one_finding():
    """Acceptance test 9 of governance."""
    risk = make_risk(make_project(), likelihood=2, impact=4)
    indicator = bind(risk)

    observe(indicator, 0.4, 0.6, 0.7, 0.9)

    risk.refresh_from_db()
    assert (risk.likelihood, risk.level) == (5, RiskLevel.CRITICAL)
    finding = Finding.objects.get()
    assert (finding.about_type, finding.about_id, finding.severity) == ("risk", "1", "critical")
    assert (finding.owner, finding.opened_by, finding.state) == (risk.owner, None, "open")
    told = Event.objects.get(type="indicator.breached")
    assert (told.data["value"], told.data["was_likelihood"], told.data["likelihood"]) == (0.6, 2, 5)
    assert told.data["finding"] == finding.number


def test_recovery_is_told_and_lowers_nothing():
    risk = make_risk(make_project(), likelihood=2, impact=4)
    indicator = bind(risk)

    observe(indicator, 0.6, 0.1, 0.2)

    risk.refresh_from_db()
    indicator.refresh_from_db()
    assert (risk.likelihood, indicator.breached_at, indicator.last_value) == (5, None, 0.2)
    assert Event.objects.filter(type="indicator.recovered").count() == 1
    assert Finding.objects.get().state == "open"


def test_each_breach_has_a_finding_of_its_own():
    indicator = bind(make_risk(make_project()))

    observe(indicator, 0.6, 0.7, 0.1, 0.8, 0.9)

    assert Finding.objects.count() == 2


def test_breach_never_lowers_a_likelihood():
    risk = make_risk(make_project(), likelihood=5, impact=2)

    observe(bind(risk, breach_likelihood=2), 0.6)

    risk.refresh_from_db()
    assert risk.likelihood == 5


def test_breach_reopens_what_was_accepted():
    project = make_project()
    risk = make_risk(project, likelihood=1, impact=4)
    indicator = bind(risk)
    operations.accept_risk(risk=risk, reason="Rare", by=project.created_by, now=now())

    observe(indicator, 0.6)

    risk.refresh_from_db()
    assert risk.state == RiskState.OPEN
    assert queries.acceptance(risk) is None


@pytest.mark.parametrize(
    ("operator", "breached"), [("gt", [0.6]), ("gte", [0.5, 0.6]), ("lt", [0.4]), ("lte", [0.4, 0.5])]
)
def test_operators(operator, breached):
    indicator = bind(make_risk(make_project()), operator=operator)

    assert [value for value in (0.4, 0.5, 0.6) if indicator.is_breached_by(value)] == breached


def test_reading_that_is_not_newer_changes_nothing():
    indicator = bind(make_risk(make_project()))
    observe(indicator, 0.1)

    for at in (START, START - timedelta(minutes=5)):
        operations.observe_indicator(indicator=indicator, value=0.9, at=at)

    assert [one.value for one in IndicatorReading.objects.all()] == [0.1]
    assert not Finding.objects.exists()


def test_read_indicators_measures_what_stands_and_skips_what_has_no_value(measured):
    project = make_project()
    risk = make_risk(project)
    bind(risk)
    operations.remove_indicator(indicator=bind(risk), by=project.created_by, now=now())

    assert operations.read_indicators(project=project, subject="scorer", at=START) == 0
    measured["value"] = 0.8
    assert operations.read_indicators(project=project, subject="scorer", at=START) == 1
    assert operations.read_indicators(project=project, subject="other", at=START) == 0

    assert [(one.indicator.number, one.value) for one in IndicatorReading.objects.all()] == [(1, 0.8)]
    assert [list(one.spark) for one in queries.risk_in_full(project, 1).watched] == [[0.8]]


def test_readings_are_pruned(monkeypatch):
    monkeypatch.setattr("projects.operations.indicators.KEPT_READINGS", 3)
    indicator = bind(make_risk(make_project()))

    for place in range(5):
        operations.observe_indicator(indicator=indicator, value=place / 100, at=START + timedelta(minutes=place))

    assert list(IndicatorReading.objects.order_by("at").values_list("value", flat=True)) == [0.02, 0.03, 0.04]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"metric": "luck"}, "metric"),
        ({"subject": "nobody"}, "subject"),
        ({"operator": "near"}, "operator"),
        ({"threshold": float("nan")}, "threshold"),
        ({"window_seconds": 1}, "window_seconds"),
        ({"breach_likelihood": 6}, "breach_likelihood"),
    ],
)
def test_bind_indicator_bad_value_names_the_field(values, field):
    with pytest.raises(Invalid) as refusal:
        bind(make_risk(make_project()), **values)

    assert [one.field for one in refusal.value.errors] == [field]
    assert not Indicator.objects.exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.SPONSOR])
def test_indicators_without_the_role_refused(role):
    risk = make_risk(make_project())
    standing, by = bind(risk), make_member(risk.project, role)

    with pytest.raises(NotAllowed):
        bind(risk, by=by)
    with pytest.raises(NotAllowed):
        operations.remove_indicator(indicator=standing, by=by, now=now())

    assert Indicator.objects.get().removed_at is None


def test_remove_indicator_twice_refused():
    risk = make_risk(make_project())
    indicator = bind(risk)
    operations.remove_indicator(indicator=indicator, by=risk.project.created_by, now=now())

    with pytest.raises(Conflict, match="removed already"):
        operations.remove_indicator(indicator=indicator, by=risk.project.created_by, now=now())
    observe(indicator, 0.9)

    assert not Finding.objects.exists()


def test_retired_project_is_left_as_it_stands():
    risk = make_risk(make_project())
    indicator = bind(risk)
    Project.objects.update(stage="retired")

    observe(indicator, 0.9)

    assert not IndicatorReading.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_readings_of_a_breach_at_once_open_one_finding():
    risk = make_risk(make_project(), likelihood=1)
    indicator = bind(risk)
    barrier = Barrier(8)

    def race(place):
        try:
            barrier.wait()
            operations.observe_indicator(indicator=indicator, value=0.9, at=START + timedelta(seconds=place % 4))
        finally:
            connection.close()

    racers = [Thread(target=race, args=(place,)) for place in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    risk.refresh_from_db()
    assert (Finding.objects.count(), risk.likelihood, risk.version) == (1, 5, 2)
    assert Event.objects.filter(type="indicator.breached").count() == 1
