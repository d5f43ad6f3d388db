"""Sprints and cards."""

import itertools
import random
import threading
from datetime import timedelta

import pytest
from django.db import connection

from core import ledger
from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event, Stream
from projects import operations, queries
from projects.enums import LANES, ItemState, SprintState
from projects.models import Sprint, WorkItem
from projects.operations.ranks import GAP
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_item, make_sprint

pytestmark = pytest.mark.django_db


def lane(sprint, state=ItemState.READY):
    return [item.number for item in queries.cards(sprint) if item.state == state]


def move(item, state=ItemState.READY, before=None, by=None, expected_version=None):
    return operations.move_item(
        item=item,
        state=state,
        before=before,
        by=by or item.project.created_by,
        now=now(),
        expected_version=expected_version,
    )


def test_plan_sprint_numbers_on():
    project = make_project()

    numbers = [make_sprint(project, started=False).number for _ in range(2)]

    assert numbers == [1, 2]


@pytest.mark.parametrize("days", [-1, 61])
def test_plan_sprint_bad_dates_refused(days):
    project, today = make_project(), now().date()

    with pytest.raises(Invalid) as refusal:
        operations.plan_sprint(
            project=project,
            goal="X",
            start_date=today,
            end_date=today + timedelta(days=days),
            by=project.created_by,
            now=now(),
        )

    assert refusal.value.errors[0].field == "end_date"
    assert not Sprint.objects.exists()


def test_plan_sprint_by_a_viewer_refused():
    project, today = make_project(), now().date()

    with pytest.raises(NotAllowed):
        operations.plan_sprint(
            project=project,
            goal="X",
            start_date=today,
            end_date=today,
            by=make_member(project, Role.VIEWER),
            now=now(),
        )


def test_start_sprint_while_another_is_active_refused():
    project = make_project()
    make_sprint(project)
    second = make_sprint(project, started=False)

    with pytest.raises(Conflict, match="Sprint 1 is still active"):
        operations.start_sprint(sprint=second, by=project.created_by, now=now())

    second.refresh_from_db()
    assert second.state == SprintState.PLANNED


def test_close_sprint_carries_what_is_open_to_the_next():
    project = make_project()
    first, second = make_sprint(project), make_sprint(project, started=False)
    items = [make_item(project, sprint=first) for _ in range(4)]
    move(items[0], ItemState.DONE)
    move(items[1], ItemState.DROPPED)
    move(items[2], ItemState.REVIEW)

    operations.close_sprint(sprint=first, carry_to=second, by=project.created_by, now=now())

    assert (lane(first, ItemState.DONE), lane(first, ItemState.DROPPED)) == ([1], [2])
    assert (lane(second, ItemState.REVIEW), lane(second)) == ([3], [4])
    data = Event.objects.get(type="sprint.closed").data
    assert (data["done"], data["carried"], data["carried_to"]) == ([1], [3, 4], 2)


def test_close_sprint_back_to_the_backlog_makes_ready():
    project = make_project()
    sprint = make_sprint(project)
    move(make_item(project, sprint=sprint), ItemState.IN_PROGRESS)

    operations.close_sprint(sprint=sprint, by=project.created_by, now=now())

    assert [(item.number, item.state) for item in queries.backlog(project)] == [(1, ItemState.READY)]


def test_close_sprint_into_another_projects_refused():
    project = make_project()
    sprint, foreign = make_sprint(project), make_sprint(make_project(), started=False)

    with pytest.raises(Invalid, match="not a planned sprint"):
        operations.close_sprint(sprint=sprint, carry_to=foreign, by=project.created_by, now=now())

    sprint.refresh_from_db()
    assert sprint.state == SprintState.ACTIVE


def test_close_sprint_twice_refused():
    project = make_project()
    sprint = make_sprint(project)
    operations.close_sprint(sprint=sprint, by=project.created_by, now=now())

    with pytest.raises(Conflict, match="it is closed"):
        operations.close_sprint(sprint=sprint, by=project.created_by, now=now())


def test_add_item_goes_to_the_foot():
    project = make_project()
    sprint = make_sprint(project)
    for title in "abc":
        make_item(project, sprint=sprint, title=title)

    assert lane(sprint) == [1, 2, 3]
    assert WorkItem.objects.get(number=3).rank == 3 * GAP


@pytest.mark.parametrize(
    ("values", "field"),
    [({"title": ""}, "title"), ({"points": -1}, "points"), ({"points": 101}, "points"), ({"kind": "wish"}, "kind")],
)
def test_add_item_bad_value_refused_and_no_number_used(values, field):
    project = make_project()

    with pytest.raises(Invalid) as refusal:
        make_item(project, **values)

    assert [one.field for one in refusal.value.errors] == [field]
    assert make_item(project).number == 1


def test_add_item_foreign_sprint_or_assignee_refused():
    project = make_project()

    with pytest.raises(Invalid, match="not a sprint of this project"):
        make_item(project, sprint=make_sprint(make_project()))
    with pytest.raises(Invalid, match="is not in the project"):
        make_item(project, assignee=make_user())


def test_revise_item_into_a_sprint_and_back():
    project = make_project()
    sprint, item = make_sprint(project), make_item(project)

    operations.revise_item(item=item, values={"sprint": sprint}, by=project.created_by)
    move(item, ItemState.DONE)
    back = operations.revise_item(item=item, values={"sprint": None}, by=project.created_by)

    assert (back.sprint, back.state) == (None, ItemState.READY)


def test_revise_item_of_a_closed_sprint_refused():
    project = make_project()
    sprint = make_sprint(project)
    item = make_item(project, sprint=sprint)
    move(item, ItemState.DONE)
    Sprint.objects.filter(pk=sprint.pk).update(state=SprintState.CLOSED)  # before there were reviews that are frozen

    with pytest.raises(Conflict, match="its items are its record"):
        operations.revise_item(item=item, values={"title": "Other"}, by=project.created_by)


def test_move_item_between_lanes_and_within():
    project = make_project()
    sprint = make_sprint(project)
    a, b, c = (make_item(project, sprint=sprint, title=title) for title in "abc")

    move(c, before=a)
    assert lane(sprint) == [3, 1, 2]
    move(a, ItemState.REVIEW)
    move(b, ItemState.REVIEW, before=a)

    assert (lane(sprint), lane(sprint, ItemState.REVIEW)) == ([3], [2, 1])


def test_move_item_by_a_viewer_refused():
    project = make_project()
    item = make_item(project, sprint=make_sprint(project))

    with pytest.raises(NotAllowed):
        move(item, ItemState.DONE, by=make_member(project, Role.VIEWER))

    item.refresh_from_db()
    assert item.state == ItemState.READY


def test_move_item_unknown_lane_or_neighbour_refused():
    project = make_project()
    sprint = make_sprint(project)
    item, elsewhere = make_item(project, sprint=sprint), make_item(project)

    with pytest.raises(Invalid, match="State is one of"):
        move(item, "limbo")
    with pytest.raises(Invalid, match="not in that lane"):
        move(item, ItemState.READY, before=elsewhere)
    with pytest.raises(Conflict, match="In the backlog"):
        move(elsewhere, ItemState.DONE)


def test_move_item_stale_version_refused():
    project = make_project()
    item = make_item(project, sprint=make_sprint(project))
    move(item, ItemState.REVIEW, expected_version=1)

    with pytest.raises(PreconditionFailed):
        move(item, ItemState.DONE, expected_version=1)

    item.refresh_from_db()
    assert item.state == ItemState.REVIEW


def test_move_item_when_no_room_is_left_spaces_the_lane_again():
    project = make_project()
    sprint = make_sprint(project)
    a, b, c = (make_item(project, sprint=sprint, title=title) for title in "abc")

    for turn in range(60):  # each halves the gap above b
        move(a if turn % 2 else c, before=b)
        assert lane(sprint).index(2) == 2

    ranks = sorted(WorkItem.objects.values_list("rank", flat=True))
    assert min(y - x for x, y in itertools.pairwise(ranks)) > 0


@pytest.mark.django_db(transaction=True)
def test_move_item_by_many_at_once_loses_no_card_and_no_event():
    project = make_project()
    sprint = make_sprint(project)
    items = [make_item(project, sprint=sprint) for _ in range(6)]
    failures = []

    def shuffle(seed):
        chance = random.Random(seed)
        try:
            for _ in range(8):
                item, state = chance.choice(items), chance.choice(LANES)
                above = WorkItem.objects.filter(sprint=sprint, state=state).exclude(pk=item.pk).first()
                try:
                    move(item, state, before=above if chance.random() < 0.5 else None)
                except Invalid as exc:  # the neighbour was moved away meanwhile
                    if exc.code != "not_in_lane":
                        raise
        except Exception as exc:
            failures.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=shuffle, args=[seed]) for seed in range(5)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert failures == []
    assert WorkItem.objects.filter(sprint=sprint).count() == 6
    places = list(WorkItem.objects.filter(sprint=sprint).values_list("state", "rank"))
    assert len(set(places)) == 6
    assert ledger.verify(Stream.objects.get(pk=project.pk)).is_intact


@pytest.mark.django_db(transaction=True)
def test_move_item_of_two_with_the_same_version_one_wins():
    project = make_project()
    item = make_item(project, sprint=make_sprint(project))
    start, outcomes = threading.Barrier(2), []

    def take(state):
        start.wait()
        try:
            move(item, state, expected_version=1)
            outcomes.append("won")
        except PreconditionFailed:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[state]) for state in (ItemState.REVIEW, ItemState.DONE)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(outcomes) == ["refused", "won"]


@pytest.mark.django_db(transaction=True)
def test_add_item_by_many_at_once_numbers_each_once():
    project = make_project()

    def add():
        make_item(project)
        connection.close()

    threads = [threading.Thread(target=add) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(WorkItem.objects.values_list("number", flat=True)) == list(range(1, 9))
