"""One field of a card, changed where it stands."""

import os
import threading

import pytest
from django.db import connection

from core.errors import Conflict, NotAllowed
from core.models import Event
from projects import operations, queries
from projects.enums import Priority
from projects.models import Project, WorkItem
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.projects.factories import make_item, make_sprint

pytestmark = pytest.mark.django_db

EDITS = int(os.environ.get("INTERLEAVED_EDITS", "75"))
"""Of each of two people at once. 500 are promised, and what decides on a change (.ci/run) asks for them."""


@pytest.fixture
def project():
    return make_project(key="FRD")


@pytest.fixture
def item(project):
    return make_item(project, title="Measure the rules")


def put(client, item, name, value, was):
    return client.post(f"/p/FRD/board/items/{item.number}/fields/{name}/", {"value": value, "was": was})


def test_a_field_takes_effect_and_is_answered_as_people_read_it(client, project, item):
    client.force_login(project.created_by)

    answer = put(client, item, "priority", "3", "0")

    assert (answer.status_code, answer.json()) == (200, {"value": "3", "label": "High"})
    item.refresh_from_db()
    assert (item.priority, item.version) == (Priority.HIGH, 2)


def test_who_was_faster_with_the_same_field_keeps_it_and_both_values_are_told(client, project, item):
    other = make_member(project, Role.ENGINEER)
    operations.revise_item(item=item, values={"title": "Measure the rules twice"}, by=other, now=now())
    client.force_login(project.created_by)

    answer = put(client, item, "title", "Measure nothing", "Measure the rules")

    assert answer.status_code == 409
    assert answer.json() == {
        "detail": f"{other} changed this meanwhile.",
        "mine": {"value": "Measure nothing", "label": "Measure nothing"},
        "theirs": {"value": "Measure the rules twice", "label": "Measure the rules twice"},
    }
    item.refresh_from_db()
    assert (item.title, item.version) == ("Measure the rules twice", 2)


def test_whom_has_left_and_a_closed_sprint_can_be_replaced(client, project, item):
    gone = make_member(project, Role.ENGINEER)
    sprint = make_sprint(project)
    operations.revise_item(item=item, values={"assignee": gone, "sprint": sprint}, by=project.created_by, now=now())
    gone.memberships.all().delete()
    WorkItem.objects.update(state="done")
    operations.close_sprint(sprint=sprint, by=project.created_by, now=now())
    client.force_login(project.created_by)

    assert put(client, item, "assignee", "", str(gone.pk)).status_code == 200
    assert put(client, item, "sprint", "", str(sprint.pk)).status_code == 200
    item.refresh_from_db()
    assert (item.assignee, item.sprint) == (None, None)


def test_an_undone_sprint_puts_the_card_back_to_its_place(client, project, item):
    sprint, other = make_sprint(project), make_item(project)
    for one in (item, other):
        operations.plan_item(item=one, sprint=sprint, state="review", by=project.created_by, now=now())
    client.force_login(project.created_by)

    left = put(client, item, "sprint", "", str(sprint.pk)).json()
    assert left == {"value": "", "label": "", "lane": "review", "below": str(other.number)}
    back = {"value": str(sprint.pk), "was": "", "lane": left["lane"], "below": left["below"]}
    url = f"/p/FRD/board/items/{item.number}/fields/sprint/"
    assert client.post(url, back | {"was": str(sprint.pk)}).status_code == 409
    assert client.post(url, back).status_code == 200

    assert [(one.pk, one.state) for one in queries.cards(sprint)] == [(item.pk, "review"), (other.pk, "review")]


def validating(project):
    """A status of the project's own, in the group review."""
    return operations.add_status(project=project, name="Validating", group="review", by=project.created_by)


def test_the_status_is_changed_where_it_stands_and_put_back_to_its_place(client, project):
    status, sprint = validating(project), make_sprint(project)
    item, other = make_item(project, sprint=sprint), make_item(project, sprint=sprint)
    client.force_login(project.created_by)

    moved = put(client, item, "status", status.key, "ready").json()

    assert moved == {"value": status.key, "label": "Validating", "lane": "ready", "below": str(other.number)}
    item.refresh_from_db()
    assert (item.state, item.status) == ("review", status)
    back = {"value": "ready", "was": status.key, "lane": moved["lane"], "below": moved["below"]}
    assert client.post(f"/p/FRD/board/items/{item.number}/fields/status/", back).status_code == 200
    assert [(one.pk, one.state) for one in queries.cards(sprint)] == [(item.pk, "ready"), (other.pk, "ready")]


def test_who_was_faster_with_the_status_keeps_it(client, project):
    status, item = validating(project), make_item(project, sprint=make_sprint(project))
    other = make_member(project, Role.ENGINEER)
    operations.move_item(item=item, state=status.key, by=other, now=now())
    client.force_login(project.created_by)

    answer = put(client, item, "status", "done", "ready")

    assert answer.status_code == 409
    assert answer.json() == {
        "detail": f"{other} changed this meanwhile.",
        "mine": {"value": "done", "label": "Done"},
        "theirs": {"value": status.key, "label": "Validating"},
    }
    item.refresh_from_db()
    assert (item.status, item.version) == (status, 2)


def test_an_item_of_the_backlog_is_not_done_where_it_stands(client, project, item):
    client.force_login(project.created_by)

    assert put(client, item, "status", "done", "ready").status_code == 422
    assert WorkItem.objects.get().state == "ready"


def test_a_text_of_several_lines_is_the_same_however_its_lines_end(client, project, item):
    operations.revise_item(item=item, values={"description": "One\r\nTwo"}, by=project.created_by, now=now())
    client.force_login(project.created_by)

    assert put(client, item, "description", "One\r\nThree", "One\r\nTwo").status_code == 200
    item.refresh_from_db()
    assert item.description == "One\nThree"


def test_another_field_that_changed_meanwhile_is_no_conflict(client, project, item):
    operations.revise_item(item=item, values={"points": 5}, by=project.created_by, now=now())
    client.force_login(project.created_by)

    assert put(client, item, "title", "Measure the rules twice", "Measure the rules").status_code == 200
    item.refresh_from_db()
    assert (item.title, item.points) == ("Measure the rules twice", 5)


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [("points", "101", 422), ("title", "", 422), ("assignee", "999999", 422), ("sprint", "x", 422), ("rank", "1", 404)],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(client, project, item, name, value, status):
    client.force_login(project.created_by)
    before = Event.objects.count()

    answer = put(client, item, name, value, "")

    assert answer.status_code == status
    assert WorkItem.objects.get().version == 1
    assert Event.objects.count() == before


def test_a_viewer_and_a_stranger_change_nothing(client, project, item, django_user_model):
    client.force_login(make_member(project, Role.VIEWER))
    assert put(client, item, "priority", "3", "0").status_code == 403
    assert put(client, item, "status", "backlog", "ready").status_code == 403
    client.force_login(django_user_model.objects.create(username="stranger"))
    assert put(client, item, "priority", "3", "0").status_code == 404
    assert put(client, item, "status", "backlog", "ready").status_code == 404
    assert WorkItem.objects.values_list("priority", "state").get() == (Priority.NONE, "ready")


def test_an_item_of_a_retired_project_keeps_its_fields(client, project, item):
    Project.objects.filter(pk=project.pk).update(stage="retired")
    client.force_login(project.created_by)

    assert put(client, item, "title", "Other", item.title).status_code == 409
    with pytest.raises(Conflict, match="retired"):
        operations.revise_item(item=item, values={"title": "Other"}, seen={"title": item.title}, by=project.created_by)
    assert WorkItem.objects.get().title == item.title


def test_the_operation_asks_who_may(project, item):
    with pytest.raises(NotAllowed):
        operations.revise_item(item=item, values={"title": "X"}, seen={}, by=make_member(project, Role.VIEWER))


@pytest.mark.django_db(transaction=True)
def test_edits_of_two_people_are_all_kept_or_told(project, item):
    """Each adds one to what it saw until it was taken: nothing is lost though they write at once."""
    by, rounds, told = project.created_by, EDITS, []

    def add():
        done = 0
        while done < rounds:
            seen = WorkItem.objects.values_list("baseline", flat=True).get(pk=item.pk)
            try:
                operations.revise_item(item=item, values={"baseline": (seen or 0) + 1}, seen={"baseline": seen}, by=by)
                done += 1
            except operations.Overtaken:
                told.append(seen)
        connection.close()

    threads = [threading.Thread(target=add) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(600)

    item.refresh_from_db()
    assert (item.baseline, item.version) == (2 * rounds, 1 + 2 * rounds)
