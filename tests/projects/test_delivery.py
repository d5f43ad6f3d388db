"""Cycle time, forecast, burn-up and account of a sprint, computed from changes: examples, and what must always hold."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects import delivery
from projects.delivery import Change, Phase

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)
R, A, W, DONE, X = Phase.READY, Phase.ACTIVE, Phase.WAITING, Phase.DONE, Phase.DROPPED


def change(day, phase, *, item=1, sprint=1, points=3, kind="task", blocked="", seq=None):
    return Change(MONDAY + timedelta(days=day), int(day * 100) if seq is None else seq, item, sprint, phase, points,
                  kind, blocked)  # fmt: skip


def history(*steps, **given):
    return tuple(change(day, phase, **given) for day, phase in steps)


# --- cycle time -------------------------------------------------------------------------------------------------------


def test_cycle_runs_from_the_first_start_to_the_last_completion():
    reopened = history((0, R), (1, A), (3, DONE), (5, A), (8, DONE))

    assert delivery.cycle(reopened).days == 7


@pytest.mark.parametrize("last", [R, A, W, X])
def test_cycle_of_what_is_not_done_is_none(last):
    assert delivery.cycle(history((0, R), (1, A), (2, DONE), (3, last))) is None


def test_what_came_done_has_no_cycle():
    assert delivery.cycle(history((2, DONE))) is None
    assert delivery.cycle(history((2, DONE), (3, DONE))) is None


def test_times_and_efficiency_count_waiting_and_blocked():
    stuck = (*history((0, R), (1, A)), change(2, A, blocked="data"), change(4, A), change(5, W), change(9, DONE))

    spent = delivery.times(stuck, until=MONDAY + timedelta(days=30))

    assert spent == delivery.Times(active=2, waiting=4, blocked=2)
    assert delivery.efficiency([spent]) == 0.25


def test_efficiency_of_nothing_is_none():
    assert delivery.efficiency([]) is None


def test_ages_shows_what_is_in_progress_the_oldest_first():
    now = MONDAY + timedelta(days=10)
    listed = [
        history((0, R), (8, A)),
        history((0, R), (2, A), item=2),
        history((0, R), item=3),
        history((1, A), (2, DONE), item=4),
    ]

    assert [(one.item, one.days) for one in delivery.ages(listed, now=now)] == [(2, 8), (1, 2)]


def test_blocked_by_cause_counts_within_the_time_asked_for():
    stuck = (change(0, A), change(1, A, blocked="data"), change(4, A), change(6, A, blocked="access"))

    found = delivery.blocked_by_cause([stuck], since=MONDAY + timedelta(days=2), until=MONDAY + timedelta(days=7))

    assert found == {"data": 2, "access": 1}


def test_cycles_by_kind():
    cycles = [
        delivery.cycle(history((0, A), (day, DONE), kind=kind))
        for day, kind in [(2, "task"), (4, "task"), (9, "experiment")]
    ]

    found = delivery.cycles_by_kind(cycles)

    assert list(found) == ["task", "experiment"]
    assert found["task"] == delivery.Spread(2, 3.0, pytest.approx(3.7))


phases = st.lists(st.tuples(st.integers(0, 400), st.sampled_from(Phase), st.sampled_from(["", "data"])), min_size=1)


@given(phases)
def test_whatever_happens_times_add_up_to_no_more_than_the_time_since_the_start(steps):
    walk, day = [], 0.0
    for number, (hours, phase, blocked) in enumerate(steps):
        day += hours / 24
        walk.append(change(day, phase, blocked=blocked, seq=number))
    until = MONDAY + timedelta(days=day + 1)

    spent, cycle = delivery.times(tuple(walk), until=until), delivery.cycle(tuple(walk))

    assert min(spent.active, spent.waiting, spent.blocked) >= 0
    assert spent.active + spent.waiting + spent.blocked <= day + 1 + 1e-6
    if cycle:
        assert cycle.days == pytest.approx(spent.active + spent.waiting + spent.blocked, abs=1e-6)


# --- throughput, velocity, forecast -----------------------------------------------------------------------------------


def test_throughput_counts_the_last_weeks_and_none_from_before_the_project():
    today = date(2026, 5, 31)
    days = [today, today - timedelta(days=6), today - timedelta(days=7), today - timedelta(days=90)]

    assert delivery.throughput(days, today=today, since=today - timedelta(days=22)) == [0, 1, 2]
    assert len(delivery.throughput(days, today=today, since=today - timedelta(days=900))) == delivery.MOST_WEEKS
    assert delivery.throughput(days, today=today, since=today) == [2]


def test_velocity_is_a_range_of_the_last_six_sprints():
    assert delivery.velocity([100, 10, 12, 14, 16, 18, 20]) == delivery.Velocity(6, 12, 15, 18)
    assert delivery.velocity([]) is None


def test_forecast_of_a_steady_team_is_certain():
    today = date(2026, 5, 4)

    found = delivery.forecast([2] * 8, remaining=7, today=today)

    assert found.p50 == found.p85 == today + timedelta(days=25)
    assert not found.is_thin


def test_forecast_without_any_finished_work_is_none():
    assert delivery.forecast([0, 0, 0], remaining=3, today=date(2026, 5, 4)) is None


def test_forecast_of_nothing_left_is_today():
    today = date(2026, 5, 4)

    assert delivery.forecast([0], remaining=0, today=today).p85 == today


def test_forecast_beyond_five_years_names_no_date():
    assert delivery.forecast([1] + [0] * 11, remaining=500, today=date(2026, 5, 4)).p50 is None


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any), st.integers(1, 60))
def test_forecast_is_the_same_each_time_and_later_for_more_work_and_more_certainty(weeks, remaining):
    today = date(2026, 5, 4)

    found, again = (delivery.forecast(weeks, remaining=remaining, today=today) for _ in range(2))
    more = delivery.forecast(weeks, remaining=remaining + 10, today=today)

    def day(one):
        return one or date.max

    assert found == again
    assert today <= day(found.p50) <= day(found.p85)
    assert day(found.p50) <= day(more.p50)


# --- the sprint's account ---------------------------------------------------------------------------------------------


def test_account_of_a_sprint_replays_what_came_and_went():
    known = delivery.histories(
        [
            change(0, R, item=1, points=3),
            change(0, R, item=2, points=5, seq=1),
            change(0, R, item=3, points=2, seq=2),
            change(2, DONE, item=1, points=3),
            change(2.1, R, item=2, sprint=None, points=5),
            change(2.2, R, item=4, points=None),
            change(2.3, R, item=3, points=8),
            change(2.4, R, item=5, sprint=None),
            change(2.5, X, item=4, points=None),
            change(9, DONE, item=3, points=8, seq=900),
        ]
    )

    found = delivery.account(known, sprint=1, committed=[1, 2, 3], start_seq=10, end_seq=800)

    assert (found.committed, found.added, found.removed) == ([1, 2, 3], [4], [2])
    assert (found.completed, found.dropped, found.open) == ([1], [4], [3])
    assert found.re_estimated == [delivery.Estimate(3, 2, 8)]
    assert (found.points_committed, found.points_completed, found.kept) == (10, 3, 1)
    assert delivery.churn(found) == pytest.approx(2 / 3)


def test_what_came_and_went_again_is_both():
    known = delivery.histories([change(1, R), change(2, R, sprint=None)])

    found = delivery.account(known, sprint=1, committed=[], start_seq=0, end_seq=900)

    assert (found.added, found.removed, delivery.churn(found)) == ([1], [1], None)


def test_predictability_with_wilsons_interval():
    share, low, high = delivery.predictability(8, 10)

    assert (share, round(low, 4), round(high, 4)) == (0.8, 0.4902, 0.9433)
    assert delivery.predictability(0, 0) is None


@given(st.integers(1, 500), st.data())
def test_wilsons_interval_holds_the_share_and_stays_within_bounds(trials, data):
    hits = data.draw(st.integers(0, trials))

    low, high = delivery.wilson(hits, trials)

    assert 0 <= low <= hits / trials + 1e-12
    assert hits / trials - 1e-12 <= high <= 1


moves = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from([None, 1, 2]), st.sampled_from(Phase), st.integers(0, 8)), max_size=40
)


@given(moves, st.integers(0, 40), st.integers(0, 40))
def test_the_account_adds_up(steps, start, length):
    known = delivery.histories(
        change(number / 24, phase, item=item, sprint=sprint, points=points, seq=number)
        for number, (item, sprint, phase, points) in enumerate(steps, start=1)
    )
    committed = [
        item for item, each in known.items() if any(one.seq <= start for one in each)
        and [one for one in each if one.seq <= start][-1].sprint == 1
    ]  # fmt: skip

    found = delivery.account(known, sprint=1, committed=committed, start_seq=start, end_seq=start + length)

    inside = {*found.completed, *found.dropped, *found.open}
    assert inside == {*found.committed, *found.added} - {*found.removed}
    assert len(inside) == len(found.completed) + len(found.dropped) + len(found.open)


# --- burn-up ----------------------------------------------------------------------------------------------------------


def burn(*changes, days=5, today=None, **given):
    start = MONDAY.date()
    end = start + timedelta(days=days - 1)
    known = delivery.histories(changes)
    return delivery.burn_up(known, sprint=1, start=start, end=end, today=today or end, **given)


def test_burn_up_counts_what_is_done_at_the_end_of_each_day():
    found = burn(
        change(0, R, points=3), change(0, R, item=2, points=5, seq=1), change(1, W), change(2, DONE),
        today=MONDAY.date() + timedelta(days=3), start_seq=5,
    )  # fmt: skip

    assert (found.done, found.scope, found.marks) == ([0, 0, 3, 3], [8, 8, 8, 8], [])
    assert found.target == [pytest.approx(8 * share / 5) for share in range(1, 6)]


def test_burn_up_marks_each_change_of_scope():
    found = burn(
        change(0, R, points=3),
        change(1, R, item=2, points=5),
        change(2, R, points=4),
        change(3, X, item=2, points=5),
        change(3.1, R, item=2, points=5),
        change(4, R, sprint=None, points=4),
        start_seq=-1,
    )

    assert found.scope == [3, 8, 9, 9, 5]
    assert [(mark.item, mark.what, mark.points) for mark in found.marks] == [
        (1, "added", 3),
        (2, "added", 5),
        (1, "estimated anew", 1),
        (2, "dropped", -5),
        (2, "taken up again", 5),
        (1, "removed", -4),
    ]


def test_burn_up_keeps_what_is_carried_over_in_its_scope():
    found = burn(change(0, A), change(4, A, sprint=2, seq=900), end_seq=899)

    assert found.scope == [3] * 5


def test_burn_up_counts_an_item_without_estimate_as_one_and_what_came_before_the_first_day():
    assert burn(change(-9, R, points=None, seq=1)).scope == [1] * 5


def test_burn_up_counts_on_its_last_day_what_came_after_it():
    assert burn(change(0, A), change(9, DONE)).done == [0, 0, 0, 0, 3]


def test_burn_up_of_a_sprint_that_was_started_early_begins_on_that_day():
    early = MONDAY.date() - timedelta(days=3)
    found = burn(change(-4, R, seq=1), change(-2, R, item=2, points=5, seq=3), today=MONDAY.date() - timedelta(days=2),
                 started=early, start_seq=2)  # fmt: skip

    assert (found.days[0], len(found.days), found.done, found.scope) == (early, 8, [0, 0], [3, 8])
    assert found.target == [pytest.approx(8 * days / 6) for days in (1, 1, 1, 2, 3, 4, 5, 6)]  # it began on a Friday
    assert [(mark.day, mark.item) for mark in found.marks] == [(early + timedelta(days=1), 2)]


def test_burn_up_of_a_sprint_that_was_started_late_has_all_its_days():
    assert burn(change(0, R, seq=1), started=MONDAY.date() + timedelta(days=2), start_seq=2).scope == [3] * 5


def test_burn_up_before_it_begins_is_empty():
    found = burn(change(0, R), today=MONDAY.date() - timedelta(days=3))

    assert (found.done, found.scope, found.target) == ([], [], [0] * 5)


@given(st.integers(0, 400), st.integers(0, 60), st.integers(0, 99))
def test_the_pace_is_flat_on_weekends_and_ends_at_the_total(offset, length, total):
    start = MONDAY.date() + timedelta(days=offset)
    days = [start + timedelta(days=one) for one in range(length + 1)]

    pace = delivery.pace(days, total)

    assert pace[-1] == pytest.approx(total)
    assert all(later >= earlier for earlier, later in pairwise(pace))
    if any(day.weekday() < 5 for day in days):
        steps = zip(days[1:], pace, pace[1:], strict=False)
        assert all(later == earlier for day, earlier, later in steps if day.weekday() >= 5)
