"""The monitoring page: who may see it, what it shows, what can be pressed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from monitoring import operations
from monitoring.models import Alert, Monitor, Retraining
from projects.roles import Role
from tests.factories import make_member, make_project, make_user
from tests.monitoring.factories import START, make_deployment, make_monitor, predict, windows_of
from tests.monitoring.test_alerts import open_alert
from tests.monitoring.test_check_drift import check

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(monitor, part=""):
    return f"/p/{monitor.project.key}/monitoring/{monitor.deployment.name}/" + (f"?part={part}" if part else "")


def test_page_is_for_members_only(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)

    assert signed_in(monitor.project.created_by).get(page_of(monitor)).status_code == 200
    assert signed_in(make_member(monitor.project, Role.VIEWER)).get(page_of(monitor)).status_code == 200
    assert signed_in(make_user()).get(page_of(monitor)).status_code == 404
    assert Client().get(page_of(monitor)).status_code == 302


def test_page_shows_drift_alert_and_what_happens_next(tmp_path):
    alert = open_alert(tmp_path)
    predict(alert.monitor.deployment, at=START + timedelta(seconds=40), n=120, shift=1, labelled=True)
    check(alert.monitor, at=START + timedelta(seconds=60))
    operations.answer_alert(alert=alert, now=START)

    text = signed_in(alert.project.created_by).get(page_of(alert.monitor)).content.decode()

    assert 'class="hot"' in text
    assert "amount, category moved away from the training data in 3 windows in a row" in text
    assert "120 of 300 labels since the drift began" in text
    assert "Average precision" in text
    assert "A retraining is under way already." in text
    assert "{%" not in text


def test_parts_answer_alone_for_htmx(tmp_path):
    alert = open_alert(tmp_path)
    client = signed_in(alert.project.created_by)

    for part, root in [("drift", "drift"), ("performance", "performance"), ("windows", "windows"), ("way", "way")]:
        text = client.get(page_of(alert.monitor, part), headers={"HX-Request": "true"}).content.decode()
        assert f'id="{root}"' in text
        assert "<html" not in text


def test_page_costs_the_same_with_more_windows(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path, min_rows=20)
    client = signed_in(monitor.project.created_by)
    counts = []
    for number, windows in enumerate([1, 5]):
        start = START + timedelta(minutes=number)
        windows_of(monitor.deployment, [0] * windows, start=start, n=30)
        check(monitor, at=start + timedelta(minutes=1))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(page_of(monitor))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_without_a_monitor_deployments_can_be_watched(tmp_path):
    deployment = make_deployment(tmp_path=tmp_path)
    client = signed_in(make_member(deployment.project, Role.ENGINEER))
    key = deployment.project.key

    assert deployment.name in client.get(f"/p/{key}/monitoring/").content.decode()
    made = client.post(
        f"/p/{key}/monitoring/{deployment.name}/watch/",
        {"window_seconds": 60, "min_rows": 50, "confirm_windows": 2, "min_labels": 200, "cooldown_seconds": 0},
    )

    assert made["Location"] == f"/p/{key}/monitoring/{deployment.name}/"
    monitor = Monitor.objects.get()
    assert (monitor.window_seconds, monitor.confirm_windows, monitor.retrain_on_drift) == (60, 2, False)


def test_without_a_deployment_the_page_says_what_it_will_be():
    project = make_project()

    text = signed_in(project.created_by).get(f"/p/{project.key}/monitoring/").content.decode()

    assert "Nothing is deployed yet" in text


def test_watch_with_a_bad_setting_says_which(tmp_path):
    deployment = make_deployment(tmp_path=tmp_path)

    answer = signed_in(deployment.project.created_by).post(
        f"/p/{deployment.project.key}/monitoring/{deployment.name}/watch/",
        {"window_seconds": 1, "min_rows": 50, "confirm_windows": 2, "min_labels": 200, "cooldown_seconds": 0},
    )

    assert answer.status_code == 422
    assert "Window seconds is 5 to 86,400: got 1." in answer.content.decode()
    assert not Monitor.objects.exists()


def test_policy_of_another_version_is_not_overwritten(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    operations.update_monitor(monitor=monitor, by=None, now=START, min_rows=400)
    values = {"window_seconds": 10, "min_rows": 50, "confirm_windows": 3, "min_labels": 300, "cooldown_seconds": 0}

    answer = signed_in(monitor.created_by).post(page_of(monitor) + "policy/", values | {"version": 1})

    assert answer.status_code == 412
    assert "was changed since you read it" in answer.content.decode()
    monitor.refresh_from_db()
    assert monitor.min_rows == 400


def test_retrain_now_needs_a_reason_and_the_right(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    engineer, viewer = monitor.created_by, make_member(monitor.project, Role.VIEWER)

    assert signed_in(engineer).post(page_of(monitor) + "retrain/", {"reason": ""}).status_code == 422
    assert signed_in(viewer).post(page_of(monitor) + "retrain/", {"reason": "Because."}).status_code == 403
    assert not Retraining.objects.exists()

    signed_in(engineer).post(page_of(monitor) + "retrain/", {"reason": "A new market."})
    assert Retraining.objects.get().reason == "A new market."


def test_acknowledge_answers_with_the_card(tmp_path):
    alert = open_alert(tmp_path)
    address = f"/p/{alert.project.key}/monitoring/alerts/{alert.pk}/acknowledge/"

    answer = signed_in(alert.monitor.created_by).post(address, headers={"HX-Request": "true"})

    assert 'id="alerts"' in answer.content.decode()
    assert Alert.objects.get().acknowledged_by == alert.monitor.created_by
    assert signed_in(make_user()).post(address).status_code == 404
    refused = signed_in(make_member(alert.project, Role.VIEWER)).post(address)
    assert refused.status_code == 403
