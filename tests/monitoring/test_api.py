"""The REST API of monitoring: owner, member, stranger; ETags; pages that cost the same."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.operations import create_token
from monitoring.models import Monitor
from projects.roles import Role
from tests.factories import make_member, make_user, now
from tests.monitoring.factories import START, make_deployment, make_monitor, windows_of
from tests.monitoring.test_alerts import open_alert
from tests.monitoring.test_check_drift import check

pytestmark = pytest.mark.django_db


class Caller:
    def __init__(self, user):
        made = create_token(user=user, label="test", scopes=["read", "write"], days=1, by=user, now=now())
        self.client = Client(headers={"Authorization": f"Bearer {made.text}"})

    def __call__(self, method, project, path, body=None, **headers):
        return getattr(self.client, method)(
            f"/api/v1/projects/{project.key}/{path}",
            **({"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}),
            headers=headers,
        )


def test_monitor_is_created_read_and_changed(tmp_path):
    deployment = make_deployment(tmp_path=tmp_path)
    project, call = deployment.project, Caller(deployment.project.created_by)

    made = call("post", project, "monitors", {"deployment": deployment.name, "window_seconds": 60})
    assert (made.status_code, made["ETag"], made.json()["window_seconds"]) == (201, '"1"', 60)

    changed = call("patch", project, f"monitors/{deployment.name}", {"min_rows": 300}, **{"If-Match": '"1"'})
    assert (changed.status_code, changed["ETag"], changed.json()["min_rows"]) == (200, '"2"', 300)
    stale = call("patch", project, f"monitors/{deployment.name}", {"min_rows": 400}, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert call("get", project, f"monitors/{deployment.name}").json()["min_rows"] == 300


@pytest.mark.parametrize(
    ("body", "status", "field", "code"),
    [
        ({"deployment": "nothing"}, 422, "deployment", "no_such_deployment"),
        ({}, 400, "deployment", "required"),
        ({"deployment": "fraud", "colour": 1}, 400, "colour", "unknown_field"),
        ({"deployment": "fraud", "window_seconds": 2}, 422, "window_seconds", "out_of_range"),
        ({"deployment": "fraud", "min_rows": "many"}, 400, "min_rows", "invalid"),
    ],
)
def test_bad_monitor_names_the_field(tmp_path, body, status, field, code):
    deployment = make_deployment(tmp_path=tmp_path, name="fraud")

    answer = Caller(deployment.project.created_by)("post", deployment.project, "monitors", body)

    assert answer.status_code == status
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [(field, code)]
    assert not Monitor.objects.exists()


ADDRESSES = ["monitors", "monitors/{name}", "monitors/{name}/windows", "alerts", "retrainings"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_reading_is_for_members_only(tmp_path, path):
    monitor = make_monitor(tmp_path=tmp_path)
    path = path.format(name=monitor.deployment.name)
    statuses = [
        Caller(user)("get", monitor.project, path).status_code
        for user in (monitor.project.created_by, make_member(monitor.project, Role.VIEWER), make_user())
    ]

    assert statuses == [200, 200, 404]


def test_writing_needs_the_right(tmp_path):
    alert = open_alert(tmp_path)
    viewer, name = Caller(make_member(alert.project, Role.VIEWER)), alert.monitor.deployment.name

    refused = [
        viewer("patch", alert.project, f"monitors/{name}", {"min_rows": 300}),
        viewer("post", alert.project, f"alerts/{alert.pk}/acknowledge", {}),
        viewer("post", alert.project, f"alerts/{alert.pk}/resolve", {}),
        viewer("post", alert.project, "retrainings", {"deployment": name}),
    ]

    assert [answer.status_code for answer in refused] == [403] * 4
    alert.refresh_from_db()
    assert alert.version == 1


def test_an_alert_of_another_project_is_not_found(tmp_path):
    alert, other = open_alert(tmp_path), make_monitor(tmp_path=tmp_path)

    answer = Caller(other.project.created_by)("post", other.project, f"alerts/{alert.pk}/acknowledge", {})

    assert answer.status_code == 404


def test_windows_alerts_and_retrainings_are_told(tmp_path):
    alert = open_alert(tmp_path)
    call, project, name = Caller(alert.monitor.created_by), alert.project, alert.monitor.deployment.name

    windows = call("get", project, f"monitors/{name}/windows?limit=2").json()
    assert [window["state"] for window in windows["results"]] == ["drifted", "drifted"]
    assert windows["next_cursor"]
    assert call("get", project, "alerts").json()["results"][0]["features"] == ["amount", "category"]
    assert call("post", project, f"alerts/{alert.pk}/acknowledge", {}).json()["state"] == "acknowledged"
    started = call("post", project, "retrainings", {"deployment": name, "reason": "Now."})
    assert (started.status_code, started.json()["state"]) == (201, "waiting_for_labels")
    again = call("post", project, "retrainings", {"deployment": name})
    assert (again.status_code, again.json()["code"]) == (409, "retraining_open")
    assert len(call("get", project, "retrainings").json()["results"]) == 1


def test_windows_cost_the_same_for_three_as_for_one(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    call, counts = Caller(monitor.project.created_by), []
    call("get", monitor.project, "monitors")  # the token's first use is noted
    for number, windows in enumerate([1, 3]):
        start = START + timedelta(minutes=number)
        windows_of(monitor.deployment, [0] * windows, start=start, n=120)
        check(monitor, at=start + timedelta(minutes=1))
        with CaptureQueriesContext(connection) as queries:
            call("get", monitor.project, f"monitors/{monitor.deployment.name}/windows")
        counts.append(len(queries))

    assert counts[0] == counts[1]
