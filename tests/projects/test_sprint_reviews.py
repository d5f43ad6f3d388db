"""The sprint review: written into while it is open, frozen when the sprint closes, amended afterwards, shared."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed, NotFound, PreconditionFailed
from core.models import Event
from documents import sprint_reviews
from projects import documents, operations, queries, reviewing
from projects.enums import CardKind, Discipline, ItemKind, ItemState
from projects.models import ReviewCard, ReviewLink, ReviewVote, SprintCapacity, SprintReview
from projects.operations.review_links import MOST_OPENINGS, TooManyOpenings
from projects.roles import Role
from tests.factories import PASSWORD, make_member, make_project, make_user, now
from tests.projects.factories import make_item, make_risk, make_scope, make_sprint
from tests.projects.test_api import Api

pytestmark = pytest.mark.django_db


def move(item, state):
    return operations.move_item(item=item, state=state, by=item.project.created_by, now=now())


def add_card(sprint, text="Labels came late", kind=CardKind.TO_IMPROVE, by=None):
    return operations.add_review_card(
        sprint=sprint, kind=kind, text=text, by=by or sprint.project.created_by, now=now()
    )


def close(sprint, **given):
    return operations.close_sprint(sprint=sprint, by=sprint.project.created_by, now=now(), **given)


def review_of(sprint):
    return reviewing.review_of(sprint, now=now())


def refused(change):
    """Whether the database itself refuses it."""
    try:
        with transaction.atomic():
            change()
    except DatabaseError:
        return True
    return False


@pytest.fixture
def worked():
    """A sprint with one item done, one in progress, one dropped and one that came in later."""
    project = make_project()
    sprint = make_sprint(project, started=False)
    done, doing, dropped = (make_item(project, sprint=sprint, title=f"Item {n}", points=n) for n in (3, 5, 2))
    operations.start_sprint(sprint=sprint, by=project.created_by, now=now())
    make_item(project, sprint=sprint, title="Came later", points=1, kind=ItemKind.EXPERIMENT)
    move(move(done, ItemState.IN_PROGRESS), ItemState.DONE)
    move(doing, ItemState.IN_PROGRESS)
    move(dropped, ItemState.DROPPED)
    sprint.refresh_from_db()
    return sprint


# --- what it says -----------------------------------------------------------------------------------------------------


def test_review_counts_what_became_of_the_scope(worked):
    content = review_of(worked)

    scope = content["scope"]
    assert (scope["committed"], scope["added"], scope["removed"]) == ([1, 2, 3], [4], [])
    assert (scope["completed"], scope["dropped"], scope["open"]) == ([1], [3], [2, 4])
    assert (scope["points_committed"], scope["points_completed"]) == (10, 3)
    assert scope["predictability"]["share"] == pytest.approx(1 / 3, abs=1e-4)
    assert content["burn_up"]["scope"][-1] == 9
    assert [mark["what"] for mark in content["burn_up"]["marks"]] == ["added", "dropped"]
    assert [one["item"] for one in content["research"]["hypotheses"]] == [4]
    assert [one["item"] for one in content["engineering"]["ages"]] == [2]
    assert content["engineering"]["cycle_times"]["task"]["count"] == 1
    assert content["engineering"]["forecast"]["sprint"]["remaining"] == 2


def test_an_item_that_a_sprint_carried_over_starts_committed_in_the_next(worked):
    following = make_sprint(worked.project, started=False)
    close(worked, carry_to=following)
    operations.start_sprint(sprint=following, by=worked.project.created_by, now=now())

    scope = review_of(following)["scope"]

    assert (scope["committed"], scope["added"], scope["points_committed"]) == ([2, 4], [], 6)


def test_an_item_that_is_carried_over_twice_is_where_it_was_carried_to(worked):
    second, third = (make_sprint(worked.project, started=False) for _ in range(2))
    close(worked, carry_to=second)
    operations.start_sprint(sprint=second, by=worked.project.created_by, now=now())
    close(second, carry_to=third)

    history = queries.item_histories(worked.project_id, {2})[2]

    assert [one.sprint for one in history] == [1, 1, 2, 3]
    assert {one.phase for one in history[1:]} == {"active"}
    assert review_of(third)["scope"]["open"] == [2, 4]


def test_a_sprint_that_is_started_before_its_first_day_shows_its_scope_at_once(client):
    project, today = make_project(), now().date()
    sprint = operations.plan_sprint(
        project=project,
        goal="Scores to act on",
        start_date=today + timedelta(days=7),
        end_date=today + timedelta(days=18),
        by=project.created_by,
        now=now(),
    )
    for points in (5, 13):
        make_item(project, sprint=sprint, points=points)
    operations.start_sprint(sprint=sprint, by=project.created_by, now=now())
    client.force_login(project.created_by)

    burn = review_of(sprint)["burn_up"]
    overview = client.get(reverse("projects:overview", args=[project.key])).content.decode()

    assert (burn["days"][0], burn["done"], burn["scope"]) == (today.isoformat(), [0], [18])
    assert (len(burn["days"]), burn["target"][-1]) == (19, 18)
    assert "18 points left, 18 days" in overview
    assert "0 of 18 points done" in overview


def test_review_of_a_planned_sprint_is_empty_but_there():
    sprint = make_sprint(make_project(), started=False)
    make_item(sprint.project, sprint=sprint)

    assert review_of(sprint)["scope"]["open"] == [1]


def test_review_costs_the_same_for_one_item_and_for_three():
    def queries_with(count):
        project = make_project()
        sprint = make_sprint(project)
        for _ in range(count):
            move(make_item(project, sprint=sprint, kind=ItemKind.EXPERIMENT), ItemState.DONE)
            add_card(sprint)
        with CaptureQueriesContext(
            connection,
        ) as found:
            review_of(queries.sprint(project, 1))
        return len(found)

    assert queries_with(1) == queries_with(3)


def opened(page, id):
    """What the number with this id opens: its value, and what is listed with it."""
    number = re.search(rf'<details[^>]*id="{id}".*?</details>', page, re.DOTALL)[0]
    value = re.search(r'<span class="value">(.*?)</span>', number)[1]
    rows = re.findall(r"<li[^>]*>(.*?)</li>", number, re.DOTALL)
    return value, [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in rows]


def page_of_review(client, sprint):
    client.force_login(sprint.project.created_by)
    return client.get(reverse("projects:sprint-review", args=[sprint.project.key, sprint.number])).content.decode()


def test_each_number_of_the_scope_opens_its_items(worked, client):
    move(queries.item(worked.project, 4), ItemState.DONE)
    key = worked.project.key

    page = page_of_review(client, worked)

    assert opened(page, "share-points") == (
        "4 of 10",
        [f"{key}-1 Item 3 Task, 3 points", f"{key}-4 Came later Experiment, 1 point, not committed"],
    )
    assert opened(page, "share-predictability") == (
        "33%",
        [f"{key}-1 Item 3 completed", f"{key}-2 Item 5 not completed", f"{key}-3 Item 2 not completed"],
    )
    assert opened(page, "share-churn") == ("33%", [f"{key}-4 Came later added"])
    assert "95% interval" in page


def test_each_number_of_what_moved_opens_what_it_counts_with_its_pages(worked, client):
    risk = make_risk(worked.project)
    other = make_risk(worked.project, title="Nobody pays")

    page = page_of_review(client, worked)

    today = now().date().isoformat()
    assert opened(page, "risks-0") == ("2", [f"Nobody pays {today}", f"{risk.title} {today}"])
    assert opened(page, "risks-1")[0] == "0"
    for one in (risk, other):
        address = reverse("projects:risk", args=[worked.project.key, one.number])
        assert page.count(f'href="{address}"') == 2  # in the number, and in what happened
    assert page.count('class="stat opens"') == page.count('class="stat ') == 28


def test_a_count_names_its_newest_and_how_many_came_before(worked, client, monkeypatch):
    monkeypatch.setattr("projects.reviewing.movement.MOST_ROWS", 1)
    for title in ("First", "Second", "Third"):
        make_risk(worked.project, title=title)

    value, rows = opened(page_of_review(client, worked), "risks-0")

    assert (value, rows[0].split()[0], rows[1]) == ("3", "Third", "2 earlier ones are in the activity.")


def test_points_of_a_discipline_open_the_items_that_they_are_of(worked, client):
    revise(worked, 1, estimates={"engineering": 1, "product": 2})

    page = page_of_review(client, worked)

    flow = page[page.index("Flow efficiency") :]
    assert "2 points completed" in flow
    assert flow.count(f'href="{reverse("projects:item", args=[worked.project.key, 1])}"') == 2


def test_outside_the_numbers_open_titles_without_links(worked):
    page = shared_page(share(worked).secret).content.decode()

    assert opened(page, "set-completed") == ("1", ["Item 3 Task, 3 points"])
    assert opened(page, "share-points") == ("3 of 10", ["Item 3 Task, 3 points"])
    assert 'id="set-committed"' not in page
    assert f"/p/{worked.project.key}/" not in page


def test_work_in_progress_and_what_was_finished_are_named_by_their_titles(worked, client):
    key, elsewhere = worked.project.key, make_item(worked.project, title="Not of this sprint")
    operations.revise_item(item=elsewhere, values={"sprint": worked}, by=worked.project.created_by)
    move(queries.item(worked.project, 5), ItemState.IN_PROGRESS)
    page = " ".join(page_of_review(client, worked).split())

    assert f'<span class="mono">{key}-2</span><span class="grow">Item 5<small>Task</small></span>' in page
    assert f'<span class="mono">{key}-5</span><span class="grow">Not of this sprint<small>Task</small></span>' in page
    assert f'<span class="mono">{key}-1</span> Item 3</a> <small class="meta">Task, ' in page


# --- the verdict ------------------------------------------------------------------------------------------------------


def judge(sprint, by=None, verdict="partly", **given):
    return operations.judge_sprint(
        sprint=sprint, verdict=verdict, note="Half of it.", by=by or sprint.project.created_by, now=now(), **given
    )


def test_judge_sprint(worked):
    judge(worked)

    assert review_of(worked)["verdict"] == {"verdict": "partly", "note": "Half of it."}
    assert Event.objects.get(type="sprint_review.judged").data == {"verdict": "partly", "note": "Half of it."}


def test_judge_sprint_refused_person_moment_value_and_version(worked):
    with pytest.raises(NotAllowed):
        judge(worked, by=make_member(worked.project, Role.SPONSOR))
    with pytest.raises(Invalid):
        judge(worked, verdict="great")
    with pytest.raises(Conflict, match="has not started"):
        judge(make_sprint(worked.project, started=False))
    judge(worked)
    with pytest.raises(PreconditionFailed):
        judge(worked, expected_version=1)
    close(worked)
    with pytest.raises(Conflict, match="is closed"):
        judge(worked)

    assert Event.objects.filter(type="sprint_review.judged").count() == 1


# --- cards and votes --------------------------------------------------------------------------------------------------


def test_anybody_at_work_writes_notes_and_only_planners_decide(worked):
    sponsor, viewer = make_member(worked.project, Role.SPONSOR), make_member(worked.project, Role.VIEWER)

    assert add_card(worked, by=sponsor).number == 1
    with pytest.raises(NotAllowed):
        add_card(worked, kind=CardKind.DECISION, by=sponsor)
    with pytest.raises(NotAllowed):
        add_card(worked, by=viewer)
    with pytest.raises(Invalid):
        add_card(worked, text=" ")

    assert ReviewCard.objects.count() == 1


def test_one_vote_a_person_and_card_taken_back_once(worked):
    card, other = add_card(worked), make_member(worked.project, Role.ENGINEER)

    given = [operations.vote_for_card(card=card, by=other, now=now()) for _ in range(3)]
    found = queries.review_cards(worked, reader=other).get()
    gone = [operations.withdraw_vote(card=card, by=other) for _ in range(2)]

    assert (given, found.total, found.is_mine, gone) == ([True, False, False], 1, True, [True, False])
    assert [Event.objects.filter(type=f"review_card.{step}").count() for step in ("voted", "unvoted")] == [1, 1]
    with pytest.raises(NotAllowed):
        operations.vote_for_card(card=card, by=make_user(), now=now())


def test_the_database_refuses_a_second_vote(worked):
    card, other = add_card(worked), make_member(worked.project, Role.ENGINEER)
    operations.vote_for_card(card=card, by=other, now=now())

    assert refused(lambda: ReviewVote.objects.create(card=card, user=other, at=now()))


@pytest.mark.django_db(transaction=True)
def test_eight_votes_of_one_person_at_once_count_once():
    sprint = make_sprint(make_project())
    card, other = add_card(sprint), make_member(sprint.project, Role.ENGINEER)

    def vote():
        operations.vote_for_card(card=card, by=other, now=now())
        connection.close()

    threads = [threading.Thread(target=vote) for _ in range(8)]
    [one.start() for one in threads]
    [one.join() for one in threads]

    assert ReviewVote.objects.count() == Event.objects.filter(type="review_card.voted").count() == 1


def test_a_card_is_changed_and_removed_by_whoever_wrote_it_or_plans(worked):
    writer, other = make_member(worked.project, Role.VALIDATOR), make_member(worked.project, Role.RISK)
    card = add_card(worked, by=writer)

    revised = operations.revise_review_card(card=card, values={"text": "Labels came in time"}, by=writer)
    with pytest.raises(NotAllowed):
        operations.revise_review_card(card=card, values={"text": "No"}, by=other)
    with pytest.raises(NotAllowed):
        operations.revise_review_card(card=card, values={"kind": "decision"}, by=writer)
    with pytest.raises(PreconditionFailed):
        operations.revise_review_card(card=card, values={"text": "No"}, by=writer, expected_version=1)
    with pytest.raises(NotAllowed):
        operations.remove_review_card(card=card, by=other)
    operations.vote_for_card(card=card, by=other, now=now())
    operations.remove_review_card(card=card, by=worked.project.created_by)

    assert (revised.text, ReviewCard.objects.count(), ReviewVote.objects.count()) == ("Labels came in time", 0, 0)
    with pytest.raises(Conflict, match="removed meanwhile"):
        operations.vote_for_card(card=card, by=other, now=now())


def make_item_of(card, by=None):
    return operations.make_item_of_card(card=card, by=by or card.project.created_by, now=now())


def test_a_decision_becomes_an_item_of_the_next_sprint_once(worked):
    following = make_sprint(worked.project, started=False)
    decision = add_card(worked, "Order the labels earlier", CardKind.DECISION)

    item = make_item_of(decision)

    assert (item.title, item.sprint) == ("Order the labels earlier", following)
    with pytest.raises(Conflict, match="has become item 5"):
        make_item_of(decision)
    with pytest.raises(Conflict, match="has become item 5"):
        operations.remove_review_card(card=decision, by=worked.project.created_by)
    with pytest.raises(Conflict, match="Only a decision"):
        make_item_of(add_card(worked))
    with pytest.raises(NotAllowed):
        make_item_of(add_card(worked, kind=CardKind.ACTION), by=make_member(worked.project, Role.SPONSOR))


def test_without_a_planned_sprint_it_waits_in_the_backlog(worked):
    assert make_item_of(add_card(worked, kind=CardKind.ACTION)).sprint is None


# --- frozen, and amended ----------------------------------------------------------------------------------------------


def test_closing_freezes_the_snapshot_under_its_digest_and_the_log_has_it(worked):
    before = review_of(worked)

    close(worked)

    review = SprintReview.objects.get()
    assert (
        review.digest == documents.digest_of(review.snapshot) == Event.objects.get(type="sprint.closed").data["digest"]
    )
    assert review.snapshot["scope"] == before["scope"]
    assert review_of(worked) == review.snapshot


def test_after_closing_an_edit_leaves_the_snapshot_and_is_listed_as_amendment(worked):
    judge(worked)
    close(worked)
    kept = SprintReview.objects.get()
    item, corrector = queries.item(worked.project, 1), make_member(worked.project, Role.DATA_SCIENTIST)

    assert reviewing.amendments(kept) == []
    operations.revise_item(item=item, values={"title": "Another name", "points": 8}, by=corrector)
    move(queries.item(worked.project, 1), ItemState.IN_PROGRESS)

    now_kept = SprintReview.objects.get()
    assert (now_kept.snapshot, now_kept.digest) == (kept.snapshot, kept.digest)
    found = reviewing.amendments(now_kept)
    assert [(one.number, one.field, one.before, one.after) for one in found] == [
        (1, "title", "Item 3", "Another name"),
        (1, "points", 3, 8),
        (1, "state", "done", "in_progress"),
    ]
    assert [one.by for one in found] == [str(corrector), str(corrector), str(worked.project.created_by)]


def test_a_correction_on_the_page_of_an_item_leaves_it_in_its_closed_sprint(worked):
    close(worked)
    client, item = Client(), queries.item(worked.project, 1)
    client.login(username=worked.project.created_by.username, password=PASSWORD)
    form = {"title": "Corrected", "kind": "task", "points": 3, "sprint": worked.pk, "version": item.version}

    response = client.post(reverse("projects:item", args=[worked.project.key, 1]), form)

    assert response.status_code == 302
    after = queries.item(worked.project, 1)
    assert (after.title, after.sprint, after.state) == ("Corrected", worked, "done")


def test_what_was_carried_over_goes_on_without_an_amendment_until_it_is_another_thing(worked):
    following = make_sprint(worked.project, started=False)
    close(worked, carry_to=following)
    move(queries.item(worked.project, 2), ItemState.DONE)
    review = SprintReview.objects.get()

    assert reviewing.amendments(review) == []
    operations.revise_item(item=queries.item(worked.project, 2), values={"points": 13}, by=worked.project.created_by)
    assert [(one.number, one.field) for one in reviewing.amendments(review)] == [(2, "points")]


def test_a_reopened_item_goes_to_the_next_sprint_and_keeps_its_clock(worked):
    following = make_sprint(worked.project, started=False)
    close(worked, carry_to=following)

    operations.revise_item(
        item=queries.item(worked.project, 1), values={"sprint": following}, by=worked.project.created_by
    )

    fields = [one.field for one in reviewing.amendments(SprintReview.objects.get())]
    assert fields == ["sprint"]
    assert queries.item_histories(worked.project_id, {1})[1][-1].sprint == following.number


def revise(worked, number, by=None, **values):
    return operations.revise_item(
        item=queries.item(worked.project, number), values=values, by=by or worked.project.created_by
    )


def amended(sprint):
    return [
        (one.number, one.field, one.before, one.after)
        for one in reviewing.amendments(SprintReview.objects.get(sprint=sprint))
    ]


def finish_experiment(worked):
    """Item 4, done and confirmed, as the scope's metric says."""
    make_scope(worked.project, metric="recall", baseline=0.31)
    revise(worked, 4, result="confirmed", hypothesis="Velocity helps", time_box_days=5)
    move(queries.item(worked.project, 4), ItemState.DONE)


def test_whatever_the_review_printed_of_an_experiment_is_amended(worked):
    finish_experiment(worked)
    close(worked)
    corrector = make_member(worked.project, Role.DATA_SCIENTIST)

    changes = {"result": "refuted", "hypothesis": "Velocity hurts", "time_box_days": 9, "baseline": 0.42}
    revise(worked, 4, by=corrector, **changes, metric="precision")

    assert sorted(amended(worked)) == [
        (4, "baseline", 0.31, 0.42),
        (4, "box_days", 5, 9),
        (4, "hypothesis", "Velocity helps", "Velocity hurts"),
        (4, "metric", "recall", "precision"),
        (4, "result", "confirmed", "refuted"),
    ]
    assert {one.by for one in reviewing.amendments(SprintReview.objects.get())} == {str(corrector)}


def test_points_that_move_between_the_disciplines_are_amended(worked):
    revise(worked, 1, estimates={"engineering": 3})
    close(worked)

    revise(worked, 1, estimates={"engineering": 1, "product": 2})

    assert amended(worked) == [(1, "estimates", {"engineering": 3}, {"engineering": 1, "product": 2})]


def test_a_scope_that_is_revised_later_amends_no_review(worked):
    finish_experiment(worked)
    close(worked)

    operations.revise_scope(
        project=worked.project,
        values={"metric": "precision", "baseline": 0.9},
        by=make_member(worked.project, Role.DATA_SCIENTIST),
        now=now(),
    )

    assert amended(worked) == []


def test_what_was_carried_over_is_amended_until_a_later_sprint_takes_it_up(worked):
    following = make_sprint(worked.project, started=False)
    close(worked, carry_to=following)
    revise(worked, 2, title="Said better")
    operations.start_sprint(sprint=following, by=worked.project.created_by, now=now())

    revise(worked, 2, points=13)
    revise(worked, 4, title="Another question", result="refuted")

    assert amended(worked) == [(2, "title", "Item 5", "Said better")]


def test_what_comes_into_a_running_sprint_is_its_work_from_then_on(worked):
    close(worked)
    running = make_sprint(worked.project)
    revise(worked, 1, sprint=running)
    revise(worked, 2, sprint=running)

    revise(worked, 1, title="Once more", points=8)
    revise(worked, 2, title="Once more", points=8)
    revise(worked, 4, title="In the backlog")

    assert amended(worked) == [(1, "sprint", 1, 2), (4, "title", "Came later", "In the backlog")]


def test_amendments_are_read_on_the_page_in_the_file_and_outside_without_names(worked, client):
    finish_experiment(worked)
    made = share(worked)
    close(worked)
    corrector = make_member(worked.project, Role.DATA_SCIENTIST)
    revise(worked, 4, by=corrector, result="refuted", time_box_days=9)
    revise(worked, 1, by=corrector, title="Frozen by content")
    revise(worked, 2, by=corrector, title="Nobody outside knows this one")
    client.force_login(worked.project.created_by)

    page = client.get(reverse("projects:sprint-review", args=[worked.project.key, 1])).content.decode()
    outside = " ".join(shared_page(made.secret).content.decode().split())
    text = sprint_reviews.file_of(worked, "md", now=now()).content.decode()

    for shown in (page, text):
        assert "time box in days" in shown
        assert "Refuted" in shown
        assert "Nobody outside knows this one" in shown
    assert "result: Confirmed in the review, Refuted now" in outside
    assert 'Item 3 <small class="meta">title: Item 3 in the review, Frozen by content now' in outside
    assert "time box" not in outside
    assert "Nobody outside" not in outside
    assert str(corrector) not in outside


def test_amendments_cost_the_same_for_one_and_for_three(worked):
    close(worked)

    def queries_with(*numbers):
        for number in numbers:
            revise(worked, number, title=f"Now {number}")
        with CaptureQueriesContext(connection) as found:
            reviewing.amendments(queries.sprint_review(queries.sprint(worked.project, 1)))
        return len(found)

    assert queries_with(1) == queries_with(2, 3, 4)


def test_a_decision_that_becomes_an_item_after_closing_is_an_amendment(worked):
    decision = add_card(worked, "Order the labels earlier", CardKind.DECISION)
    close(worked)

    item = make_item_of(decision)

    found = reviewing.amendments(SprintReview.objects.get())
    assert [(one.kind, one.number, one.before, one.after) for one in found] == [("card", 1, None, item.number)]


def test_nothing_is_written_into_a_frozen_review(worked):
    card = add_card(worked, kind=CardKind.DECISION)
    close(worked)
    owner = worked.project.created_by

    for act in (
        lambda: add_card(worked),
        lambda: operations.revise_review_card(card=card, values={"text": "No"}, by=owner),
        lambda: operations.remove_review_card(card=card, by=owner),
        lambda: operations.vote_for_card(card=card, by=owner, now=now()),
        lambda: operations.withdraw_vote(card=card, by=owner),
    ):
        with pytest.raises(Conflict, match="is closed"):
            act()


def test_the_database_refuses_to_change_a_frozen_review(worked):
    card = add_card(worked, kind=CardKind.DECISION)
    operations.vote_for_card(card=card, by=worked.project.created_by, now=now())
    close(worked)
    review, cards, votes = SprintReview.objects.all(), ReviewCard.objects.all(), ReviewVote.objects.all()

    assert refused(lambda: review.update(verdict="met"))
    assert refused(lambda: review.update(snapshot={}))
    assert refused(lambda: votes.delete())
    assert refused(lambda: cards.update(text="Other"))
    assert refused(lambda: ReviewCard.objects.create(
        project=worked.project, review=review.get(), number=9, kind="action", text="Late",
        written_by=worked.project.created_by, written_at=now(),
    ))  # fmt: skip
    assert refused(lambda: ReviewVote.objects.create(card=card, user=make_user(), at=now()))


# --- capacity and plan ------------------------------------------------------------------------------------------------


def test_capacity_against_what_is_committed():
    project = make_project()
    scientist, engineer = make_member(project, Role.DATA_SCIENTIST), make_member(project, Role.ENGINEER)
    sprint = operations.plan_sprint(
        project=project, goal="X", start_date=now().date(), end_date=now().date() + timedelta(days=13),
        by=project.created_by, now=now(),
    )  # fmt: skip
    rows = [
        {"user": scientist, "discipline": Discipline.DATA_SCIENCE, "points": 10, "days_off": 5},
        {"user": engineer, "discipline": Discipline.ENGINEERING, "points": 8, "days_off": 0},
    ]
    operations.set_capacity(sprint=sprint, rows=rows, by=project.created_by, now=now())
    item = make_item(project, sprint=sprint)
    operations.revise_item(
        item=item, values={"estimates": {"data_science": 6, "engineering": 2}}, by=project.created_by
    )

    rooms = reviewing.plan_of(sprint)

    assert [(one.label, one.capacity, one.committed, one.is_over) for one in rooms] == [
        ("Everybody", 13, 8, False),
        ("Data science", 5, 6, True),
        ("Engineering", 8, 2, False),
    ]
    assert [row["user"] for row in Event.objects.get(type="sprint.capacity_set").data["rows"]] == [
        scientist.username,
        engineer.username,
    ]


def test_the_page_of_a_plan_says_at_the_row_what_is_wrong_and_keeps_what_was_typed():
    project, client = make_project(), Client()
    client.force_login(project.created_by)
    sprint, url = make_sprint(project), reverse("projects:sprint-capacity", args=[project.key, 1])

    def sent(*rows, **more):
        form = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0}
        for number, row in enumerate(rows):
            form |= {f"form-{number}-{name}": value for name, value in row.items()}
        answer = client.post(url, form | more)
        assert answer.status_code == 422
        return [dict(one.errors) for one in answer.context["forms"]], answer.content.decode()

    row = {"user": project.created_by.pk, "discipline": "product", "points": 17}
    silent = row | {"points": ""}
    twice, page = sent(silent, row, row | {"points": 19})
    nobodys, _ = sent(row | {"user": ""})
    of_nothing, _ = sent(row | {"discipline": ""})
    _, unreadable = sent(row, **{"form-TOTAL_FORMS": "many"})

    said = f"{project.created_by} stands there twice with product."
    assert twice == [{}, {}, {"__all__": [said]}]
    assert 'value="17"' in page
    assert 'value="19"' in page
    assert nobodys == [{"user": ["Say whose points these are: got 17 of nobody."]}]
    assert of_nothing == [{"discipline": ["Say which discipline the points are of."]}]
    assert "The form came without the number of its rows." in unreadable
    assert not SprintCapacity.objects.filter(sprint=sprint).exists()


def test_a_capacity_that_somebody_set_meanwhile_is_not_written_over_unseen(client, worked):
    project = worked.project
    client.force_login(project.created_by)
    url = reverse("projects:sprint-capacity", args=[project.key, worked.number])
    row = {"form-0-user": project.created_by.pk, "form-0-discipline": "product", "form-0-points": "9"}
    form = row | {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 0, "version": worked.version}
    rows = [{"user": project.created_by, "discipline": "product", "points": 5, "days_off": 0}]
    now_is = operations.set_capacity(sprint=worked, rows=rows, by=project.created_by, now=now()).version

    refused = client.post(url, form)

    assert refused.status_code == 422
    assert "was changed meanwhile" in refused.content.decode()
    assert 'value="9"' in refused.content.decode()
    assert f'name="version" value="{now_is}"' in refused.content.decode()
    assert [one.points for one in worked.capacities.all()] == [5]
    assert client.post(url, form | {"version": now_is}).status_code == 302
    assert [one.points for one in worked.capacities.all()] == [9]


@pytest.mark.parametrize("announced", ["-1", "0", "1", "3", "99999999999999999999", "", None])
def test_a_capacity_that_does_not_come_with_the_rows_it_announces_changes_nothing(client, worked, announced):
    project = worked.project
    rows = [{"user": project.created_by, "discipline": "product", "points": 5, "days_off": 0}]
    operations.set_capacity(sprint=worked, rows=rows, by=project.created_by, now=now())
    client.force_login(project.created_by)
    url = reverse("projects:sprint-capacity", args=[project.key, worked.number])
    sent = {"form-INITIAL_FORMS": "0", "form-1-user": project.created_by.pk, "form-1-points": "9"}
    sent |= {"form-0-user": "", "form-0-points": ""} | ({} if announced is None else {"form-TOTAL_FORMS": announced})

    bare = client.post(url, {name: value for name, value in sent.items() if name.endswith("_FORMS")})
    answer = client.post(url, sent)

    assert (bare.status_code, answer.status_code) == (422, 422)
    assert len(answer.context["forms"].non_form_errors()) == 1
    assert [one.points for one in worked.capacities.all()] == [5]


def test_set_capacity_refused_person_moment_and_values(worked):
    project, owner = worked.project, worked.project.created_by
    row = {"user": owner, "discipline": "product", "points": 5, "days_off": 0}

    def set_to(*rows, by=owner):
        operations.set_capacity(sprint=worked, rows=rows, by=by, now=now())

    with pytest.raises(NotAllowed):
        set_to(row, by=make_member(project, Role.VIEWER))
    with pytest.raises(Invalid, match="stands there twice"):
        set_to(row, row)
    with pytest.raises(Invalid) as refusal:
        set_to(row | {"user": make_user(), "points": 900})
    with pytest.raises(PreconditionFailed):
        operations.set_capacity(sprint=worked, rows=[row], by=owner, now=now(), expected_version=77)
    close(worked)
    with pytest.raises(Conflict, match="is closed"):
        set_to(row)

    assert [one.field for one in refusal.value.errors] == ["rows[0].user", "rows[0].points"]
    assert not SprintCapacity.objects.exists()


def test_points_that_nobody_split_are_told_beside_the_disciplines(worked, client):
    project, owner = worked.project, worked.project.created_by
    revise(worked, 2, estimates={"engineering": 2, "product": 3})
    rows = [{"user": owner, "discipline": "engineering", "points": 10, "days_off": 0}]
    operations.set_capacity(sprint=worked, rows=rows, by=owner, now=now())
    client.force_login(owner)

    whole, *each = reviewing.plan_of(worked)
    page = " ".join(client.get(reverse("projects:sprint-plan-page", args=[project.key, 1])).content.decode().split())
    rooms = Api(owner).get(f"projects/{project.key}/sprints/1/capacity").json()["rooms"]

    assert (whole.committed, whole.not_split) == (9, 4)
    assert [(str(one.discipline), one.committed, one.not_split) for one in each] == [
        ("product", 3, 0),
        ("engineering", 2, 0),
    ]
    assert '<b>Not split</b><span class="num">4</span>' in page
    assert [one["not_split"] for one in rooms] == [4, 0, 0]


def test_where_everything_is_split_nothing_is_told_of_the_rest(client):
    sprint = make_sprint(make_project(), started=False)
    make_item(sprint.project, sprint=sprint, points=None)
    client.force_login(sprint.project.created_by)

    page = client.get(reverse("projects:sprint-plan-page", args=[sprint.project.key, 1])).content.decode()

    assert "Not split" not in page


def test_revise_sprint():
    sprint = make_sprint(make_project())
    owner = sprint.project.created_by

    revised = operations.revise_sprint(sprint=sprint, values={"goal": "Sharper"}, by=owner, now=now())
    with pytest.raises(Invalid):
        operations.revise_sprint(
            sprint=sprint, values={"end_date": sprint.start_date - timedelta(days=1)}, by=owner, now=now()
        )
    with pytest.raises(NotAllowed):
        operations.revise_sprint(
            sprint=sprint, values={"goal": "X"}, by=make_member(sprint.project, Role.VIEWER), now=now()
        )
    close(sprint)
    with pytest.raises(Conflict):
        operations.revise_sprint(sprint=sprint, values={"goal": "X"}, by=owner, now=now())

    assert revised.goal == "Sharper"
    assert Event.objects.get(type="sprint.revised").data == {"changes": {"goal": ["Scores to act on", "Sharper"]}}


# --- links ------------------------------------------------------------------------------------------------------------


def share(sprint, by=None, days=7, label="Steering group"):
    return operations.share_review(sprint=sprint, label=label, days=days, by=by or sprint.project.created_by, now=now())


def shared_page(secret, address="10.0.0.1"):
    return Client().get(reverse("projects:shared-review", args=[secret]), REMOTE_ADDR=address)


def test_a_link_shows_the_business_part_to_somebody_without_an_account(worked):
    secret_words = "Vendor X is too slow"
    add_card(worked, secret_words)
    add_card(worked, "Go on with the shallow model", CardKind.DECISION)
    made = share(worked)

    page = shared_page(made.secret).content.decode()

    shown = ["Go on with the shallow model", "Item 3", secret_words, "Item 5", str(worked.project.created_by)]
    assert [words in page for words in shown] == [True, True, False, False, False]
    assert made.secret not in str(Event.objects.get(type="review_link.created").data)
    assert not ReviewLink.objects.filter(digest=made.secret).exists()


def test_a_link_that_is_expired_revoked_or_wrong_opens_nothing_and_says_no_more(worked):
    made, gone = share(worked), share(worked)
    operations.revoke_review_link(link=gone.link, by=worked.project.created_by, now=now())

    for secret, moment in ((made.secret, now() + timedelta(days=8)), (gone.secret, now()), ("wrong", now())):
        with pytest.raises(NotFound, match="does not open anything"):
            operations.open_review_link(secret=secret, now=moment)
    assert shared_page(gone.secret).status_code == 404


def test_a_link_opens_thirty_times_a_minute(worked):
    made, moment = share(worked), now()
    ReviewLink.objects.update(counted_from=moment, opened=MOST_OPENINGS)

    with pytest.raises(TooManyOpenings):
        operations.open_review_link(secret=made.secret, now=moment + timedelta(seconds=59))
    assert operations.open_review_link(secret=made.secret, now=moment + timedelta(seconds=60)) == made.link


def test_who_guesses_links_is_sent_away(worked):
    made = share(worked)
    statuses = [shared_page(f"guess-{n}").status_code for n in range(30)]

    assert (statuses[0], statuses[-1], shared_page(made.secret).status_code) == (404, 429, 429)
    assert shared_page(made.secret, address="10.0.0.2").status_code == 200


def test_share_review_refused_person_moment_and_values(worked):
    with pytest.raises(NotAllowed):
        share(worked, by=make_member(worked.project, Role.VALIDATOR))
    with pytest.raises(Invalid):
        share(worked, days=91)
    with pytest.raises(Conflict):
        share(make_sprint(worked.project, started=False))
    with pytest.raises(NotAllowed):
        operations.revoke_review_link(link=share(worked).link, by=make_member(worked.project, Role.VIEWER), now=now())

    assert ReviewLink.objects.get().revoked_at is None


# --- doors ------------------------------------------------------------------------------------------------------------


def test_api_walks_through_a_review(worked):
    owner, api = worked.project.created_by, Api(worked.project.created_by)
    base = f"projects/{worked.project.key}/sprints/1"

    assert api.patch(f"{base}/review", {"verdict": "met"}).json()["content"]["verdict"]["verdict"] == "met"
    assert api.post(f"{base}/review/cards", {"kind": "decision", "text": "Go on"}).status_code == 201
    assert api("put", f"{base}/review/cards/1/vote", {}).json() == {"number": 1, "votes": 1, "is_mine": True}
    assert api("delete", f"{base}/review/cards/1/vote").json()["votes"] == 0
    assert api.post(f"{base}/review/cards/1/item").json()["item"] == 5
    assert api.post(f"{base}/review/cards", {"kind": "question", "text": "Why?"}).status_code == 201
    assert api.patch(f"{base}/review/cards/2", {"text": "Why not?"}, if_match='"7"').status_code == 412
    assert api("delete", f"{base}/review/cards/2").status_code == 204
    link = api.post(f"{base}/review/links", {"for_whom": "Steering group"}).json()
    assert shared_page(link["secret"]).status_code == 200
    assert api.post(f"{base}/review/links/1/revoke").json()["revoked_at"]
    rows = [{"username": owner.username, "discipline": "product", "points": 10, "days_off": 0}]
    assert api("put", f"{base}/capacity", {"rows": rows}).json()["rows"] == rows
    assert api.get(f"{base}/capacity").json()["rooms"][0]["capacity"] == 10
    assert api.patch(base, {"goal": "Sharper"}).json()["goal"] == "Sharper"
    assert api.post(f"{base}/close").status_code == 200
    operations.revise_item(item=queries.item(worked.project, 1), values={"points": 9}, by=owner)
    found = api.get(f"{base}/review").json()
    assert found["is_frozen"]
    assert found["digest"] == documents.digest_of(found["content"])
    assert [one["field"] for one in found["amendments"]] == ["points"]
    assert api.get(f"{base}/review/file/md").content.decode().count("SHA-256") == 1
    assert Api(make_user()).get(f"{base}/review").status_code == 404
    viewer = Api(make_member(worked.project, Role.VIEWER))
    assert viewer.post(f"{base}/review/cards", {"kind": "question", "text": "?"}).status_code == 403
    assert [one["number"] for one in viewer.get(f"{base}/review/cards").json()["results"]] == [1]


def test_pages_of_a_sprint_open_for_everybody_in_it_and_for_nobody_else(worked):
    key, client = worked.project.key, Client()
    planned = make_sprint(worked.project, started=False)
    addresses = [
        f"/p/{key}/sprints/",
        f"/p/{key}/sprints/1/",
        f"/p/{key}/sprints/1/review/",
        f"/p/{key}/sprints/1/plan/",
        f"/p/{key}/sprints/{planned.number}/",
        f"/p/{key}/sprints/{planned.number}/plan/",
        f"/p/{key}/sprints/{planned.number}/review/",
        f"/p/{key}/sprints/1/review.pdf",
        f"/p/{key}/sprints/1/review.docx",
        f"/api/v1/projects/{key}/sprints/1/review/file/docx",
    ]
    client.login(username=make_member(worked.project, Role.VIEWER).username, password=PASSWORD)
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)
    for part in ("body", "cards", "amendments"):
        assert client.get(f"/p/{key}/sprints/1/review/?part={part}", headers={"HX-Request": "true"}).status_code == 200
    client.login(username=make_user("outsider").username, password=PASSWORD)
    assert {client.get(address).status_code for address in addresses} == {404}
