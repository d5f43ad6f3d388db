"""The menus of an item by one key: what can be chosen, what is, and that it can be undone."""

import pytest

from core.models import Event
from projects import operations, queries
from projects.models import WorkItem
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.projects.factories import make_item, make_sprint

pytestmark = pytest.mark.django_db

URL = "/p/FRD/board/items/1/menus/"


@pytest.fixture
def project():
    return make_project(key="FRD")


@pytest.fixture
def owner(client, project):
    client.force_login(project.created_by)
    return client


def options(client, name):
    answer = client.get(URL, {"for": name}).json()
    return [one["value"] for one in answer["options"]], [one["value"] for one in answer["options"] if one["here"]]


def choose(client, name, value, **more):
    return client.post(URL, {"for": name, "value": value} | more, HTTP_ACCEPT="application/json")


def test_status_offers_what_the_item_can_become(owner, project):
    item = make_item(project)
    assert options(owner, "status") == (["backlog", "ready", "dropped"], ["ready"])

    operations.revise_item(item=item, values={"sprint": make_sprint(project)}, by=project.created_by, now=now())

    assert options(owner, "status") == (["ready", "in_progress", "review", "done", "dropped"], ["ready"])


@pytest.mark.parametrize(
    ("name", "value", "said", "undo"),
    [
        ("status", "review", "Review", "ready"),
        ("priority", "3", "High", "0"),
        ("sprint", "", "Backlog", "1"),
        ("labels", "recall", "recall", "recall"),
        ("labels", "data", "not data", "data"),
    ],
)
def test_a_choice_takes_effect_and_can_be_undone(owner, project, name, value, said, undo):
    make_item(project, sprint=make_sprint(project), more={"labels": ["data"]})
    before = options(owner, name)[1]

    done = choose(owner, name, value, version="1").json()

    assert (done["version"], done["said"], done["undo"]) == (2, said, undo)
    assert options(owner, name)[1] != before
    assert choose(owner, name, done["undo"], version="2").status_code == 200
    assert options(owner, name)[1] == before


def test_an_undone_status_is_back_at_its_place(owner, project):
    sprint = make_sprint(project)
    moved, below, last = (make_item(project, sprint=sprint, title=title) for title in ("Moved", "Below", "Last"))

    done = choose(owner, "status", "review", version="1").json()
    assert (done["undo"], done["below"]) == ("ready", "2,3")
    operations.move_item(item=below, state="done", by=project.created_by, now=now())
    added = make_item(project, sprint=sprint, title="Added")
    back = choose(owner, "status", "ready", version="2", below=done["below"])

    assert back.status_code == 200
    assert list(queries.cards(sprint).filter(state="ready")) == [moved, last, added]


def test_an_undone_status_of_the_last_in_its_lane_is_back_at_the_foot(owner, project):
    sprint = make_sprint(project)
    moved = make_item(project, sprint=sprint)
    done = choose(owner, "status", "review", version="1").json()

    choose(owner, "status", "ready", below=done["below"])

    assert (done["below"], list(queries.cards(sprint).filter(state="ready"))) == ("", [moved])
    assert choose(owner, "status", "review", below="x,²,9,,-1").status_code == 200


def test_an_undone_sprint_is_back_in_its_lane_at_its_place(owner, project):
    sprint = make_sprint(project)
    moved, below, last = (make_item(project, sprint=sprint, title=title) for title in ("Moved", "Below", "Last"))
    for item in (moved, below, last):
        operations.move_item(item=item, state="review", by=project.created_by, now=now())

    done = choose(owner, "sprint", "", version="2").json()
    assert (done["undo"], done["lane"], done["below"]) == ("1", "review", "2,3")
    assert list(queries.backlog(project)) == [moved]
    operations.move_item(item=below, state="done", by=project.created_by, now=now())
    back = choose(owner, "sprint", "1", version=done["version"], lane=done["lane"], below=done["below"])

    assert back.status_code == 200
    assert list(queries.cards(sprint).filter(state="review")) == [moved, last]


def test_an_undone_sprint_is_back_at_its_place_in_the_backlog(owner, project):
    make_sprint(project)
    items = [make_item(project, title=title) for title in ("One", "Two", "Three")]

    done = choose(owner, "sprint", "1", version="1").json()
    assert [one.title for one in queries.backlog(project)] == ["Two", "Three"]
    choose(owner, "sprint", "", version="2", lane=done["lane"], below=done["below"])

    assert list(queries.backlog(project)) == items


def test_an_undone_sprint_is_refused_with_nothing_written(owner, project, client):
    sprint = make_sprint(project)
    make_item(project, sprint=sprint)
    make_item(project, sprint=sprint)
    done = choose(owner, "sprint", "", version="1").json()
    back = {"lane": done["lane"], "below": done["below"]}
    of_items = Event.objects.filter(type__startswith="item.")
    before = of_items.count()

    assert choose(owner, "sprint", "1", version="1", **back).status_code == 412
    assert choose(owner, "sprint", "1", version="2", **back | {"lane": "limbo"}).status_code == 422
    assert choose(owner, "sprint", "1", version="2", **back | {"lane": "backlog"}).status_code == 409
    client.force_login(make_member(project, Role.VIEWER))
    assert choose(client, "sprint", "1", version="2", **back).status_code == 403

    item = queries.item(project, 1)
    assert (item.sprint, item.version, of_items.count()) == (None, 2, before)


def test_an_assignee_is_one_of_the_project(owner, project):
    make_item(project)
    other = make_member(project, Role.ENGINEER)

    assert choose(owner, "assignee", other.username).json()["said"] == str(other)
    assert choose(owner, "assignee", "nobody.here").status_code == 404
    assert WorkItem.objects.get().assignee == other


def test_what_is_wrong_stale_or_not_allowed_changes_nothing(owner, project, client):
    make_item(project)

    assert choose(owner, "priority", "9").status_code == 422
    assert choose(owner, "priority", "3", version="7").status_code == 412
    assert choose(owner, "status", "limbo").status_code == 422
    assert choose(owner, "moon", "3").status_code == 404
    client.force_login(make_member(project, Role.VIEWER))
    refused = choose(client, "priority", "3")

    assert refused.status_code == 403
    assert "you are viewer" in refused.content.decode()
    assert WorkItem.objects.get().version == 1


# --- planning -------------------------------------------------------------------------------------------------------


def plan(client, item, lane, position):
    form = {"item": item.number, "lane": lane, "position": position}
    return client.post("/p/FRD/sprints/1/plan/move/", form, HTTP_HX_REQUEST="true")


def test_a_card_that_is_planned_stays_where_it_was_dropped(owner, project):
    sprint = make_sprint(project, started=False)
    first, second = (make_item(project, sprint=sprint, title=title) for title in ("First", "Second"))
    dropped = make_item(project, title="Dropped")

    assert plan(owner, dropped, "sprint", 1).status_code == 204
    assert [one.title for one in queries.cards(sprint)] == ["First", "Dropped", "Second"]

    plan(owner, second, "backlog", 0)
    plan(owner, first, "backlog", 0)
    plan(owner, dropped, "backlog", 1)
    assert [one.title for one in queries.backlog(project)] == ["First", "Dropped", "Second"]


def test_a_card_that_was_dropped_elsewhere_is_put_back_above_what_stood_below_it(owner, project):
    sprint = make_sprint(project)
    for title in ("One", "Two", "Three", "Four"):
        make_item(project, sprint=sprint, title=title)
    there = {"item": "2", "lane": "review", "position": "0"}
    owner.post("/p/FRD/board/move/", there, HTTP_HX_REQUEST="true")
    operations.move_item(item=queries.item(project, 3), state="done", by=project.created_by, now=now())

    back = {"item": "2", "lane": "ready", "position": "1", "below": "3,4", "version": "2"}
    assert owner.post("/p/FRD/board/move/", back, HTTP_HX_REQUEST="true").status_code == 204
    assert [one.number for one in queries.cards(sprint).filter(state="ready")] == [1, 2, 4]

    owner.post("/p/FRD/board/move/", there, HTTP_HX_REQUEST="true")
    unseen = {"item": "2", "lane": "ready", "position": "1", "below": ""}  # it was the last that its lane showed
    owner.post("/p/FRD/board/move/", unseen, HTTP_HX_REQUEST="true")
    assert [one.number for one in queries.cards(sprint).filter(state="ready")] == [1, 2, 4]


def test_a_planned_card_is_put_back_to_its_place_in_the_backlog(owner, project):
    sprint = make_sprint(project, started=False)
    for title in ("One", "Two", "Three"):
        make_item(project, title=title)
    moved = queries.item(project, 2)
    plan(owner, moved, "sprint", 0)

    back = {"item": "2", "lane": "backlog", "position": "2", "below": "3"}
    owner.post(f"/p/FRD/sprints/{sprint.number}/plan/move/", back, HTTP_HX_REQUEST="true")

    assert [one.number for one in queries.backlog(project)] == [1, 2, 3]


def test_a_card_that_left_a_plan_is_put_back_to_its_lane_and_place(owner, project):
    sprint = make_sprint(project, started=False)
    cards = [make_item(project, sprint=sprint, title=title) for title in ("One", "Two", "Three")]
    for card in cards:
        operations.move_item(item=card, state="in_progress", by=project.created_by, now=now())

    left = plan(owner, cards[1], "backlog", 0)
    assert left["X-Was"] == "in_progress"
    back = {"item": "2", "lane": "sprint", "position": "1", "below": "3", "status": left["X-Was"]}
    owner.post(f"/p/FRD/sprints/{sprint.number}/plan/move/", back | {"version": left["X-Version"]})

    assert [(one.number, one.state) for one in queries.cards(sprint)] == [(n, "in_progress") for n in (1, 2, 3)]


def test_a_planned_card_goes_above_the_next_of_its_own_lane(owner, project):
    sprint = make_sprint(project, started=False)
    begun, ready = (make_item(project, sprint=sprint, title=title) for title in ("Begun", "Ready"))
    operations.move_item(item=begun, state="in_progress", by=project.created_by, now=now())
    dropped = make_item(project, title="Dropped")

    plan(owner, dropped, "sprint", 0)

    assert [one.title for one in queries.cards(sprint)] == ["Begun", "Dropped", "Ready"]
    assert ready.state == "ready"


# --- tracks ---------------------------------------------------------------------------------------------------------


def board(client, **query):
    return client.get("/p/FRD/board/", query)


def test_a_board_by_track_has_each_card_once_in_its_own(owner, project):
    sprint = make_sprint(project)
    for kind in ("experiment", "task", "risk"):
        make_item(project, sprint=sprint, title=f"A {kind}", kind=kind)

    swims = board(owner, lanes="track").context["swims"]

    found = {swim["name"]: [card["title"] for lane in swim["lanes"] for card in lane["cards"]] for swim in swims}
    assert found == {"Research": ["A experiment"], "Engineering": ["A task"], "Risk": ["A risk"]}
    assert [swim["key"] for swim in board(owner).context["swims"]] == [""]


def test_a_card_dropped_in_a_track_goes_above_the_next_card_of_it(owner, project):
    sprint = make_sprint(project)
    for number, kind in enumerate(("task", "spike", "task", "spike", "task")):
        make_item(project, sprint=sprint, title=str(number), kind=kind)
    form = {"item": "5", "lane": "ready", "position": "1", "swim": "engineering"}

    owner.post("/p/FRD/board/move/", form, HTTP_HX_REQUEST="true")

    assert [one.title for one in queries.cards(sprint)] == ["0", "1", "4", "2", "3"]


def test_cards_say_how_long_they_wait_and_what_they_are_about(owner, project):
    sprint = make_sprint(project)
    item = make_item(project, sprint=sprint, kind="approval", more={"estimates": {"engineering": 2, "product": 1}})
    operations.link_item(item=item, kind="gate", target="scope", by=project.created_by, now=now())
    WorkItem.objects.update(moved_at=now() - (now() - now().replace(year=now().year - 1)))

    page = board(owner)

    (card,) = [card for swim in page.context["swims"] for lane in swim["lanes"] for card in lane["cards"]]
    assert (card["dots"], card["split"], [fact.text for fact in card["facts"]]) == (
        "•••••",
        "P1 E2",
        ["Scope gate open"],
    )
    assert "Scope gate open" in page.content.decode()
