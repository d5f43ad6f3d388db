"""Setting up a monitor, and changing its policy."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event, Schedule
from monitoring import operations
from monitoring.models import Monitor
from projects import gates
from projects.enums import Stage
from projects.models import Project
from projects.roles import Role
from tests.factories import make_member, make_user
from tests.monitoring.factories import START, make_deployment, make_monitor

pytestmark = pytest.mark.django_db


def types_of(project):
    return list(Event.objects.filter(stream_id=project.pk).order_by("seq").values_list("type", flat=True))


def test_release_gate_is_about_the_very_monitor(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    Project.objects.filter(pk=monitor.project_id).update(stage=Stage.DELIVERY)
    project = Project.objects.get(pk=monitor.project_id)
    before = gates.assess(project).digest

    Monitor.objects.update(version=7)

    assert gates.assess(project).digest != before


def test_create_monitor_makes_its_schedule_on_the_grid(tmp_path):
    deployment = make_deployment(tmp_path=tmp_path)
    engineer = make_member(deployment.project, Role.ENGINEER)

    monitor = operations.create_monitor(
        deployment=deployment, window_seconds=10, by=engineer, now=START + timedelta(seconds=4)
    )

    schedule = Schedule.objects.get()
    assert (monitor.watermark, monitor.created_by) == (START, engineer)
    assert monitor.schedule == schedule
    assert (schedule.kind, schedule.every_seconds, schedule.payload) == ("check_drift", 10, {"monitor": monitor.pk})
    assert schedule.next_at == START + timedelta(seconds=13)
    assert types_of(deployment.project)[-1] == "monitor.created"


@pytest.mark.parametrize("role", [Role.VALIDATOR, Role.VIEWER, None])
def test_create_monitor_refused_person(tmp_path, role):
    deployment = make_deployment(tmp_path=tmp_path)
    by = make_member(deployment.project, role) if role else make_user()

    with pytest.raises(NotAllowed, match="This needs the role"):
        operations.create_monitor(deployment=deployment, by=by, now=START)

    assert not Monitor.objects.exists()
    assert not Schedule.objects.exists()


def test_create_monitor_second_refused(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)

    with pytest.raises(Conflict, match="is watched already"):
        operations.create_monitor(deployment=monitor.deployment, by=None, now=START)

    assert Schedule.objects.count() == 1


def test_create_monitor_of_a_model_trained_elsewhere_refused(tmp_path):
    deployment = make_deployment(tmp_path=tmp_path)
    deployment.live_version.run.training.delete()

    with pytest.raises(Conflict, match="was not trained here"):
        operations.create_monitor(deployment=deployment, by=None, now=START)


@pytest.mark.parametrize(
    ("name", "value"),
    [("window_seconds", 4), ("window_seconds", 86401), ("min_rows", 19), ("confirm_windows", 0), ("min_labels", 99)],
)
def test_create_monitor_bad_setting_names_field_limits_and_value(tmp_path, name, value):
    deployment = make_deployment(tmp_path=tmp_path)

    with pytest.raises(Invalid) as refusal:
        operations.create_monitor(deployment=deployment, by=None, now=START, **{name: value})

    assert [error.field for error in refusal.value.errors] == [name]
    assert f"got {value}" in refusal.value.message
    assert not Monitor.objects.exists()


def test_update_monitor_changes_the_policy_and_says_what(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)

    changed = operations.update_monitor(
        monitor=monitor, by=monitor.created_by, now=START, expected_version=1, retrain_on_drift=False, min_rows=100
    )

    assert (changed.version, changed.retrain_on_drift) == (2, False)
    event = Event.objects.filter(type="monitor.updated").get()
    assert event.data == {"deployment": monitor.deployment.name, "retrain_on_drift": False}


def test_update_monitor_of_another_version_refused(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    operations.update_monitor(monitor=monitor, by=None, now=START, min_rows=300)

    with pytest.raises(PreconditionFailed):
        operations.update_monitor(monitor=monitor, by=None, now=START, expected_version=1, min_rows=400)

    monitor.refresh_from_db()
    assert (monitor.min_rows, monitor.version) == (300, 2)


def test_update_monitor_refused_person(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    viewer = make_member(monitor.project, Role.VIEWER)

    with pytest.raises(NotAllowed):
        operations.update_monitor(monitor=monitor, by=viewer, now=START, min_rows=300)


def test_update_monitor_bad_setting_writes_nothing(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)

    with pytest.raises(Invalid):
        operations.update_monitor(monitor=monitor, by=None, now=START, min_rows=300, confirm_windows=99)

    monitor.refresh_from_db()
    assert (monitor.min_rows, monitor.version) == (100, 1)


def test_update_monitor_window_length_moves_to_the_new_grid(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path, now=START + timedelta(seconds=10))

    changed = operations.update_monitor(monitor=monitor, by=None, now=START + timedelta(seconds=31), window_seconds=60)

    assert changed.watermark == START + timedelta(seconds=60)
    schedule = Schedule.objects.get()
    assert (schedule.every_seconds, schedule.next_at) == (60, START + timedelta(seconds=63))


@pytest.mark.django_db(transaction=True)
def test_create_monitor_twice_at_once_makes_one(tmp_path):
    deployment = make_deployment(tmp_path=tmp_path)
    outcomes = []

    def create():
        try:
            outcomes.append(operations.create_monitor(deployment=deployment, by=None, now=START).pk)
        except Conflict as refusal:
            outcomes.append(refusal.code)
        connection.close()

    threads = [threading.Thread(target=create) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(map(str, outcomes))[1:] == ["taken"] * 3
    assert Monitor.objects.count() == 1
