"""The burn-up, replayed from facts."""

from datetime import date

from projects.burnup import BurnUp, Card, Fact, replay

DAYS = [date(2026, 5, day) for day in range(1, 6)]


def fact(day, item, state, *, was="ready", sprint=1, was_sprint=1, points=3):
    return Fact(
        day=date(2026, 5, day),
        item=item,
        sprint=sprint,
        was_sprint=was_sprint,
        state=state,
        was_state=was,
        points=points,
    )


def burn(facts, cards=(), today=DAYS[-1]):
    return replay(facts, sprint=1, start=DAYS[0], end=DAYS[-1], today=today, cards=cards)


def test_replay_counts_what_is_done_at_the_end_of_each_day():
    cards = [Card(1, "done", 3), Card(2, "ready", 5)]

    found = burn([fact(2, 1, "review"), fact(3, 1, "done", was="review")], cards, today=DAYS[3])

    assert found == BurnUp(days=DAYS, done=[0, 0, 3, 3], scope=[8, 8, 8, 8])


def test_replay_shows_what_came_in_and_went_out():
    came = fact(2, 1, "ready", was_sprint=None)
    went = fact(4, 2, "ready", sprint=None)

    found = burn([came, went], [Card(1, "ready", 3), Card(3, "ready", 1)])

    assert found.scope == [4, 7, 7, 4, 4]


def test_replay_drops_what_was_dropped_and_brings_back_what_was_reopened():
    found = burn([fact(2, 1, "dropped"), fact(3, 1, "done", was="dropped"), fact(4, 1, "ready", was="done")])

    assert (found.done, found.scope) == ([0, 0, 3, 0, 0], [3, 0, 3, 3, 3])


def test_replay_counts_an_item_without_estimate_as_one():
    assert burn([], [Card(1, "done", None), Card(2, "ready", 0)]).scope == [1] * 5


def test_replay_before_the_sprint_begins_is_empty():
    assert burn([], [Card(1, "ready", 3)], today=date(2026, 4, 30)) == BurnUp(days=DAYS, done=[], scope=[])


def test_replay_facts_before_the_first_day_count_on_it():
    planned = Fact(date(2026, 4, 20), 1, sprint=1, was_sprint=None, state="ready", was_state="ready", points=3)

    assert burn([planned], [Card(1, "ready", 3)]).scope == [3] * 5
