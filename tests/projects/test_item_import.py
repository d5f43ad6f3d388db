"""Items from other trackers: tried, taken in, taken in again."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import Invalid, NotAllowed
from core.models import Event
from projects import delivery, operations, queries
from projects.models import WorkItem
from projects.roles import Role
from tests.factories import make_member, make_project, now

pytestmark = pytest.mark.django_db

OWN = """external_id,title,kind,priority,product,engineering,labels,state
A1,Freeze the holdout,data,high,1,2.0,recall; data,ready
A2,Old thing,task,,,,,done
"""
JIRA = """Issue key,Summary,Issue Type,Status,Priority,Labels,Labels,Story Points
FR-1,Freeze the holdout,Story,To Do,Highest,recall,data,3.0
FR-2,Crash at midnight,Bug,Done,Low,,,
"""
GITHUB = json.dumps(
    [
        {"number": 7, "title": "Crash", "body": "At *night*", "state": "open", "labels": [{"name": "bug"}]},
        {"number": 8, "title": "A pull request", "pull_request": {}},
    ]
)


@pytest.fixture
def project():
    return make_project(key="FRD")


def take(project, kind, text, *, is_trial=False, by=None):
    by = by or project.created_by
    done = operations.import_items(project=project, kind=kind, data=text.encode(), is_trial=is_trial, by=by, now=now())
    return done.added, done.changed, done.same


@pytest.mark.parametrize(
    ("kind", "text", "count"),
    [("csv", OWN, 2), ("jira", JIRA, 2), ("github", GITHUB, 1)],
    ids=["csv", "jira", "github"],
)
def test_import_tried_then_taken_in_then_again_makes_no_second_ones(project, kind, text, count):
    assert take(project, kind, text, is_trial=True) == (count, 0, 0)
    assert not WorkItem.objects.exists()

    assert take(project, kind, text) == (count, 0, 0)
    assert take(project, kind, text) == (0, 0, count)
    assert WorkItem.objects.count() == count
    assert Event.objects.filter(type="item.added").count() == count


def test_import_reads_what_each_says(project):
    take(project, "csv", OWN)
    take(project, "jira", JIRA)
    take(project, "github", GITHUB)

    found = WorkItem.objects.order_by("number")
    assert list(
        found.values_list("external_source", "external_id", "kind", "priority", "points", "labels", "state")
    ) == [
        ("csv", "A1", "data", 3, 3, ["data", "recall"], "backlog"),
        ("csv", "A2", "task", 0, None, [], "done"),
        ("jira", "FR-1", "story", 4, 3, ["data", "recall"], "backlog"),
        ("jira", "FR-2", "incident", 1, None, [], "done"),
        ("github", "7", "incident", 0, None, ["bug"], "backlog"),
    ]


def test_import_again_changes_what_was_changed_there(project):
    take(project, "csv", OWN)

    assert take(project, "csv", OWN.replace("Freeze the holdout", "Freeze it")) == (0, 1, 1)

    assert WorkItem.objects.get(external_id="A1").title == "Freeze it"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("csv", "external_id,title\nA1,Freeze\n"),
        ("jira", "Issue key,Summary,Assignee\nFR-1,Freeze,somebody.else\n"),
        ("github", '[{"number": 7, "title": "Freeze", "body": null}]'),
    ],
)
def test_import_again_leaves_what_the_team_changed_and_the_file_does_not_say(project, kind, text):
    take(project, kind, text)
    mine = {"kind": "spike", "priority": 3, "assignee": project.created_by, "labels": ["ours"], "description": "Ours."}
    item = WorkItem.objects.get()
    operations.revise_item(item=item, values=mine, by=project.created_by, now=now())

    assert take(project, kind, text.replace("Freeze", "Freeze it")) == (0, 1, 0)

    item.refresh_from_db()
    assert {name: getattr(item, name) for name in mine} == mine
    assert item.title == "Freeze it"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("high", "soon"), "2.priority"),
        (("2.0", "many"), "2.engineering"),
        (("A2", "A1"), "2.external_id"),
        (("task", "moon"), "3.kind"),
    ],
)
def test_import_of_what_is_wrong_names_row_and_column_and_writes_nothing(project, change, field):
    with pytest.raises(Invalid) as refusal:
        take(project, "csv", OWN.replace(*change))

    assert field in [one.field for one in refusal.value.errors]
    assert not WorkItem.objects.exists()


@pytest.mark.parametrize(
    ("kind", "text", "field"),
    [
        ("csv", "title,external_id\nShort\n", "2.external_id"),
        ("csv", "title,external_id,points\nOdd,A1,nan\n", "2.points"),
        ("csv", "title,external_id,points\nOdd,A1,inf\n", "2.points"),
        ("csv", "title,external_id\nOdd,A\x001\n", "2.external_id"),
        ("csv", "title,external_id\nO\x00dd,A1\n", "2.title"),
        ("csv", "title,external_id,assignee\nOdd,A1,a\x00b\n", "2.assignee"),
        ("github", '[{"number": 1, "title": "Odd", "assignee": "me"}]', "1.assignee"),
        ("github", '[{"number": 1, "title": "Odd", "labels": 5}]', "1.labels"),
        ("github", '[{"number": 1, "title": "Odd", "body": "\\u0000"}]', "1.body"),
        ("github", '[{"number": "\\ud800", "title": "Odd"}]', "1.external_id"),
    ],
)
def test_import_of_odd_rows_names_them(project, kind, text, field):
    with pytest.raises(Invalid) as refusal:
        take(project, kind, text)

    assert field in [one.field for one in refusal.value.errors]
    assert not WorkItem.objects.exists()


def test_import_of_what_is_finished_is_nobodys_throughput_and_dropped_stays_dropped(project):
    take(project, "csv", OWN.replace("recall; data,ready", "recall; data,dropped"))

    assert list(WorkItem.objects.order_by("number").values_list("state", flat=True)) == ["dropped", "done"]
    lately = queries.finished_lately(project, now=now())
    assert [one for one in map(delivery.cycle, lately.values()) if one] == []


@pytest.mark.parametrize(("kind", "text"), [("csv", "a,b\n1,2\n"), ("jira", ""), ("github", "{}"), ("moon", OWN)])
def test_import_of_what_cannot_be_read_refused(project, kind, text):
    with pytest.raises(Invalid):
        take(project, kind, text)


def test_import_by_a_viewer_refused(project):
    with pytest.raises(NotAllowed):
        take(project, "csv", OWN, by=make_member(project, Role.VIEWER))


def test_import_by_rest(client, project):
    client.force_login(project.created_by)
    body = {"kind": "csv", "is_trial": "true", "file": SimpleUploadedFile("items.csv", OWN.encode())}

    answer = client.post("/api/v1/projects/FRD/items/import", body)

    assert answer.json() == {"added": 2, "changed": 0, "same": 0, "errors": []}
