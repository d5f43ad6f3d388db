"""Work items: estimates, statuses, fields, what blocks them and what they are about."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.errors import Conflict, Invalid, NotAllowed, NotFound, PreconditionFailed
from core.models import Event
from projects import operations, queries
from projects.enums import ItemKind, ItemState, Priority
from projects.models import ItemBlock, ItemField, ItemLink, ItemStatus, WorkItem
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.projects.factories import make_item, make_risk, make_sprint
from tests.projects.test_api import Api

pytestmark = pytest.mark.django_db


def revise(item, *, by=None, **values):
    return operations.revise_item(item=item, values=values, by=by or item.project.created_by, now=now())


def move(item, state, *, by=None):
    return operations.move_item(item=item, state=state, by=by or item.project.created_by, now=now())


def last(event_type):
    return Event.objects.filter(type=event_type).order_by("-seq").first().data


# --- values ----------------------------------------------------------------------------------------------------------


def test_add_item_points_are_the_sum_of_the_estimates():
    project = make_project()

    item = make_item(project, more={"estimates": {"engineering": 3, "validation": 2}})

    assert (item.points, item.estimates) == (5, {"engineering": 3, "validation": 2})
    assert last("item.added")["estimates"] == {"engineering": 3, "validation": 2}


def test_revise_item_estimates_merge_and_none_takes_away():
    item = make_item(make_project(), more={"estimates": {"engineering": 3, "validation": 2}})

    item = revise(item, estimates={"product": 1, "validation": None})

    assert (item.points, item.estimates) == (4, {"product": 1, "engineering": 3})
    assert revise(item, estimates={"product": None, "engineering": None}).estimates == {}


def test_revise_item_points_that_are_not_the_sum_refused():
    item = make_item(make_project(), more={"estimates": {"engineering": 3}})

    with pytest.raises(Invalid, match="the sum of the estimates, 3: got 8"):
        revise(item, points=8)

    assert WorkItem.objects.get().points == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkItem.objects.update(points=8)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"estimates": {"cooking": 1}}, "estimates.cooking"),
        ({"estimates": {"product": 101}}, "estimates.product"),
        ({"priority": 5}, "priority"),
        ({"labels": ["a,b"]}, "labels"),
        ({"labels": ["x"] * 21}, "labels"),
        ({"time_box_days": 0}, "time_box_days"),
        ({"result": "maybe"}, "result"),
        ({"baseline": float("nan")}, "baseline"),
        ({"custom": {"cost": 1}}, "custom.cost"),
        ({"colour": 1}, "colour"),
    ],
)
def test_add_item_bad_further_value_refused(more, field):
    project = make_project()

    with pytest.raises(Invalid) as refusal:
        make_item(project, more=more)

    assert [one.field for one in refusal.value.errors] == [field]
    assert not WorkItem.objects.exists()


def test_item_keeps_what_an_experiment_is():
    item = make_item(
        make_project(),
        kind=ItemKind.SPIKE,
        more={
            "priority": Priority.HIGH,
            "labels": ["Beta", "alpha", "beta"],
            "hypothesis": "Merchant history lifts recall.",
            "time_box_days": 10,
            "metric": "recall",
            "baseline": 0.61,
        },
    )
    item = revise(item, result="refuted", result_note="No lift in four runs.")

    assert (item.labels, item.time_box_days, item.result) == (["alpha", "beta"], 10, "refuted")
    assert last("item.revised")["result"] == "refuted"


# --- parents ---------------------------------------------------------------------------------------------------------


def test_revise_item_parent_in_a_circle_refused():
    project = make_project()
    a, b, c = (make_item(project, title=title) for title in "abc")
    revise(b, parent=a)
    revise(c, parent=b)

    for item, parent in ((a, c), (a, a), (b, c)):
        with pytest.raises(Invalid) as refusal:
            revise(item, parent=parent)
        assert refusal.value.code == "circle"

    assert list(WorkItem.objects.order_by("number").values_list("parent__number", flat=True)) == [None, 1, 2]


def test_revise_item_foreign_parent_refused():
    with pytest.raises(Invalid, match="There is no item"):
        revise(make_item(make_project()), parent=make_item(make_project()))


# --- blocks ----------------------------------------------------------------------------------------------------------


def test_block_item_has_a_cause_until_it_is_unblocked():
    project = make_project()
    item = make_item(project, sprint=make_sprint(project))

    item = operations.block_item(
        item=item, cause="data", reason="Labels come on Friday", by=project.created_by, now=now()
    )
    said = last("item.blocked")
    item = operations.unblock_item(item=item, by=project.created_by)

    assert (said["cause"], said["blocked"], said["sprint"], said["reason"]) == (
        "data",
        "data",
        1,
        "Labels come on Friday",
    )
    assert (item.block_cause, item.blocked_at) == ("", None)
    assert last("item.unblocked")["was_blocked"]["cause"] == "data"


def test_move_item_to_done_takes_the_block_away():
    project = make_project()
    item = make_item(project, sprint=make_sprint(project))
    operations.block_item(item=item, cause="people", reason="Ill", by=project.created_by, now=now())

    move(item, ItemState.DONE)

    assert WorkItem.objects.get().blocked_at is None
    assert last("item.unblocked")["state"] == "done"


def test_block_item_refused():
    project = make_project()
    item = make_item(project, sprint=make_sprint(project))
    viewer = make_member(project, Role.VIEWER)

    with pytest.raises(NotAllowed):
        operations.block_item(item=item, cause="data", reason="x", by=viewer, now=now())
    with pytest.raises(Invalid, match="Cause is one of"):
        operations.block_item(item=item, cause="moon", reason="x", by=project.created_by, now=now())
    with pytest.raises(Conflict, match="is not blocked"):
        operations.unblock_item(item=item, by=project.created_by)
    move(item, ItemState.DONE)
    with pytest.raises(Conflict, match="is finished"):
        operations.block_item(item=item, cause="data", reason="x", by=project.created_by, now=now())

    assert not Event.objects.filter(type="item.blocked").exists()


def wait_for(item, blocker, by=None):
    return operations.add_blocker(item=item, blocker=blocker, by=by or item.project.created_by, now=now())


def test_add_blocker_and_remove():
    project = make_project()
    a, b = make_item(project), make_item(project)

    wait_for(b, a)
    wait_for(b, a)
    full = queries.item_in_full(project, b.number)

    assert [one.blocker_id for one in full.blocked_by.all()] == [a.pk]
    assert Event.objects.filter(type="item.linked").count() == 1
    operations.remove_blocker(item=b, blocker=a, by=project.created_by)
    assert not ItemBlock.objects.exists()
    with pytest.raises(NotFound, match="does not wait"):
        operations.remove_blocker(item=b, blocker=a, by=project.created_by)


def test_add_blocker_in_a_circle_or_of_another_project_refused():
    project = make_project()
    a, b, c = (make_item(project) for _ in range(3))
    wait_for(b, a)
    wait_for(c, b)

    for item, blocker in ((a, c), (a, a)):
        with pytest.raises(Invalid) as refusal:
            wait_for(item, blocker)
        assert refusal.value.code == "circle"
    with pytest.raises(Invalid, match="There is no item"):
        wait_for(a, make_item(make_project()))
    with pytest.raises(NotAllowed):
        wait_for(a, c, by=make_member(project, Role.SPONSOR))

    assert ItemBlock.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_add_blocker_by_many_at_once_closes_no_circle():
    project = make_project()
    items = [make_item(project) for _ in range(8)]
    start, refused = threading.Barrier(8), []

    def link(n):
        start.wait()
        try:
            wait_for(items[n], items[(n + 1) % 8])
        except Invalid as exc:
            refused.append(exc.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=link, args=[n]) for n in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert refused == ["circle"]
    assert ItemBlock.objects.count() == 7


# --- links -----------------------------------------------------------------------------------------------------------


def test_link_item_to_what_there_is():
    project = make_project()
    item = make_item(project)
    make_risk(project)

    for kind, target in (("risk", "1"), ("gate", "scope"), ("risk", "1")):
        operations.link_item(item=item, kind=kind, target=target, by=project.created_by, now=now())

    assert list(ItemLink.objects.values_list("kind", "target")) == [("risk", "1"), ("gate", "scope")]


@pytest.mark.parametrize(
    ("kind", "target", "field"), [("moon", "1", "kind"), ("risk", "9", "target"), ("run", "x", "target")]
)
def test_link_item_to_what_is_not_there_refused(kind, target, field):
    project = make_project()
    item = make_item(project)

    with pytest.raises(Invalid) as refusal:
        operations.link_item(item=item, kind=kind, target=target, by=project.created_by, now=now())

    assert refusal.value.errors[0].field == field
    assert WorkItem.objects.get().version == 1


def test_unlink_item_twice_refused():
    project = make_project()
    item = make_item(project)
    link = operations.link_item(item=item, kind="gate", target="scope", by=project.created_by, now=now())

    with pytest.raises(NotAllowed):
        operations.unlink_item(link=link, by=make_member(project, Role.AUDITOR))
    operations.unlink_item(link=link, by=project.created_by)
    with pytest.raises(NotFound):
        operations.unlink_item(link=link, by=project.created_by)


# --- statuses --------------------------------------------------------------------------------------------------------


def add_status(project, name="With legal", group="review", by=None, **values):
    return operations.add_status(project=project, name=name, group=group, by=by or project.created_by, **values)


def test_a_project_begins_with_a_status_a_group():
    assert [one.key for one in queries.item_statuses(make_project())] == ItemState.values


def test_move_item_into_a_status_of_the_projects_own():
    project = make_project()
    item = make_item(project, sprint=make_sprint(project))
    status = add_status(project)

    item = move(item, status.key)
    assert (item.state, item.status) == ("review", status)
    assert (last("item.moved")["status"], last("item.moved")["was_status"]) == ("with_legal", "ready")

    item = move(item, "review")
    assert (item.state, item.status) == ("review", None)


def test_status_of_another_group_is_refused_by_the_database():
    project = make_project()
    item, status = make_item(project), add_status(project)

    @transaction.atomic
    def misplace():
        WorkItem.objects.filter(pk=item.pk).update(status=status)
        connection.check_constraints()

    with pytest.raises(IntegrityError):
        misplace()


def test_add_status_refused():
    project = make_project()

    with pytest.raises(Conflict, match="is taken"):
        add_status(project, name="ready")
    with pytest.raises(Invalid, match="Group is one of"):
        add_status(project, group="limbo")
    with pytest.raises(NotAllowed):
        add_status(project, by=make_member(project, Role.VIEWER))

    assert ItemStatus.objects.filter(project=project).count() == 6


def test_revise_status_renames_and_limits():
    project = make_project()
    status = queries.item_status(project, "ready")

    revised = operations.revise_status(
        status=status, values={"name": "Next up", "wip_limit": 4}, by=project.created_by, expected_version=1
    )

    assert (revised.name, revised.wip_limit, revised.version) == ("Next up", 4, 2)
    with pytest.raises(PreconditionFailed):
        operations.revise_status(status=status, values={"name": "X"}, by=project.created_by, expected_version=1)


def test_remove_status_in_use_or_main_refused():
    project = make_project()
    status = add_status(project)
    item = move(make_item(project, sprint=make_sprint(project)), status.key)

    with pytest.raises(Conflict, match="move it first"):
        operations.remove_status(status=status, by=project.created_by)
    with pytest.raises(Conflict, match="main status"):
        operations.remove_status(status=queries.item_status(project, "ready"), by=project.created_by)
    move(item, "done")
    operations.remove_status(status=status, by=project.created_by)

    assert ItemStatus.objects.filter(project=project).count() == 6


def test_close_sprint_takes_its_items_out_of_their_statuses():
    project = make_project()
    sprint = make_sprint(project)
    move(make_item(project, sprint=sprint), add_status(project).key)

    operations.close_sprint(sprint=sprint, by=project.created_by, now=now())

    item = WorkItem.objects.get()
    assert (item.state, item.status) == ("ready", None)


def test_backlog_is_one_lane_of_what_waits_and_what_is_ready():
    project = make_project()
    a, b, c = (make_item(project, title=title) for title in "abc")

    move(b, "backlog")
    operations.move_item(item=c, state="ready", before=a, by=project.created_by, now=now())
    move(a, "dropped")

    assert [item.number for item in queries.backlog(project)] == [3, 2]
    with pytest.raises(Conflict, match="In the backlog"):
        move(b, "review")
    item = revise(b, sprint=make_sprint(project))
    assert item.state == "ready"
    with pytest.raises(Conflict, match="at least ready"):
        move(item, "backlog")


# --- fields ----------------------------------------------------------------------------------------------------------


def define(project, name="Data owner", type="text", choices=None, by=None):
    return operations.define_field(project=project, name=name, type=type, choices=choices, by=by or project.created_by)


def test_custom_values_are_kept_by_their_type():
    project = make_project()
    for name, type, choices in (
        ("Owner", "text", None),
        ("Cost", "number", None),
        ("Due", "date", None),
        ("Area", "choice", ["Cards", "Loans"]),
    ):
        define(project, name, type, choices)

    item = make_item(project, more={"custom": {"owner": " Risk ", "cost": 3, "due": "2026-05-01", "area": "Loans"}})
    item = revise(item, custom={"cost": None, "area": "Cards"})

    assert item.custom == {"owner": "Risk", "due": "2026-05-01", "area": "Cards"}


@pytest.mark.parametrize("custom", [{"cost": "x"}, {"due": "soon"}, {"area": "Moon"}, {"none": 1}])
def test_custom_value_of_the_wrong_type_refused(custom):
    project = make_project()
    define(project, "Cost", "number")
    define(project, "Due", "date")
    define(project, "Area", "choice", ["Cards"])

    with pytest.raises(Invalid) as refusal:
        make_item(project, more={"custom": custom})

    assert refusal.value.errors[0].field == f"custom.{next(iter(custom))}"


def test_define_field_refused():
    project = make_project()
    define(project)

    with pytest.raises(Conflict, match="is taken"):
        define(project, "data OWNER")
    with pytest.raises(Invalid, match="needs choices"):
        define(project, "Area", "choice")
    with pytest.raises(Invalid, match="has no choices"):
        define(project, "Area", "text", ["x"])
    with pytest.raises(NotAllowed):
        define(project, "Area", by=make_member(project, Role.VIEWER))

    assert ItemField.objects.count() == 1


def test_revise_field_and_remove_it():
    project = make_project()
    field = define(project, "Area", "choice", ["Cards"])

    field = operations.revise_field(field=field, values={"choices": ["Cards", "Loans"]}, by=project.created_by)
    operations.remove_field(field=field, by=project.created_by)

    assert (field.choices, field.key, ItemField.objects.count()) == (["Cards", "Loans"], "area", 0)


# --- REST ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def project():
    return make_project(key="FRD")


@pytest.fixture
def api(project):
    return Api(project.created_by)


def test_item_walk_by_rest(api, project):
    make_sprint(project)
    api.post("projects/FRD/item-fields", {"name": "Area", "type": "choice", "choices": ["Cards"]})
    api.post("projects/FRD/statuses", {"name": "With legal", "group": "review", "wip_limit": 2})
    body = {"title": "A", "kind": "experiment", "sprint": 1, "priority": "high", "labels": ["recall"]}
    made = api.post("projects/FRD/items", body | {"estimates": {"data_science": 5}, "custom": {"area": "Cards"}})
    api.post("projects/FRD/items", {"title": "B", "parent": 1})

    api.post("projects/FRD/items/1/blockers", {"item": 2})
    api.post("projects/FRD/items/1/links", {"kind": "gate", "target": "scope"})
    blocked = api.post("projects/FRD/items/1/block", {"cause": "data", "reason": "Late"}).json()
    moved = api.post("projects/FRD/items/1/move", {"state": "with_legal"}).json()

    assert made.status_code == 201, made.content
    assert made.json()["points"] == 5
    assert (blocked["blocked"]["cause"], [one["number"] for one in blocked["blocked_by"]]) == ("data", [2])
    assert (moved["state"], moved["status"]) == ("review", {"key": "with_legal", "name": "With legal"})
    assert (moved["custom"], moved["priority"], moved["links"][0]["kind"]) == ({"area": "Cards"}, "high", "gate")
    assert api.get("projects/FRD/items/2").json()["parent"]["number"] == 1
    assert api("delete", f"projects/FRD/items/1/links/{moved['links'][0]['id']}").status_code == 204
    assert api("delete", "projects/FRD/items/1/blockers/2").status_code == 204
    assert api.post("projects/FRD/items/1/unblock").json()["blocked"] is None
    assert [one["key"] for one in api.get("projects/FRD/statuses").json()["results"]].index("with_legal") == 4


def test_statuses_and_fields_change_by_rest(api, project):
    api.post("projects/FRD/item-fields", {"name": "Area", "type": "text"})

    renamed = api.patch("projects/FRD/statuses/ready", {"name": "Next"}, If_Match='"1"')
    stale = api.patch("projects/FRD/statuses/ready", {"name": "Later"}, If_Match='"1"')
    field = api.patch("projects/FRD/item-fields/area", {"name": "Region"})

    assert (renamed.json()["name"], stale.status_code, field.json()["name"]) == ("Next", 412, "Region")
    assert api("delete", "projects/FRD/statuses/ready").status_code == 409
    assert api("delete", "projects/FRD/item-fields/area").status_code == 204
    assert api.get("projects/FRD/item-fields").json()["results"] == []


def test_items_in_full_cost_the_same_for_one_and_three(api, project):
    def add():
        a, b = make_item(project), make_item(project, more={"labels": ["x"]})
        wait_for(a, b)
        operations.link_item(item=a, kind="gate", target="scope", by=project.created_by, now=now())

    add()
    api.get("projects/FRD/items")
    with CaptureQueriesContext(connection) as one:
        api.get("projects/FRD/items")
    add()
    add()
    with CaptureQueriesContext(connection) as three:
        api.get("projects/FRD/items")

    assert len(one) == len(three)
