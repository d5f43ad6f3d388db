"""Working through many items: filters, bulk, the quick line, requests, views, templates, comments, files."""

import csv
import io
import re

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.flow import IllegalStep
from core.models import Event
from projects import operations, queries, quickline
from projects.enums import ItemKind, Priority, Visibility
from projects.models import ItemComment, ItemTemplate, SavedView, WorkItem
from projects.operations import ITEM_TALK as TALK
from projects.queries import delivery
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.projects.factories import make_item, make_sprint
from tests.projects.test_api import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project(key="FRD")


@pytest.fixture
def api(project):
    return Api(project.created_by)


def find(project, query="", by=None):
    look = queries.read_look(project, QueryDict(query))
    return [item.number for item in queries.found_items(look, project, by=by or project.created_by)]


# --- filters ---------------------------------------------------------------------------------------------------------


def test_filters_find_what_they_say(project):
    engineer = make_member(project, Role.ENGINEER)
    operations.define_field(project=project, name="Cost", type="number", by=project.created_by)
    operations.define_field(project=project, name="In", type="text", by=project.created_by)
    make_item(project, title="Freeze the holdout", kind=ItemKind.DATA, assignee=engineer, more={"custom": {"cost": 3}})
    make_item(project, sprint=make_sprint(project), more={"labels": ["Recall"], "priority": Priority.HIGH})
    blocked = make_item(project, description="holdout again", more={"custom": {"in": "x"}})
    operations.block_item(item=blocked, cause="data", reason="x", by=project.created_by, now=now())
    operations.request_item(project=project, title="Please", by=engineer, now=now())

    wanted = {
        "": [3, 2, 1],
        "q=holdout": [3, 1],
        "q=frd-2": [2],
        "kind=data&kind=spike": [1],
        f"assignee={engineer.username}": [1],
        "assignee=none&assignee=me": [3, 2],
        "label=recall": [2],
        "priority=high": [2],
        "sprint=none": [3, 1],
        "sprint=active": [2],
        "sprint=1&state=ready": [2],
        "blocked=yes": [3],
        "blocked=no&sort=title": [2, 1],
        "triage=waiting": [4],
        "f.cost=3": [1],
        "f.in=x": [3],
        "sort=-priority": [2, 3, 1],
    }
    assert {query: find(project, query) for query in wanted} == wanted


def test_a_state_takes_its_statuses_and_a_status_itself(project):
    status = operations.add_status(project=project, name="Legal", group="review", by=project.created_by)
    sprint = make_sprint(project)
    for state in ("review", status.key):
        item = make_item(project, sprint=sprint)
        operations.move_item(item=item, state=state, by=project.created_by, now=now())

    assert (find(project, "state=review"), find(project, "state=legal")) == ([2, 1], [2])


@pytest.mark.parametrize(
    "query", ["state=limbo", "kind=x", "priority=9", "sprint=x", "f.none=1", "sort=colour", "blocked=2", "triage=x"]
)
def test_filters_that_name_nothing_refused(project, api, query):
    answer = api.get(f"projects/FRD/items?{query}")

    assert answer.status_code in (400, 422)
    assert query.split("=")[0] in answer.json()["errors"][0]["field"]


def test_numbers_that_are_none_refused(project, api):
    operations.define_field(project=project, name="Cost", type="number", by=project.created_by)

    for text in ("nan", "inf", "1e999"):
        assert api.get(f"projects/FRD/items?f.cost={text}").json()["errors"][0]["field"] == "f.cost"


def test_what_waits_for_triage_is_not_left_to_be_done(project):
    make_item(project)
    operations.request_item(project=project, title="Please", by=project.created_by, now=now())

    assert delivery.left_open(project) == 1


# --- bulk ------------------------------------------------------------------------------------------------------------


def change(project, items, by=None, **values):
    return operations.change_items(project=project, items=items, values=values, by=by or project.created_by, now=now())


def test_change_items_says_which_were_refused_and_why(project):
    sprint = make_sprint(project)
    ready, other = make_item(project, sprint=sprint, more={"labels": ["old"]}), make_item(project)

    outcome = change(project, [ready, other], state="review", add_labels=["New"], remove_labels=["old"])

    assert outcome.changed == [1]
    assert outcome.refused == [(2, "In the backlog an item is waiting, ready or dropped: put it into a sprint first.")]
    assert list(WorkItem.objects.order_by("number").values_list("state", "labels")) == [
        ("review", ["new"]),
        ("ready", []),
    ]


def test_labels_are_added_to_those_that_somebody_else_added_meanwhile(project):
    item = make_item(project)
    operations.revise_item(item=item, values={"labels": ["theirs"]}, by=project.created_by, now=now())

    change(project, [item], add_labels=["mine"])

    item.refresh_from_db()
    assert item.labels == ["mine", "theirs"]


def test_a_card_goes_above_the_next_of_its_own_sprint_on_the_board_of_all(client, project):
    """The board shows those of the backlog among those of the sprint."""
    sprint = make_sprint(project)
    for number in range(1, 5):
        make_item(project, sprint=sprint if number > 2 else None)
        WorkItem.objects.filter(number=number).update(state="ready", rank=number * 1000)
    card = make_item(project, sprint=sprint)
    client.force_login(project.created_by)

    answer = client.post("/p/FRD/board/all/move/", {"item": card.number, "lane": "ready", "position": 3})

    assert answer.status_code == 204
    ranked = WorkItem.objects.filter(sprint=sprint).order_by("rank", "pk")
    assert list(ranked.values_list("number", flat=True)) == [3, 5, 4]


def test_change_items_refused(project):
    item = make_item(project)

    with pytest.raises(NotAllowed):
        change(project, [item], by=make_member(project, Role.SPONSOR), state="dropped")
    with pytest.raises(Invalid, match="There is no field"):
        change(project, [item], title="X")
    with pytest.raises(Invalid, match="Choose 1 to 200"):
        change(project, [])

    assert WorkItem.objects.get().version == 1


def test_bulk_by_rest(project, api):
    make_item(project)
    make_item(project)

    done = api.post("projects/FRD/items/bulk", {"items": [1, 2], "priority": "urgent", "assignee": None})
    unknown = api.post("projects/FRD/items/bulk", {"items": [1, 9], "priority": "low"})

    assert done.json() == {"changed": [1, 2], "refused": []}
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "items")
    assert set(WorkItem.objects.values_list("priority", flat=True)) == {Priority.URGENT}


# --- a stakeholder moves nothing, by no door -------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.VIEWER])
def test_a_stakeholder_comments_but_changes_no_state_by_form_drag_bulk_or_api(project, role):
    make_item(project, sprint=make_sprint(project))
    user = make_member(project, role)
    page, api = Client(), Api(user)
    page.force_login(user)

    answers = [
        page.post("/p/FRD/board/items/1/", {"title": "X", "kind": "task", "state": "done", "version": "1"}),
        page.post("/p/FRD/board/move/", {"item": "1", "lane": "done", "position": "0"}),
        page.post("/p/FRD/board/all/change/", {"item": "1", "state": "done"}),
        api.post("projects/FRD/items/1/move", {"state": "done"}),
        api.post("projects/FRD/items/bulk", {"items": [1], "state": "done"}),
        api.patch("projects/FRD/items/1", {"title": "X"}),
        api.post("projects/FRD/items/1/block", {"cause": "data", "reason": "x"}),
    ]
    said = api.post("projects/FRD/items/1/comments", {"text": "When?"})

    assert {answer.status_code for answer in answers} <= {403, 422}
    assert list(WorkItem.objects.values_list("state", "title", "version")) == [("ready", "A task", 1)]
    assert said.status_code == 201


# --- the quick line --------------------------------------------------------------------------------------------------


def test_quick_line_reads():
    said = quickline.parse(r"Try merchant history !high @scientist #spike #Recall 2w 5p \#1 C#", kinds=ItemKind.values)

    assert vars(said) == {
        "title": "Try merchant history #1 C#",
        "priority": "high",
        "assignee": "scientist",
        "kind": "spike",
        "labels": ["Recall"],
        "days": 14,
        "points": 5,
    }


def test_add_quickly(project, api):
    scientist = make_member(project, Role.DATA_SCIENTIST)

    made = api.post("projects/FRD/items/quick", {"line": f"Try it !urgent @{scientist.username} #spike #x 3d"}).json()

    assert (made["title"], made["kind"], made["priority"], made["labels"]) == ("Try it", "spike", "urgent", ["x"])
    assert (made["assignee"]["username"], made["time_box_days"]) == (scientist.username, 3)


@pytest.mark.parametrize("line", ["X !soon", "X @nobody", "!high", "X 999p"])
def test_add_quickly_what_names_nothing_refused(project, api, line):
    assert api.post("projects/FRD/items/quick", {"line": line}).status_code == 422
    assert not WorkItem.objects.exists()


# --- requests --------------------------------------------------------------------------------------------------------


def request(project, by=None):
    return operations.request_item(project=project, title="A map of losses", by=by or project.created_by, now=now())


def test_request_waits_until_it_is_accepted(project):
    item = request(project, make_member(project, Role.SPONSOR))
    with pytest.raises(Conflict, match="is a request that waits"):
        operations.move_item(item=item, state="ready", by=project.created_by, now=now())
    assert list(queries.backlog(project)) == []

    operations.accept_request(item=item, by=project.created_by, now=now())

    assert list(queries.backlog(project)) == [item]
    with pytest.raises(IllegalStep):
        operations.decline_request(item=item, reason="No", by=project.created_by, now=now())


def test_request_declined_says_why(project):
    item = request(project)

    with pytest.raises(Invalid):
        operations.decline_request(item=item, reason=" ", by=project.created_by, now=now())
    with pytest.raises(NotAllowed):
        operations.decline_request(item=item, reason="No", by=make_member(project, Role.VIEWER), now=now())
    item = operations.decline_request(item=item, reason="Out of scope", by=project.created_by, now=now())

    assert (item.state, item.triage, item.triage_reason) == ("dropped", "declined", "Out of scope")
    assert Event.objects.get(type="item.declined").data["reason"] == "Out of scope"


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_what_is_no_request_is_neither_accepted_nor_declined(project, answer):
    make_item(project)

    refused = Api(project.created_by).post(
        f"projects/FRD/items/1/{answer}", {"reason": "No"} if answer == "decline" else {}
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "not_requested")
    assert refused.json()["detail"] == "Item 1 is no request: nobody waits for an answer."
    assert WorkItem.objects.get().version == 1


def test_requests_by_rest(project):
    viewer, owner = Api(make_member(project, Role.VIEWER)), Api(project.created_by)

    made = viewer.post("projects/FRD/items/requests", {"title": "A map"})
    refused = viewer.post("projects/FRD/items/1/accept")
    viewer.post("projects/FRD/items/requests", {"title": "A table"})
    owner.post("projects/FRD/items/1/accept")
    owner.post("projects/FRD/items/2/decline", {"reason": "No"})

    assert (made.json()["triage"], refused.status_code) == ("waiting", 403)
    assert [(i["triage"], i["state"]) for i in owner.get("projects/FRD/items").json()["results"]] == [
        ("declined", "dropped"),
        ("accepted", "backlog"),
    ]


# --- views and templates ---------------------------------------------------------------------------------------------


def test_saved_views_are_ones_own_unless_shared(project):
    viewer = make_member(project, Role.VIEWER)
    mine = Api(viewer)
    theirs = Api(project.created_by)

    mine.post("projects/FRD/item-views", {"name": "Mine", "query": "assignee=me"})
    mine.post("projects/FRD/item-views", {"name": "Mine", "query": "assignee=none"})
    refused = mine.post("projects/FRD/item-views", {"name": "Ours", "is_shared": True})
    shared = theirs.post("projects/FRD/item-views", {"name": "Blocked", "query": "blocked=yes", "is_shared": True})

    assert refused.status_code == 403
    assert [one["name"] for one in theirs.get("projects/FRD/item-views").json()["results"]] == ["Blocked"]
    assert [(v["name"], v["query"]) for v in mine.get("projects/FRD/item-views").json()["results"]] == [
        ("Blocked", "blocked=yes"),
        ("Mine", "assignee=none"),
    ]
    assert mine("delete", f"projects/FRD/item-views/{shared.json()['id']}").status_code == 403
    assert theirs("delete", f"projects/FRD/item-views/{SavedView.objects.get(name='Mine').pk}").status_code == 404
    assert theirs("delete", f"projects/FRD/item-views/{shared.json()['id']}").status_code == 204


def test_a_title_that_is_given_counts_before_the_templates(project, api):
    values = {"title": "Spike: ", "kind": "spike"}
    made = api.post("projects/FRD/item-templates", {"name": "Spike", "values": values}).json()

    assert api.post(f"projects/FRD/item-templates/{made['id']}", {"title": "Try it"}).json()["title"] == "Try it"


def test_templates_begin_an_item(project, api):
    values = {"kind": "spike", "labels": ["recall"], "estimates": {"data_science": 3}, "time_box_days": 10}

    made = api.post("projects/FRD/item-templates", {"name": "Spike", "values": values}).json()
    wrong = api.post("projects/FRD/item-templates", {"name": "Bad", "values": {"kind": "moon"}})
    item = api.post(f"projects/FRD/item-templates/{made['id']}", {"title": "Try it"}).json()

    assert (item["kind"], item["labels"], item["points"]) == ("spike", ["recall"], 3)
    assert wrong.status_code == 422
    assert api("delete", f"projects/FRD/item-templates/{made['id']}").status_code == 204
    assert not ItemTemplate.objects.exists()


def test_templates_are_revised_by_who_read_the_version_that_stands(project, api):
    made = api.post("projects/FRD/item-templates", {"name": "Spike", "values": {"kind": "spike"}})
    place = f"projects/FRD/item-templates/{made.json()['id']}"

    revised = api.patch(place, {"values": {"kind": "spike", "points": 3}}, If_Match=made["ETag"])
    stale = api.patch(place, {"name": "Mine"}, If_Match=made["ETag"])
    over = api.post("projects/FRD/item-templates", {"name": "Spike", "values": {}}, If_Match=made["ETag"])
    renamed = api.patch(place, {"name": "Probe"})

    assert (revised.json()["version"], revised["ETag"]) == (2, '"2"')
    assert [(one.status_code, one.json()["code"]) for one in (stale, over)] == [(412, "stale")] * 2
    assert renamed.json() == {
        "id": made.json()["id"],
        "version": 3,
        "name": "Probe",
        "values": {"kind": "spike", "points": 3},
    }
    assert Api(make_member(project, Role.VIEWER)).patch(place, {"name": "X"}).status_code == 403
    assert Api(make_member(make_project(key="OTH"), Role.OWNER)).patch(place, {"name": "X"}).status_code == 404


# --- comments --------------------------------------------------------------------------------------------------------


def comment(item, by, visibility=Visibility.EVERYONE, text="So"):
    return operations.add_comment(talk=TALK, on=item, text=text, visibility=visibility, by=by, now=now())


def test_comments_to_the_team_are_not_for_stakeholders(project):
    item, sponsor = make_item(project), make_member(project, Role.SPONSOR)
    comment(item, project.created_by, Visibility.TEAM, "Among us")
    comment(item, sponsor, text="To all")

    seen = [one["text"] for one in Api(sponsor).get("projects/FRD/items/1/comments").json()["results"]]

    assert seen == ["To all"]
    assert queries.comments_on(ItemComment, item, project.created_by).count() == 2
    with pytest.raises(NotAllowed, match="comment to everyone"):
        comment(item, sponsor, Visibility.TEAM)


def test_change_and_delete_a_comment_only_ones_own(project):
    item, other = make_item(project), make_member(project, Role.ENGINEER)
    mine = comment(item, project.created_by)

    with pytest.raises(NotAllowed):
        operations.change_comment(talk=TALK, comment=mine, text="Else", by=other, now=now())
    with pytest.raises(Invalid):
        operations.change_comment(talk=TALK, comment=mine, text=" ", by=project.created_by, now=now())
    operations.change_comment(talk=TALK, comment=mine, text="Else", by=project.created_by, now=now())
    operations.delete_comment(talk=TALK, comment=mine, by=project.created_by)

    assert not ItemComment.objects.exists()
    steps = [event.data["step"] for event in Event.objects.filter(type="item.commented").order_by("seq")]
    assert steps == ["added", "changed", "deleted"]
    with pytest.raises(NotFound):
        operations.delete_comment(talk=TALK, comment=mine, by=project.created_by)


# --- files -----------------------------------------------------------------------------------------------------------


def test_export_is_exactly_what_is_found(project, api):
    operations.define_field(project=project, name="Area", type="text", by=project.created_by)
    make_item(project, title="=1+1", more={"labels": ["a", "b"], "custom": {"area": "Cards"}})
    make_item(project, title="Other")

    text = api.get("projects/FRD/items/export?label=a").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    plain = api.get("projects/FRD/items/export?as=json&sort=title").json()

    assert [(row["key"], row["title"], row["labels"], row["f.area"]) for row in rows] == [
        ("FRD-1", "'=1+1", "a; b", "Cards")
    ]
    assert [row["title"] for row in plain] == ["=1+1", "Other"]
    assert api.get("projects/FRD/items/export?as=xml").status_code == 422
    assert api.get("projects/FRD/items/export?colour=1").status_code == 400


def test_what_has_no_points_is_last_either_way(project, api):
    for points in (None, 3, 8, None):
        make_item(project, title=str(points), points=points)

    def titles(sort):
        return [row["title"] for row in api.get(f"projects/FRD/items/export?as=json&sort={sort}").json()]

    assert titles("points") == ["3", "8", "None", "None"]
    assert titles("-points") == ["8", "3", "None", "None"]


def test_the_file_of_a_board_has_its_cards_lane_by_lane_as_they_are_ranked(project, client):
    by, sprint = project.created_by, make_sprint(project)
    status = operations.add_status(project=project, name="Validating", group="review", by=by)
    titles = ("done", "review 2", "ready", "validating", "review 1")
    items = {title: make_item(project, sprint=sprint, title=title) for title in titles}
    make_item(project, title="backlog")
    for title, state in (("done", "done"), ("review 2", "review"), ("validating", status.key)):
        operations.move_item(item=items[title], state=state, by=by, now=now())
    operations.move_item(item=items["review 1"], state="review", before=items["review 2"], by=by, now=now())
    client.force_login(by)

    page = client.get("/p/FRD/board/all/?layout=board&sort=-points")
    address = re.search('href="([^"]*as=csv)"', page.content.decode())[1].replace("&amp;", "&")
    rows = list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))

    shown = [card["title"] for lane in page.context["lanes"] for card in lane["cards"]]
    assert [row["title"] for row in rows] == shown
    assert shown[-4:] == ["review 1", "review 2", "validating", "done"]


def test_the_file_has_every_column_that_is_seen_and_what_an_item_tests(project, api):
    item = make_item(project, title="Is there signal?", sprint=make_sprint(project))
    tests = {"metric": "recall", "baseline": 0.31, "result": "refuted", "result_note": "- no"}
    operations.revise_item(item=item, values=tests, by=project.created_by, now=now())
    operations.block_item(item=item, cause="data", reason="Labels late", by=project.created_by, now=now())
    item.refresh_from_db()

    text = api.get("projects/FRD/items/export").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))

    names = ("metric", "baseline", "result", "result_note", "blocked", "block_reason", "since")
    wanted = ["recall", "0.31", "refuted", "'- no", "data", "Labels late", str(item.moved_at)]
    assert [row[name] for name in names] == wanted


def test_a_file_that_would_not_hold_all_is_refused_with_the_limit(project, api, client, monkeypatch):
    for title in "abc":
        make_item(project, title=title)
    monkeypatch.setattr("projects.itemtable.MOST_ROWS", 2)

    answer = api.get("projects/FRD/items/export")

    assert (answer.status_code, answer.json()["code"]) == (422, "too_many")
    assert "A file has 2 items at most, and more were found" in answer.json()["detail"]
    assert len(api.get("projects/FRD/items/export?q=a&as=json").json()) == 1
    client.force_login(project.created_by)
    page = client.get("/p/FRD/board/all/export/?as=csv")
    assert page.status_code == 422
    assert "A file has 2 items at most" in page.content.decode()


def test_export_costs_the_same_for_one_and_three(project, api):
    make_item(project, assignee=project.created_by)
    api.get("projects/FRD/items/export")
    with CaptureQueriesContext(connection) as one:
        api.get("projects/FRD/items/export")
    for _ in range(2):
        make_item(project, sprint=None, assignee=make_member(project, Role.ENGINEER))
    with CaptureQueriesContext(connection) as three:
        api.get("projects/FRD/items/export")

    assert len(one) == len(three)
