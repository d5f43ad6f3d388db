"""The first steps of a new project: computed from what is there, put away by each for themselves."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import operations
from core.errors import NotAllowed
from core.models import Event
from projects import first_steps
from projects.roles import Role
from tests.experiments.factories import make_run
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_scope

pytestmark = pytest.mark.django_db


def states(steps):
    return {step.key: step.is_done for step in steps}


def test_whoever_is_in_no_project_is_to_create_one(client):
    user = make_user()
    client.force_login(user)

    steps = first_steps.of_user(user)

    assert states(steps) == dict.fromkeys(["project", "team", "scope", "notebook", "run", "review"], False)
    assert reverse("projects:create") in client.get("/").content.decode()


def test_each_step_is_done_by_the_fact_itself():
    project = make_project()
    owner = project.created_by
    done = [key for key, is_done in states(first_steps.of_project(owner, project)).items() if is_done]
    assert done == ["project"]

    member = make_member(project, Role.DATA_SCIENTIST)
    make_scope(project, by=member)
    make_run(project)
    token = operations.create_token(user=member, label="notebook", by=member, now=now()).token
    token.last_used_at = now()
    token.save(update_fields=["last_used_at"])

    assert states(first_steps.of_user(owner)) == {
        "project": True, "team": True, "scope": True, "notebook": True, "run": True, "review": False,
    }  # fmt: skip


def test_the_steps_vanish_when_all_are_done(monkeypatch):
    project = make_project()
    monkeypatch.setattr(first_steps, "_steps", {})

    assert first_steps.of_project(project.created_by, project) == []


def test_only_whoever_keeps_the_project_is_shown_them():
    project = make_project()
    member = make_member(project, Role.ENGINEER)

    assert first_steps.of_project(member, project) == []
    assert first_steps.of_user(member) == []


def test_they_are_put_away_by_each_for_themselves_and_come_back(client):
    project = make_project()
    client.force_login(project.created_by)
    page = reverse("projects:overview", args=[project.key])
    part = f"{page}?part=first-steps"
    assert part in client.get(page).content.decode()
    assert "First steps" in client.get(part, headers={"hx-request": "true"}).content.decode()

    answer = client.post(
        reverse("core:settings"), {"shows_first_steps": "off"}, headers={"referer": f"http://testserver{page}"}
    )

    assert answer["Location"] == f"http://testserver{page}"
    assert part not in client.get(page).content.decode()
    assert "First steps" not in client.get(part, headers={"hx-request": "true"}).content.decode()
    client.post(reverse("core:settings"), {"shows_first_steps": "on"})
    assert part in client.get(page).content.decode()


def test_a_page_that_is_not_ours_is_never_gone_back_to(client):
    client.force_login(make_user())

    answer = client.post(reverse("core:settings"), {"letter_keys": "off"}, headers={"referer": "https://evil.example/"})

    assert answer["Location"] == "/"


def test_settings_are_recorded_once_and_only_ones_own():
    user, other = make_user(), make_user()

    operations.change_settings(user=user, by=user, letter_keys=False)
    operations.change_settings(user=user, by=user, letter_keys=False)
    with pytest.raises(NotAllowed):
        operations.change_settings(user=user, by=other, letter_keys=True)

    (event,) = Event.objects.filter(type="user.settings_changed")
    assert event.data == {"letter_keys": False}
    user.refresh_from_db()
    assert not user.letter_keys


def test_keys_of_one_letter_are_turned_off_on_every_page_and_by_the_api(client):
    user = make_user()
    client.force_login(user)
    assert "data-letters" not in client.get("/").content.decode()

    answer = client.patch("/api/v1/me", {"letter_keys": False}, content_type="application/json")

    assert answer.json()["letter_keys"] is False
    assert 'data-letters="off"' in client.get("/account/").content.decode()
    assert client.patch("/api/v1/me", {"letter_keys": "perhaps"}, content_type="application/json").status_code == 400


def test_the_steps_cost_two_queries_however_many_projects():
    owner = make_user()
    costs = []
    for _ in range(3):
        make_project(owner=owner)
        with CaptureQueriesContext(connection) as queries:
            first_steps.of_user(owner)
        costs.append(len(queries))

    assert costs == [2, 2, 2]
