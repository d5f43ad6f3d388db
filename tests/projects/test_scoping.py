"""Realism and affordability: the worked example, and what must hold whatever the figures."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.scoping import (
    CRITICAL,
    DEFAULT,
    DIMENSIONS,
    Ceiling,
    Finished,
    Outcome,
    Plan,
    Priors,
    Range,
    Span,
    StatusQuo,
    agreed,
    disputes,
    factor,
    judge,
    marginal_benefit,
    needed_recall,
    optimism,
    outcome,
    recalibrated,
    refuse_wrong,
    similarity,
    status_quo_value,
    value_of,
)
from projects.scoping.affordability import assess
from projects.scoping.draws import overrun, pert, uniforms
from tests.projects.worked_example import (
    ANOTHER_KIND,
    BALANCED,
    CASE,
    CEILING,
    SAME_KIND,
    TEAM_A,
    TEAM_B,
    TODAY,
    sheet,
)

KEYS = [one.key for one in DIMENSIONS]
RATING = st.sampled_from([-1, 0, 1, 2, 3, None])
SHEETS = st.fixed_dictionaries(dict.fromkeys(KEYS, RATING))


# What takes long on a busy machine is not wrong.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def approx(value, within):
    return pytest.approx(value, abs=within)


def sufficing(verdict):
    return {one.name: (one.as_submitted, one.probability) for one in verdict.money.resources}


def judged(option):
    (verdict,) = judge(CASE, TODAY, CEILING, [option])
    return verdict


def test_worked_example_copying_an_easier_precedent_is_affordable_but_harder_than_it_looks():
    found = judged(TEAM_A)

    assert found.harder == Span(approx(1.75, 0.001), approx(3.87, 0.005), approx(14.3, 0.05))
    assert found.ratio.central == approx(2.90, 0.005)
    assert found.similarity == approx(0.46, 0.005)
    assert sufficing(found) == {
        "money": (1.0, approx(0.93, 0.01)),
        "engineering": (1.0, approx(0.87, 0.01)),
        "run cost": (1.0, 1.0),
        "latency": (1.0, 1.0),
        "reviewers": (1.0, 1.0),
    }
    assert found.money.effort[1] == approx(36, 0.5)
    assert found.money.needed.recall == approx(0.45, 0.005)
    assert found.outcome == Outcome(
        re_estimate=True, probes=("label", "data", "signal", "adversary", "latency"), spike=True, sponsor=False
    )
    assert (found.quadrant, found.is_affordable) == ("harder_than_it_looks", True)


def test_worked_example_streaming_graph_network_is_realistic_but_nobody_can_pay():
    balanced, _, found = judge(CASE, TODAY, CEILING, [BALANCED, TEAM_A, TEAM_B])

    assert found.harder.central == approx(1.21, 0.005)
    assert found.ratio.central == approx(0.83, 0.005)
    assert found.similarity == approx(0.96, 0.006)
    assert sufficing(found) == {
        "money": (0.0, approx(0.01, 0.01)),
        "engineering": (0.0, approx(0.0, 0.005)),
        "run cost": (0.0, approx(0.0, 0.005)),
        "latency": (approx(0.05, 0.01), approx(0.05, 0.01)),
        "reviewers": (1.0, 1.0),
    }
    assert found.money.needed.recall == approx(1.07, 0.01)
    assert found.money.needed.sentence == "Even a perfect model would not pay for this option."
    assert marginal_benefit(found.money, balanced.money) == approx(-0.70, 0.02)
    assert (found.quadrant, found.is_realistic) == ("nobody_can_pay", True)


def test_worked_example_boosted_trees_are_to_be_built():
    found = judged(BALANCED)

    assert found.harder.central == approx(1.21, 0.005)
    assert found.ratio.central == approx(0.85, 0.005)
    assert found.similarity == approx(0.96, 0.006)
    assert sufficing(found) == {
        "money": (1.0, approx(0.94, 0.01)),
        "engineering": (1.0, approx(0.92, 0.01)),
        "run cost": (1.0, 1.0),
        "latency": (1.0, 1.0),
        "reviewers": (1.0, 1.0),
    }
    assert found.money.needed.recall == approx(0.49, 0.006)
    assert found.money.p_recall == 1.0
    assert (found.quadrant, found.reasons, found.marginal) == ("build", (), None)


def test_judge_compares_with_the_next_cheaper_option_whatever_the_order():
    forwards = judge(CASE, TODAY, CEILING, [BALANCED, TEAM_A, TEAM_B])
    backwards = judge(CASE, TODAY, CEILING, [TEAM_B, TEAM_A, BALANCED])

    assert [one.cheaper for one in forwards] == [None, "balanced", "copied"]
    assert forwards == backwards[::-1]


def test_judge_same_seed_same_answer_and_another_seed_close_by():
    again = judge(CASE, TODAY, CEILING, [TEAM_A])
    other = judge(CASE, TODAY, CEILING, [TEAM_A], seed=8)

    assert again == judge(CASE, TODAY, CEILING, [TEAM_A])
    assert other != again
    assert other[0].money.p_pays == approx(again[0].money.p_pays, 0.01)


def test_judge_tested_dimensions_and_second_estimate_free_the_option():
    tested = replace(TEAM_A, spiked=frozenset(CRITICAL), is_re_estimated=True)

    assert (judged(tested).quadrant, judged(tested).open_critical) == ("build", ())
    assert judged(replace(tested, is_re_estimated=False)).quadrant == "harder_than_it_looks"
    assert judged(replace(tested, spiked=frozenset(CRITICAL - {"label"}))).open_critical == ("label",)


def test_judge_without_a_precedent_asks_for_the_sponsor_and_makes_nothing_harder():
    found = judged(replace(BALANCED, precedent=None))

    assert found.outcome == Outcome(re_estimate=False, probes=(), spike=False, sponsor=True)
    assert (found.ratio, found.harder, found.similarity) == (None, None, None)
    assert found.money == judged(BALANCED).money


def test_tornado_names_what_decides_first_then_the_widest():
    near = replace(BALANCED, plan=replace(BALANCED.plan, recall=Range(0.3, 0.6, 0.62)))

    bars = judged(near).tornado

    assert (bars[0].key, bars[0].decides) == ("recall", True)
    assert bars[0].at_low < 0 < bars[0].at_high
    rest = [bar.swing for bar in bars if not bar.decides]
    assert rest == sorted(rest, reverse=True)
    assert {bar.key for bar in bars} == {"recall", "false_alarm_rate", "run_cost", "effort", "overrun"}


def test_tornado_includes_ranges_of_the_case_and_of_the_precedent():
    ranged = replace(CASE, benefit=Range(300, 400, 500))

    (found,) = judge(ranged, TODAY, CEILING, [TEAM_A])

    assert {"benefit", "harder"} <= {bar.key for bar in found.tornado}


@settings(PATIENT)
@given(ratings=SHEETS, key=st.sampled_from(KEYS))
def test_factor_harder_never_lowers_it_nor_raises_the_similarity(ratings, key):
    value = DEFAULT.unknown if ratings[key] is None else ratings[key]
    harder = ratings | {key: min(3, value + 1)}

    before, after = factor(ratings), factor(harder)

    assert after.lowest >= before.lowest * (1 - 1e-12)
    assert after.central >= before.central * (1 - 1e-12)
    assert after.highest >= before.highest * (1 - 1e-12)
    assert similarity(harder) <= similarity(ratings) * (1 + 1e-12)


@settings(PATIENT)
@given(ratings=SHEETS)
def test_factor_lowest_central_highest_stand_in_order(ratings):
    found = factor(ratings)

    assert found.lowest <= found.central * (1 + 1e-12) <= found.highest * (1 + 1e-11)


@settings(PATIENT)
@given(ratings=SHEETS, key=st.sampled_from(KEYS), known=st.sampled_from([-1, 0]))
def test_unknown_never_helps(ratings, key, known):
    knowing, guessing = ratings | {key: known}, ratings | {key: None}

    assert factor(guessing).central >= factor(knowing).central
    assert similarity(guessing) <= similarity(knowing)


@settings(PATIENT)
@given(ratings=SHEETS, key=st.sampled_from(KEYS), actual=st.floats(0.1, 1000), share=st.floats(0.01, 1))
def test_estimate_below_the_precedent_with_one_difference_in_kind_is_always_caught(ratings, key, actual, share):
    harder = factor(ratings | {key: 3})

    ratio = optimism(precedent_actual=actual, team_estimate=actual * share, harder=harder)

    assert ratio.central >= 1.575 - 1e-9
    assert outcome(ratings | {key: 3}, ratio).re_estimate


@settings(PATIENT)
@given(team=SHEETS, second=SHEETS)
def test_the_harder_of_two_raters_counts_in_either_order(team, second):
    one, other = agreed(team, second), agreed(second, team)

    def counts(ratings):
        return {key: DEFAULT.unknown if value is None else value for key, value in ratings.items()}

    assert counts(one) == counts(other) == {key: max(counts(team)[key], counts(second)[key]) for key in KEYS}
    assert factor(one).central >= max(factor(team).central, factor(second).central) - 1e-12


def test_agreed_what_one_knows_is_known():
    assert agreed({"label": None}, {"label": 2})["label"] == 2
    assert agreed({"label": None}, {"label": 1})["label"] is None
    assert agreed({}, {})["label"] is None


def test_disputes_are_two_apart_and_rated_by_both():
    team = {"label": 0, "data": 0, "signal": None, "latency": 0}
    second = {"label": 2, "data": 1, "signal": 0, "adversary": 3}

    assert disputes(team, second) == ("label", "signal")


def test_outcome_of_each_rule():
    same = dict.fromkeys(KEYS, 0)
    fair, optimistic = Span(1, 1, 1), Span(1, 1.51, 2)
    three_unknown = same | {"label": None, "data": None, "signal": None}

    assert outcome(same, fair) == Outcome(False, (), False, False)
    assert outcome(same, optimistic).re_estimate
    assert not outcome(same, Span(1, 1.5, 9)).re_estimate
    assert outcome(same | {"label": 2}, fair) == Outcome(False, ("label",), False, False)
    assert outcome(same | {"costs": 3}, fair) == Outcome(False, (), False, False)
    assert outcome(same | {"label": 3}, fair) == Outcome(False, ("label",), True, False)
    assert outcome(three_unknown, fair) == Outcome(False, ("label", "data", "signal"), True, False)
    assert not outcome(three_unknown | {"signal": 2}, fair).spike
    assert outcome(three_unknown, None) == Outcome(False, (), False, True)
    assert len(outcome(three_unknown, optimistic).asks) == 3


@pytest.mark.parametrize(("ratings", "said"), [({"size": 1}, "no dimension 'size'"), ({"label": 4}, "got 4 for label")])
def test_ratings_that_there_are_not_are_refused_by_name(ratings, said):
    with pytest.raises(ValueError, match=said):
        refuse_wrong(ratings)


def test_weights_of_the_similarity_add_up_to_one():
    assert sum(one.weight for one in DIMENSIONS) == approx(1, 1e-12)


def test_value_of_by_hand():
    found = value_of(
        volume=1000,
        base_rate=0.1,
        benefit=50,
        review_cost=2,
        false_alarm_cost=3,
        recall=0.5,
        false_alarm_rate=0.2,
        run_cost=100,
    )

    assert found == approx(100 * 0.5 * 48 - 900 * 0.2 * 5 - 100, 1e-9)


@settings(PATIENT)
@given(
    likely=st.floats(0.3, 0.9),
    rate=st.floats(0.0001, 0.01),
    run=st.floats(0, 500_000),
    months=st.floats(1, 60),
)
def test_needed_recall_is_where_the_option_breaks_even(likely, rate, run, months):
    plan = Plan(Range.fixed(months), Range.fixed(likely), Range.fixed(rate), Range.fixed(run))

    needed = needed_recall(CASE, TODAY, plan, CEILING).recall

    build = months * float(overrun(np.array([0.5]))[0]) * CASE.month_price / CASE.years
    world = {
        name: getattr(CASE, name).likely
        for name in ("volume", "base_rate", "benefit", "review_cost", "false_alarm_cost")
    }
    gained = value_of(**world, recall=needed, false_alarm_rate=rate, run_cost=run) - build
    assert needed == 0 or gained == approx(status_quo_value(CASE, TODAY), 1)


def test_needed_recall_within_what_reviewers_can_look_at():
    few = replace(CEILING, alerts=14_000)

    needed = needed_recall(CASE, TODAY, BALANCED.plan, few)

    assert needed.allowed == approx((14_000 - 3_995_200 * 0.0034) / 4_800, 1e-9)
    assert not needed.is_possible
    assert needed.sentence == "The reviewers can look at a recall of 0.09; it pays from 0.49."


def test_needed_recall_no_recall_pays_where_a_review_eats_the_benefit():
    dear = replace(CASE, review_cost=Range.fixed(400))

    needed = needed_recall(dear, StatusQuo(0, 0, 0), BALANCED.plan, Ceiling())

    assert not needed.is_possible
    assert "no recall would pay" in needed.sentence


@settings(PATIENT, max_examples=40)
@given(extra=st.floats(0, 5e6), name=st.sampled_from(["money", "run_cost", "latency_ms", "alerts"]))
def test_a_higher_ceiling_never_makes_it_less_likely(extra, name):
    higher = replace(CEILING, **{name: getattr(CEILING, name) + extra})

    before = assess(CASE, TODAY, TEAM_B.plan, CEILING, draws=2_000)
    after = assess(CASE, TODAY, TEAM_B.plan, higher, draws=2_000)

    assert all(a.probability >= b.probability for a, b in zip(after.resources, before.resources, strict=True))


@settings(PATIENT, max_examples=40)
@given(up=st.floats(0, 40), harder=st.floats(1, 10))
def test_more_effort_or_a_harder_problem_never_makes_it_more_likely_to_pay(up, harder):
    plan = BALANCED.plan
    longer = replace(plan, effort=Range(14 + up, 20 + up, 34 + up), harder=harder)

    before = assess(CASE, TODAY, plan, CEILING, draws=2_000)
    after = assess(CASE, TODAY, longer, CEILING, draws=2_000)

    assert after.p_pays <= before.p_pays
    assert after.resources[0].probability <= before.resources[0].probability
    assert after.needed.recall >= before.needed.recall


@settings(PATIENT, max_examples=40)
@given(down=st.floats(0, 0.5))
def test_less_recall_never_makes_it_more_likely_to_pay(down):
    lower = replace(BALANCED.plan, recall=Range(0.58 - down, 0.66 - down, 0.72 - down))

    before = assess(CASE, TODAY, BALANCED.plan, CEILING, draws=2_000)
    after = assess(CASE, TODAY, lower, CEILING, draws=2_000)

    assert after.p_pays <= before.p_pays
    assert after.p_recall <= before.p_recall


def test_resources_without_a_ceiling_are_not_asked_about_and_none_makes_up_for_another():
    one_short = replace(CEILING, money=1e12, latency_ms=1)

    assert assess(CASE, TODAY, BALANCED.plan, Ceiling()).resources == ()
    assert not assess(CASE, TODAY, BALANCED.plan, one_short).suffices


def test_overrun_has_the_quantiles_of_its_reference_class():
    drawn = overrun(uniforms()[1])

    assert np.quantile(drawn, [0.5, 0.8, 0.9, 0.95]) == pytest.approx([1.10, 1.47, 2.30, 3.80], abs=0.006)
    assert drawn.max() <= 30
    assert float(np.mean(drawn > 1.5)) == approx(0.18, 0.001)


def test_pert_has_the_mean_of_the_three_point_estimate_and_stays_inside():
    drawn = pert(Range(14, 20, 34), uniforms()[0])

    assert drawn.mean() == approx(Range(14, 20, 34).mean(), 0.01)
    assert (drawn.min(), drawn.max()) == (approx(14, 0.5), approx(34, 1.5))
    assert (np.diff(pert(Range(14, 20, 34), np.linspace(0, 1, 50))) >= 0).all()


@pytest.mark.parametrize("wrong", [(2, 1, 3), (1, 3, 2), (float("nan"), 1, 2), (0, 1, float("inf"))])
def test_ranges_out_of_order_are_refused(wrong):
    with pytest.raises(ValueError, match="a range"):
        Range(*wrong)


def test_every_prior_says_where_it_comes_from():
    assert set(Priors.sources()) == {name for name in Priors.__dataclass_fields__ if name != "finished"}
    assert all(Priors.sources().values())


def test_recalibrated_moves_towards_what_was_seen_by_the_share_of_experience():
    seen = [Finished(sheet(2, *[0] * 9), times=2.0)] * 3

    after = recalibrated(seen)

    assert DEFAULT.multipliers[2] < after.multipliers[2] < 2.0
    assert after.multipliers[1] == approx(DEFAULT.multipliers[1], 1e-9)
    assert str(after) == "based on 3 finished projects and the default"
    most = recalibrated(seen * 100).multipliers[2]
    assert after.multipliers[2] < most == approx(2.0, 0.05)


def test_recalibrated_by_nothing_is_the_default_and_by_what_was_foretold_stays():
    foretold = [Finished(each, factor(each).central) for each in (SAME_KIND, ANOTHER_KIND)] * 5

    assert recalibrated([]) is DEFAULT
    assert dict(recalibrated(foretold).multipliers) == pytest.approx(dict(DEFAULT.multipliers), abs=1e-6)
    assert recalibrated(foretold).decay == approx(DEFAULT.decay, 0.005)


def test_recalibrated_learns_how_much_differences_overlap():
    truth = replace(DEFAULT, decay=1.0)
    sheets = [sheet(*[value] * count, *[0] * (10 - count)) for value in (1, 2, 3) for count in (1, 4, 8)]

    after = recalibrated([Finished(each, factor(each, truth).central) for each in sheets] * 8)

    assert after.decay > 0.9


@settings(PATIENT, max_examples=30)
@given(seen=st.lists(st.tuples(SHEETS, st.floats(0.2, 20)), min_size=1, max_size=6))
def test_recalibrated_harder_never_becomes_cheaper(seen):
    table = recalibrated([Finished(ratings, times) for ratings, times in seen]).multipliers

    assert [table[h] for h in (-1, 0, 1, 2, 3)] == sorted(table[h] for h in (-1, 0, 1, 2, 3))


def test_recalibrated_refuses_a_project_without_effort():
    with pytest.raises(ValueError, match="more than 0 times"):
        recalibrated([Finished(SAME_KIND, 0)])
