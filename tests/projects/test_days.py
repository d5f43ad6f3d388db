"""Days that somebody names: what is far off was mistyped, and is refused by whichever door it comes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core.models import Event
from projects import operations, queries
from tests.factories import make_project, now
from tests.projects.factories import make_item, make_risk, make_sprint
from tests.projects.test_api import Api

pytestmark = pytest.mark.django_db

FAR = ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31"]
FINDING = {"title": "x", "severity": "low", "about_type": "risk", "about_id": "1"}
FIELDS = {
    "a sprint's first day": ("post", "sprints", {"goal": "x", "end_date": "2026-01-14"}, "start_date"),
    "a sprint's last day": ("post", "sprints", {"goal": "x", "start_date": "2026-01-01"}, "end_date"),
    "a changed sprint": ("patch", "sprints/1", {}, "end_date"),
    "a finding": ("post", "findings", FINDING, "due_date"),
    "a changed finding": ("patch", "findings/1", {}, "due_date"),
    "a changed risk": ("patch", "risks/1", {}, "next_review_date"),
    "an accepted risk": ("post", "risks/1/accept", {"reason": "x"}, "until"),
    "a kill criterion": ("post", "dossier/kill-criteria", {"text": "x", "decider": ""}, "due_date"),
    "today's way": ("patch", "dossier", {}, "today_measured_on"),
    "an item's own field": ("patch", "items/1", {}, "custom.day"),
}


@pytest.fixture
def project():
    project = make_project(key="FRD")
    make_sprint(project, started=False)
    make_risk(project)
    make_item(project)
    operations.open_finding(
        project=project, title="Old", severity="low", about_type="risk", about_id="1", by=project.created_by, now=now()
    )
    operations.define_field(project=project, name="Day", type="date", by=project.created_by)
    return project


@pytest.mark.parametrize("day", FAR)
@pytest.mark.parametrize("what", FIELDS)
def test_a_day_far_off_is_refused_with_its_field_and_limits_and_nothing_is_written(project, what, day):
    method, path, body, field = FIELDS[what]
    body = body | ({"custom": {"day": day}} if field == "custom.day" else {field: day})
    body |= {"decider": project.created_by.username} if "decider" in body else {}
    rest = Api(project.created_by)
    before = Event.objects.count()

    answer = getattr(rest, method)(f"projects/FRD/{path}", body)

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, field)
    assert f"got {day}" in error["message"] or f"{day} to" in error["message"]
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("name", "args", "sent", "form"),
    [
        ("sprint-plan", [], {"goal": "x", "start_date": "0001-01-01", "end_date": "0001-01-02"}, "sprint_form"),
        ("findings", [], {"title": "x", "severity": "low", "due_date": "9999-12-31", "about": "risk:1"}, "form"),
    ],
)
def test_a_day_far_off_is_refused_at_its_field_of_the_form(client, project, name, args, sent, form):
    client.force_login(project.created_by)
    before = Event.objects.count()

    answer = client.post(reverse(f"projects:{name}", args=["FRD", *args]), sent)

    wrong = answer.context[form]
    assert answer.status_code == 422
    assert set(wrong.errors) <= {"start_date", "end_date", "due_date"}
    assert all("is a day from 1970-01-01 to 2199-12-31: got " in one for all in wrong.errors.values() for one in all)
    assert {one: wrong[one].value() for one in sent} == sent
    assert Event.objects.count() == before


def test_what_was_measured_was_measured_before_now(project):
    latest = now().date() + timedelta(days=1)
    ahead = latest + timedelta(days=1)
    rest = Api(project.created_by)

    refused = rest.patch("projects/FRD/dossier", {"today_measured_on": ahead.isoformat()})
    today = rest.patch("projects/FRD/dossier", {"today_measured_on": now().date().isoformat()})

    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["field"]) == (422, "today_measured_on")
    assert error["message"].endswith(f": got {ahead}.")
    assert today.status_code == 200
    assert queries.dossier_of(project).today_measured_on == now().date()


def test_days_within_the_bounds_are_taken(project):
    rest = Api(project.created_by)

    answers = [
        rest.post("projects/FRD/sprints", {"goal": "x", "start_date": "1970-01-01", "end_date": "1970-01-02"}),
        rest.post("projects/FRD/findings", FINDING | {"due_date": "2199-12-31"}),
    ]

    assert [one.status_code for one in answers] == [201, 201]
