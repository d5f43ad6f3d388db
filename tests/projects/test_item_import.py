"""Items from other trackers: tried, taken in, taken in again."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.errors import Invalid, NotAllowed
from core.models import Event
from projects import delivery, itemreading, operations, queries
from projects.models import Sprint, WorkItem
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.projects.factories import make_sprint

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


NASTY = (
    "=HYP",
    "'=HYP",
    "''=HYP",
    "'quoted'",
    "- first\n- second",
    "-1.5",
    "+49 30",
    "@scientist said",
    'a "b", c; d',
    "Umlaute äß, 漢字, 🧪",
    "' -",
)


def test_an_export_taken_in_again_changes_nothing_whatever_the_texts_say(client, project):
    by = project.created_by
    operations.define_field(project=project, name="Note", type="text", by=by)
    operations.define_field(project=project, name="Cost", type="number", by=by)
    for text in NASTY:
        more = {"hypothesis": text, "metric": text.split("\n")[0], "result_note": text, "baseline": -2.5}
        more |= {"custom": {"note": text, "cost": -1.5}, "labels": ["=low", "-high"]}
        title = text.replace("\n", " ")
        operations.add_item(project=project, title=title, description=text, assignee=by, more=more, by=by, now=now())
    gone = make_member(project, Role.ENGINEER)
    items = list(WorkItem.objects.order_by("number"))
    operations.revise_item(item=items[0], values={"assignee": gone, "result": "refuted"}, by=by, now=now())
    gone.memberships.all().delete()
    operations.move_item(item=items[1], state="dropped", by=by, now=now())
    take(project, "csv", OWN)
    take(project, "github", GITHUB)
    client.force_login(by)
    before = Event.objects.count()

    file = client.get("/api/v1/projects/FRD/items/export?as=csv").content

    body = {"kind": "csv", "file": SimpleUploadedFile("items.csv", file)}
    answer = client.post("/api/v1/projects/FRD/items/import", body)
    assert answer.json() == {"added": 0, "changed": 0, "same": len(NASTY) + 3, "errors": []}
    assert Event.objects.count() == before
    looked = upload(client, file.decode()).context["report"]
    assert (looked.added, looked.changed, looked.same) == (0, 0, len(NASTY) + 3)


def test_an_item_that_was_born_here_is_found_by_its_key(project):
    operations.add_item(project=project, title="Freeze", by=project.created_by, now=now())

    assert take(project, "csv", "key,title\nfrd-1,Freeze it\n") == (0, 1, 0)

    assert WorkItem.objects.values_list("title", "external_source", "external_id").get() == ("Freeze it", "", "")


@pytest.mark.parametrize("key", ["FRD-2", "OTH-1", "FRD-x", "1", f"FRD-{10**30}", "FRD-01"])
def test_a_key_of_another_project_or_of_no_item_is_refused(project, key):
    other = make_project(key="OTH")
    operations.add_item(project=other, title="Theirs", by=other.created_by, now=now())
    operations.add_item(project=project, title="Ours", by=project.created_by, now=now())

    with pytest.raises(Invalid) as refusal:
        take(project, "csv", f"key,title\n{key},Changed\n")

    (error,) = refusal.value.errors
    assert (error.field, error.code) == ("2.key", "unknown")
    assert f"there is no item {key[:40].upper()} in FRD" in error.message
    assert set(WorkItem.objects.values_list("title", flat=True)) == {"Ours", "Theirs"}


def test_an_item_that_stands_there_by_its_key_and_by_its_id_stands_there_twice(project):
    take(project, "csv", "external_id,title\nA1,Freeze\n")

    with pytest.raises(Invalid) as refusal:
        take(project, "csv", "key,external_id,title\nFRD-1,,One\n,A1,Other\n")

    assert [(one.field, one.code) for one in refusal.value.errors] == [
        ("2.external_id", "twice"),
        ("3.external_id", "twice"),
    ]


# --- what ended there -----------------------------------------------------------------------------------------------


def issue(state="open", **more):
    return json.dumps([{"number": 7, "title": "Crash", "state": state, "html_url": ISSUE} | more])


ISSUE = "https://github.com/o/r/issues/7"
ENDED = [
    ("jira", JIRA, JIRA.replace("To Do", "Done"), "FR-1"),
    ("github", issue(), issue("closed"), "o/r#7"),
    ("csv", OWN, OWN.replace("recall; data,ready", "recall; data,done"), "A1"),
]


@pytest.mark.parametrize(("kind", "before", "after", "known_as"), ENDED, ids=["jira", "github", "csv"])
@pytest.mark.parametrize("is_planned", [False, True], ids=["backlog", "sprint"])
def test_what_ended_there_is_done_here_by_the_second_import(project, kind, before, after, known_as, is_planned):
    take(project, kind, before)
    item = WorkItem.objects.get(external_id=known_as)
    if is_planned:
        operations.plan_item(item=item, sprint=make_sprint(project), by=project.created_by, now=now())
        operations.block_item(item=item, cause="data", reason="Late", by=project.created_by, now=now())
    assert take(project, kind, after, is_trial=True)[1] == 1

    assert take(project, kind, after)[1] == 1

    item.refresh_from_db()
    assert (item.state, item.blocked_at) == ("done", None)
    moved = Event.objects.filter(type="item.moved", subject_id=item.public_id).last()
    assert (moved.actor, moved.data["was"], moved.data["state"]) == (
        project.created_by,
        "ready" if is_planned else "backlog",
        "done",
    )
    assert item not in queries.backlog(project)
    assert take(project, kind, after)[1] == 0


def test_what_is_open_there_and_finished_here_stays_finished(project):
    take(project, "github", issue("closed"))

    assert take(project, "github", issue("open")) == (0, 0, 1)
    operations.move_item(item=WorkItem.objects.get(), state="dropped", by=project.created_by, now=now())
    assert take(project, "github", issue("closed")) == (0, 0, 1)

    assert WorkItem.objects.get().state == "dropped"


def test_what_ended_there_is_said_before_it_is_taken_in_and_no_request_ends_so(client, project):
    client.force_login(project.created_by)
    take(project, "csv", OWN)
    ended = OWN.replace("recall; data,ready", "recall; data,dropped")
    operations.request_item(project=project, title="A wish", by=project.created_by, now=now())

    looked = upload(client, ended)
    refused = upload(client, "key,title,state\nFRD-3,A wish,done\n")

    assert [(row["id"], row["word"], row["said"]) for row in looked.context["rows"]] == [
        ("A1", "would change", ["state"])
    ]
    assert "Row 2: item 3 is a request that waits" in refused.content.decode()
    assert WorkItem.objects.get(number=3).state == "backlog"


def test_an_issue_is_one_however_github_tells_it(project):
    member = make_member(project, Role.ENGINEER)
    api = {"url": "https://api.github.com/repos/o/r/issues/7", "assignee": None, "assignees": []}
    by_command = {"html_url": None, "url": ISSUE, "assignees": [{"login": member.username}], "labels": []}
    take(project, "github", issue(**api))

    assert take(project, "github", issue("CLOSED", **by_command)) == (0, 1, 0)

    item = WorkItem.objects.get()
    assert (item.external_id, item.state, item.assignee) == ("o/r#7", "done", member)
    assert take(project, "github", issue("closed", html_url=None, url=api["url"])) == (0, 0, 1)
    other = issue(html_url="https://git.example.org/o/r/issues/7")
    assert take(project, "github", other) == (1, 0, 0)
    assert WorkItem.objects.latest("pk").external_id == "https://git.example.org/o/r#7"


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
        ("github", '[{"number": 1, "title": "Odd", "assignees": "me"}]', "1.assignees"),
        ("github", '[{"number": 1, "title": "Odd", "body": "\\u0000"}]', "1.body"),
        ("github", '[{"number": "\\ud800", "title": "Odd"}]', "1.external_id"),
    ],
)
def test_import_of_odd_rows_names_them(project, kind, text, field):
    with pytest.raises(Invalid) as refusal:
        take(project, kind, text)

    assert field in [one.field for one in refusal.value.errors]
    assert not WorkItem.objects.exists()


def test_a_title_and_a_key_that_cannot_be_sent_are_shown_without_what_cannot(client, project):
    client.force_login(project.created_by)
    file = SimpleUploadedFile("issues.json", rb'[{"number": 1, "title": "Odd\ud800", "\udfffkey": 1}]')

    answer = client.post(reverse("projects:items-import", args=[project.key]), {"kind": "github", "file": file})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Odd?" in page
    assert "Title has a character that cannot be stored." in page
    assert not WorkItem.objects.exists()


def test_import_says_of_each_row_that_its_sprint_is_closed_before_anything_is_taken_in(project):
    take(project, "csv", OWN)
    sprint, items = make_sprint(project), WorkItem.objects.order_by("number")
    for item in items:
        operations.revise_item(item=item, values={"sprint": sprint}, by=project.created_by, now=now())
        operations.move_item(item=item, state="done", by=project.created_by, now=now())
    Sprint.objects.update(state="closed")  # before there were reviews that are frozen
    text, before = OWN.replace("Freeze the holdout", "Freeze it") + "A3,New,task,,,,,\n", Event.objects.count()

    tried = try_out(project, text)
    with pytest.raises(Invalid) as refusal:
        take(project, "csv", text)

    said = "Row 2: Sprint 1 is closed: its items are its record."
    assert [(one.what, one.said) for one in tried.rows] == [("refused", [said]), ("same", []), ("added", [])]
    assert [(one.field, one.code, one.message) for one in tried.errors] == [("2", "sprint_closed", said)]
    assert refusal.value.errors == tried.errors
    assert (items.count(), Event.objects.count()) == (2, before)


def try_out(project, text):
    by = project.created_by
    return operations.import_items(project=project, kind="csv", data=text.encode(), is_trial=True, by=by, now=now())


def test_import_costs_the_same_for_one_item_of_a_closed_sprint_and_for_three(project, django_assert_max_num_queries):
    head, rows = "external_id,title\n", [f"A{number},Item {number}\n" for number in range(3)]
    take(project, "csv", head + "".join(rows))
    sprint = make_sprint(project)
    WorkItem.objects.update(sprint=sprint, state="done")
    operations.close_sprint(sprint=sprint, by=project.created_by, now=now())

    with django_assert_max_num_queries(99) as one:
        try_out(project, head + rows[0])
    with django_assert_max_num_queries(len(one)):
        try_out(project, head + "".join(rows))


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


# --- what a file is, and where it is wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("csv", b"title,external_id\nA,\xff1\n", "line 2, byte 3"),
        ("csv", b'title,external_id\n"A"B,1\n', "line 2, column 4"),
        ("csv", b'title,external_id\nA,1\n"B,2\n', "opened in the row of line 3"),
        ("csv", b"name,external_id\nA,1\n", "Line 1: the column title is missing; there is name, external_id"),
        ("github", b'[{"number": 1,\n "title" 2}]', "line 2, column 10"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_where(project, kind, data, said):
    with pytest.raises(Invalid, match=said):
        operations.import_items(project=project, kind=kind, data=data, by=project.created_by, now=now())


def test_a_file_over_the_limit_is_refused(project, monkeypatch):
    monkeypatch.setattr("projects.itemreading.MOST_BYTES", 10)

    with pytest.raises(Invalid, match="at most"):
        take(project, "csv", OWN)


def test_rows_are_numbered_by_the_line_in_which_they_begin_and_semicolons_separate_too(project):
    text = 'external_id;title;priority;description\nA1;One;;"two\nlines"\nA2;Two;soon;\n'

    with pytest.raises(Invalid) as refusal:
        take(project, "csv", text)

    assert [error.field for error in refusal.value.errors] == ["4.priority"]


def test_columns_say_what_each_becomes_and_what_is_left_out():
    found = itemreading.columns("jira", JIRA.replace("Issue Type", "Reporter").encode())

    assert dict(found.taken)["Summary"] == "title"
    assert found.left == ["Reporter"]


# --- the page -------------------------------------------------------------------------------------------------------


def upload(client, text=OWN, *, kind="csv", **more):
    form = {"kind": kind, "file": SimpleUploadedFile("items.csv", text.encode())} | more
    return client.post("/p/FRD/board/import/", form, HTTP_HX_REQUEST="true")


def test_page_looks_first_and_takes_in_what_was_looked_at(client, project):
    client.force_login(project.created_by)
    looked = upload(client)
    digest = looked.context["digest"]

    assert (looked.context["report"].added, looked.context["refused"]) == (2, 0)
    assert not WorkItem.objects.exists()
    assert upload(client, OWN + "A3,Third,,,,,,\n", act="import", digest=digest).status_code == 409
    assert not WorkItem.objects.exists()

    assert upload(client, act="import", digest=digest)["HX-Redirect"] == "/p/FRD/board/all/"
    again = upload(client)
    assert (again.context["report"].added, again.context["report"].same) == (0, 2)
    changed = upload(client, OWN.replace("Freeze the holdout", "Freeze it").replace("A2", "A3")).context
    assert [(row["number"], row["word"], row["said"]) for row in changed["rows"]] == [
        (2, "would change", ["title"]),
        (3, "new", [""]),
    ]


def test_page_names_the_refused_rows_and_offers_no_import(client, project):
    client.force_login(project.created_by)

    looked = upload(client, OWN.replace("high", "soon").replace("A2", "A3") + "A3,Again,task,,,,,\n")

    text = looked.content.decode()
    assert [row["number"] for row in looked.context["rows"]] == [2, 3, 4]
    assert looked.context["refused"] == 3
    assert 'value="import"' not in text
    assert "Priority is one of" in text
    assert not WorkItem.objects.exists()


def test_page_of_what_cannot_be_read_and_of_who_may_not(client, project):
    client.force_login(project.created_by)
    assert "Line 1: the column title is missing" in upload(client, "a,b\n1,2\n").content.decode()

    client.force_login(make_member(project, Role.VIEWER))
    page = client.get("/p/FRD/board/import/").content.decode()
    assert "in this project you are viewer" in page
    assert upload(client, act="import").status_code == 409
    assert not WorkItem.objects.exists()
