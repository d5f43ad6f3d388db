import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial import distance

from experiments.tabular import Table
from experiments.tabular.bins import build_reference, count_window
from monitoring.drift.chi2 import chi2_test
from monitoring.drift.compare import compare, drifted_features, enough_rows
from monitoring.drift.confirm import confirm
from monitoring.drift.false_discovery import benjamini_hochberg
from monitoring.drift.jensen_shannon import jensen_shannon
from monitoring.drift.ks import ks_test
from monitoring.drift.psi import psi
from monitoring.drift.rule import Rule


def random_frame(n: int, seed: int, features: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    numbers = {f"n{i}": rng.normal(size=n) for i in range(features)}
    names = {f"c{i}": rng.choice(["a", "b", "c", "d"], n, p=[0.4, 0.3, 0.2, 0.1]) for i in range(features // 2)}
    return pd.DataFrame(numbers | names)


def check(reference: pd.DataFrame, window: pd.DataFrame, rule: Rule | None = None):
    bins = build_reference(Table.from_pandas(reference))
    return compare(bins, count_window(bins, Table.from_pandas(window)), rule=rule)


def one(reference, window, rule: Rule | None = None):
    (drift,) = check(pd.DataFrame({"f": reference}), pd.DataFrame({"f": window}), rule)
    return drift


@pytest.mark.parametrize("seed", range(5))
def test_jensen_shannon_is_scipy_s(seed):
    rng = np.random.default_rng(seed)
    p, q = rng.integers(0, 50, 12), rng.integers(0, 50, 12)

    assert jensen_shannon(p, q) == pytest.approx(distance.jensenshannon(p / p.sum(), q / q.sum(), base=2))


@pytest.mark.parametrize("seed", range(5))
def test_chi2_is_scipy_s_where_nothing_is_rare(seed):
    rng = np.random.default_rng(seed)
    p, q = rng.integers(20, 90, 6), rng.integers(20, 90, 6)
    expected = stats.chi2_contingency(np.vstack([p, q]), correction=False)

    assert chi2_test(p, q) == pytest.approx((expected.statistic, expected.pvalue))


def test_chi2_counts_rare_values_together():
    p, q = np.array([500, 480, 3, 2, 1, 0]), np.array([510, 470, 1, 2, 4, 3])
    pooled = stats.chi2_contingency([[500, 480, 6], [510, 470, 10]], correction=False)

    assert chi2_test(p, q) == pytest.approx((pooled.statistic, pooled.pvalue))
    assert chi2_test(np.array([5, 0]), np.array([6, 0])) == (0.0, 1.0)


@pytest.mark.parametrize("seed", range(5))
def test_ks_of_few_values_is_scipy_s(seed):
    rng = np.random.default_rng(seed)
    p, q = rng.integers(0, 30, 1_000), rng.integers(0, 33, 400)
    expected = stats.ks_2samp(p, q, method="asymp")

    drift = one(p, q)

    assert drift.distance == pytest.approx(float(expected.statistic), abs=1e-12)
    assert ks_test(np.bincount(p, minlength=33), np.bincount(q, minlength=33)) == pytest.approx(
        (expected.statistic, expected.pvalue)
    )


def test_ks_of_a_continuous_feature_is_scipy_s_within_a_bin():
    rng = np.random.default_rng(0)
    p, q = rng.normal(size=10_000), rng.normal(0.3, 1, 1_000)

    assert one(p, q).distance == pytest.approx(stats.ks_2samp(p, q).statistic, abs=0.005)


def test_psi_by_hand():
    assert psi(np.array([50, 50]), np.array([50, 50])) == 0
    assert psi(np.array([50, 50]), np.array([25, 75])) == pytest.approx(-0.25 * np.log(0.5) + 0.25 * np.log(1.5))
    assert np.isfinite(psi(np.array([100, 0]), np.array([0, 100])))


@pytest.mark.parametrize("statistic", [psi, jensen_shannon])
def test_an_empty_side_is_no_distance(statistic):
    assert statistic(np.zeros(3), np.array([1, 2, 3])) == 0
    assert statistic(np.array([1, 2, 3]), np.zeros(3)) == 0


def test_tests_of_an_empty_side_reject_nothing():
    assert ks_test(np.zeros(3), np.ones(3)) == (0.0, 1.0)
    assert chi2_test(np.ones(3), np.zeros(3)) == (0.0, 1.0)


def test_benjamini_hochberg_is_scipy_s():
    p_values = np.random.default_rng(0).random(30) ** 3

    assert benjamini_hochberg(p_values) == pytest.approx(stats.false_discovery_control(p_values))
    assert benjamini_hochberg(np.array([])).size == 0


def test_a_moved_number_drifts_and_the_others_do_not():
    reference, window = random_frame(5_000, 0), random_frame(1_000, 1)
    window["n3"] += 0.5

    drifts = check(reference, window)

    assert drifted_features(drifts) == ["n3"]
    drift = next(each for each in drifts if each.feature == "n3")
    assert (drift.statistic, drift.status, drift.n) == ("ks", "ok", 1_000)
    assert drift.reason == f"KS distance {drift.distance:.3f} is above 0.1"
    assert drift.q_value >= drift.p_value


def test_a_moved_mix_and_a_new_value_drift():
    mix = one(["a"] * 500 + ["b"] * 500, ["a"] * 200 + ["b"] * 800)
    new = one(["a"] * 500 + ["b"] * 500, ["a"] * 465 + ["b"] * 465 + ["crypto"] * 70)

    assert (mix.drifted, mix.new_values) == (True, {})
    assert (new.drifted, new.new_values, new.new_share) == (True, {"crypto": 70}, 0.07)
    assert "7% of the values never occurred in training" in new.reason


def test_values_gone_missing_drift():
    rng = np.random.default_rng(0)
    number = one(rng.normal(size=2_000), np.where(rng.random(500) < 0.3, np.nan, rng.normal(size=500)))
    name = one(["a", "b"] * 500, [None, "a", "b"] * 200)

    assert (number.drifted, name.drifted) == (True, True)
    assert "are missing, in training 0%" in number.reason


def test_a_change_too_small_to_matter_is_no_drift_however_significant():
    rng = np.random.default_rng(0)

    drift = one(rng.normal(size=200_000), rng.normal(0.05, 1, 200_000))

    assert drift.p_value < 1e-10
    assert not drift.drifted


@pytest.mark.parametrize("n", [0, 3, 99])
def test_too_few_rows_are_said_and_never_an_alarm(n):
    drifts = check(random_frame(1_000, 0), random_frame(n, 1))

    assert {each.status for each in drifts} == {"insufficient_data"}
    assert drifted_features(drifts) == []
    assert not enough_rows(drifts)


def test_a_feature_that_the_window_lacks_is_said():
    drifts = check(random_frame(1_000, 0), random_frame(500, 1).drop(columns="n0"))

    assert [each.feature for each in drifts if each.status == "not_in_window"] == ["n0"]


def test_other_bins_are_a_mistake():
    one_reference = build_reference(Table.from_pandas(random_frame(500, 0)))
    other = build_reference(Table.from_pandas(random_frame(500, 1)))

    with pytest.raises(ValueError, match="not the reference's"):
        compare(one_reference, count_window(other, Table.from_pandas(random_frame(500, 2))))


@pytest.mark.parametrize(
    "wrong", [{"q": -1}, {"q": float("nan")}, {"effect": 0}, {"effect": 1.5}, {"new_share": -0.1}, {"min_rows": 0}]
)
def test_thresholds_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Rule(**wrong)


@pytest.mark.parametrize(("window", "most"), [(200, 0.2), (1_000, 0.03)])
def test_undrifted_windows_rarely_alarm_and_never_twice_in_a_row_by_chance(window, most):
    """The table of the rule, at small scale: 12 features, 60 windows that come from the reference's distribution."""
    bins = build_reference(Table.from_pandas(random_frame(10_000, 0)))
    alarms = [
        bool(drifted_features(compare(bins, count_window(bins, Table.from_pandas(random_frame(window, seed))))))
        for seed in range(1, 61)
    ]

    assert np.mean(alarms) <= most
    assert not any(confirm(alarms[: i + 1], k=3) for i in range(len(alarms)))


def test_confirm_wants_k_judged_windows_in_a_row():
    assert confirm([False, True, True, True])
    assert not confirm([True, True])
    assert not confirm([True, True, False, True, True])
    assert confirm([True, None, True, True])
    assert not confirm([])
    with pytest.raises(ValueError, match="k must be"):
        confirm([True], k=0)
