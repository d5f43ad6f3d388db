"""Three drifted windows in a row open one alert; it is acknowledged, resolved, and resolves itself."""

from datetime import timedelta

import pytest

from core.errors import NotAllowed
from core.flow import IllegalStep
from core.models import Event
from monitoring import operations
from monitoring.enums import AlertState
from monitoring.models import Alert, Retraining
from projects.roles import Role
from tests.factories import make_member
from tests.monitoring.factories import START, make_monitor, make_version, predict, windows_of
from tests.monitoring.test_check_drift import check

pytestmark = pytest.mark.django_db


def open_alert(tmp_path, **settings):
    monitor = make_monitor(tmp_path=tmp_path, **settings)
    windows_of(monitor.deployment, [0, 1, 1, 1])
    check(monitor, at=START + timedelta(seconds=43))
    return Alert.objects.select_related("monitor__deployment").get()


def test_three_drifted_windows_in_a_row_open_one_alert(tmp_path):
    alert = open_alert(tmp_path)

    assert (alert.state, alert.features) == (AlertState.OPEN, ["amount", "category"])
    assert alert.summary == "amount, category moved away from the training data in 3 windows in a row"
    assert alert.drifting_since == START + timedelta(seconds=10)
    assert alert.window.started_at == START + timedelta(seconds=30)
    opened = Event.objects.get(type="alert.opened")
    assert opened.data["features"] == ["amount", "category"]


def test_two_drifted_windows_in_a_row_open_none(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    windows_of(monitor.deployment, [1, 1, 0, 1, 1])

    check(monitor, at=START + timedelta(minutes=2))

    assert not Alert.objects.exists()


def test_windows_with_few_rows_neither_confirm_nor_clear(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    windows_of(monitor.deployment, [1, 1])
    predict(monitor.deployment, at=START + timedelta(seconds=20), n=20, shift=0)
    check(monitor, at=START + timedelta(seconds=33))
    assert not Alert.objects.exists()

    predict(monitor.deployment, at=START + timedelta(seconds=30), shift=1)
    check(monitor, at=START + timedelta(seconds=43))

    assert Alert.objects.get().window.started_at == START + timedelta(seconds=30)


def test_lasting_drift_keeps_the_one_alert(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    windows_of(monitor.deployment, [1] * 8)

    check(monitor, at=START + timedelta(minutes=2))

    assert Alert.objects.count() == 1


def test_windows_of_the_version_before_do_not_count(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    windows_of(monitor.deployment, [1, 1])
    check(monitor, at=START + timedelta(seconds=23))
    deployment = monitor.deployment
    deployment.live_version = make_version(monitor.project, tmp_path, model=deployment.model)
    deployment.deployed_at = START + timedelta(seconds=20)
    deployment.save()
    windows_of(deployment, [1, 1], start=START + timedelta(seconds=20))

    check(monitor, at=START + timedelta(seconds=43))

    assert not Alert.objects.exists()


def test_alert_resolves_itself_when_windows_are_stable_again(tmp_path):
    alert = open_alert(tmp_path, retrain_on_drift=False)
    windows_of(alert.monitor.deployment, [0, 0, 0], start=START + timedelta(seconds=40))

    check(alert.monitor, at=START + timedelta(seconds=73))

    alert.refresh_from_db()
    assert alert.state == AlertState.RESOLVED
    assert Event.objects.get(type="alert.resolved").data["because"] == "stable again in 3 windows in a row"


def test_alert_stays_while_a_retraining_is_open(tmp_path):
    alert = open_alert(tmp_path)
    operations.start_retraining(monitor=alert.monitor, alert=alert, by=None, now=START)
    windows_of(alert.monitor.deployment, [0, 0, 0], start=START + timedelta(seconds=40))

    check(alert.monitor, at=START + timedelta(seconds=73))

    alert.refresh_from_db()
    assert alert.state == AlertState.OPEN


def test_acknowledge_alert_works(tmp_path):
    alert = open_alert(tmp_path)
    engineer = make_member(alert.project, Role.ENGINEER)

    alert = operations.acknowledge_alert(alert=alert, by=engineer, now=START)

    assert (alert.state, alert.acknowledged_by, alert.version) == (AlertState.ACKNOWLEDGED, engineer, 2)
    assert Event.objects.filter(type="alert.acknowledged", actor=engineer).count() == 1


def test_acknowledge_alert_refused_person(tmp_path):
    alert = open_alert(tmp_path)

    with pytest.raises(NotAllowed):
        operations.acknowledge_alert(alert=alert, by=make_member(alert.project, Role.VIEWER), now=START)

    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by) == (AlertState.OPEN, None)


def test_acknowledge_alert_twice_refused(tmp_path):
    alert = open_alert(tmp_path)
    operations.acknowledge_alert(alert=alert, by=alert.monitor.created_by, now=START)

    with pytest.raises(IllegalStep):
        operations.acknowledge_alert(alert=alert, by=alert.monitor.created_by, now=START)

    assert Event.objects.filter(type="alert.acknowledged").count() == 1


def test_resolve_alert_works_and_windows_count_anew(tmp_path):
    alert = open_alert(tmp_path, retrain_on_drift=False)
    operations.resolve_alert(alert=alert, by=alert.monitor.created_by, now=START + timedelta(seconds=40))
    windows_of(alert.monitor.deployment, [1, 1], start=START + timedelta(seconds=40))
    check(alert.monitor, at=START + timedelta(seconds=63))
    assert Alert.objects.count() == 1

    predict(alert.monitor.deployment, at=START + timedelta(seconds=60), shift=1)
    check(alert.monitor, at=START + timedelta(seconds=73))

    assert list(Alert.objects.order_by("pk").values_list("state", flat=True)) == ["resolved", "open"]


def test_resolve_alert_refused_person_and_moment(tmp_path):
    alert = open_alert(tmp_path)
    with pytest.raises(NotAllowed):
        operations.resolve_alert(alert=alert, by=make_member(alert.project, Role.VALIDATOR), now=START)
    operations.resolve_alert(alert=alert, by=None, now=START)

    with pytest.raises(IllegalStep):
        operations.resolve_alert(alert=alert, by=None, now=START)

    assert Event.objects.filter(type="alert.resolved").count() == 1
    assert not Retraining.objects.exists()
