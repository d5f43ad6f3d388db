import time

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

from experiments.tabular import Table, write_canonical
from experiments.training.resampling import METRICS, Scored, value_of
from models_registry.comparison import InsufficientData, bootstrap_ci, compare, compare_all, delong_interval, slices
from tests.science.children import run_child


def scored(n: int = 2_000, seed: int = 0, rate: float = 0.1, gap: float = 0.6) -> tuple:
    """Truth, and two probabilities, the second better by `gap`; some scores are tied."""
    rng = np.random.default_rng(seed)
    y = rng.random(n) < rate
    noise = rng.normal(size=n)
    a = 1 / (1 + np.exp(-(noise + rng.normal(size=n) * 0.3 + y * 1.5)))
    b = 1 / (1 + np.exp(-(noise + rng.normal(size=n) * 0.3 + y * (1.5 + gap))))
    return y, np.round(a, 2), np.round(b, 2)


@pytest.mark.parametrize("seed", range(5))
def test_every_metric_equals_scikit_learn_s(seed):
    y, score, _ = scored(500, seed)
    ours = {name: value_of(name, Scored.of(y, score)) for name in METRICS}
    fpr, tpr, _ = metrics.roc_curve(y, score)

    assert ours == pytest.approx(
        {
            "average_precision": metrics.average_precision_score(y, score),
            "roc_auc": metrics.roc_auc_score(y, score),
            "log_loss": metrics.log_loss(y, np.clip(score, 1e-15, 1 - 1e-15)),
            "brier": metrics.brier_score_loss(y, score),
            "accuracy": metrics.accuracy_score(y, score >= 0.5),
            "f1": metrics.f1_score(y, score >= 0.5),
            "recall_at_1pct_fpr": tpr[fpr <= 0.01].max(),
        }
    )


def test_a_resample_by_counts_equals_the_repeated_rows():
    y, score, _ = scored(300)
    counts = np.random.default_rng(0).integers(0, 4, (1, 300), dtype=np.int32)
    repeated = np.repeat(np.arange(300), counts[0])
    whole = Scored.of(y, score)

    for name, metric in METRICS.items():
        assert metric(whole, counts)[0] == pytest.approx(value_of(name, Scored.of(y[repeated], score[repeated]))), name


def test_a_better_model_is_found_better_and_the_other_way_round():
    y, a, b = scored()

    forward, backward = compare(y, a, b), compare(y, b, a)

    assert (forward.better, backward.better) == ("b", "a")
    assert 0 < forward.ci_low < forward.difference < forward.ci_high
    assert backward.difference == pytest.approx(-forward.difference)
    assert (forward.n, forward.positives) == (2_000, int(y.sum()))


def test_for_a_loss_lower_is_better():
    y = np.tile([True, False], 100)
    sure, unsure = np.where(y, 0.9, 0.1), np.full(200, 0.5)

    (result,) = compare_all(y, unsure, sure, metrics=["log_loss"])

    assert (result.better, result.difference < 0) == ("b", True)


def test_identical_scores_differ_by_nothing():
    y, a, _ = scored()

    result = compare(y, a, a)

    assert (result.difference, result.ci_low, result.ci_high, result.better) == (0, 0, 0, None)


def test_the_same_seed_gives_the_same_interval():
    y, a, b = scored()

    assert compare(y, a, b, seed=3) == compare(y, a, b, seed=3)
    assert compare(y, a, b, seed=3) != compare(y, a, b, seed=4)


def test_the_interval_covers_as_often_as_it_says():
    """Two models equally good by construction: at 80 %, about one interval in five excludes zero."""
    found = [compare(*scored(600, seed, rate=0.3, gap=0), n_boot=200, level=0.8).better for seed in range(100)]

    assert 0.08 <= np.mean([each is not None for each in found]) <= 0.34


def test_bootstrap_and_delong_agree_on_the_area():
    y, a, b = scored(4_000)

    sampled, exact = compare(y, a, b, metric="roc_auc"), delong_interval(y, a, b)

    assert (exact.value_a, exact.value_b) == pytest.approx((sampled.value_a, sampled.value_b))
    assert (exact.ci_low, exact.ci_high) == pytest.approx((sampled.ci_low, sampled.ci_high), abs=0.005)


def test_one_model_s_interval_holds_its_value():
    y, a, _ = scored()

    interval = bootstrap_ci(y, a, metric="roc_auc")

    assert interval.low < interval.value < interval.high


@pytest.mark.parametrize("y", [np.zeros(100), np.ones(100), np.tile([0, 1], 10), np.zeros(0)])
def test_too_little_to_say_anything(y):
    with pytest.raises(InsufficientData) as caught:
        compare(y, np.zeros(y.size), np.zeros(y.size))
    assert caught.value.code == "insufficient_data"


def test_programmer_s_mistakes_are_value_errors():
    y, a, b = scored(100)
    with pytest.raises(ValueError, match="unknown metrics"):
        compare(y, a, b, metric="beauty")
    with pytest.raises(ValueError, match="one length"):
        compare(y, a[:50], b)
    with pytest.raises(ValueError, match="finite"):
        compare(y, np.full(100, np.nan), b)


def test_a_thousand_resamples_of_ten_thousand_rows_are_fast():
    y, a, b = scored(10_000)

    started = time.process_time()
    compare(y, a, b)

    assert time.process_time() - started < 5  # about 1 on a quiet machine


def test_child_compares_two_models_on_one_holdout(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(800, 2)), columns=["x", "z"])
    frame["y"] = np.where(frame.x + frame.z + rng.normal(size=800) > 1, "bad", "good")
    for name, features in (("champion", ["x"]), ("challenger", ["x", "z"])):
        skops.io.dump(LogisticRegression().fit(frame[features], frame.y), tmp_path / f"{name}.skops")
    write_canonical(Table.from_pandas(frame), tmp_path / "holdout.parquet")
    spec = {
        "champion_model": "champion.skops",
        "challenger_model": "challenger.skops",
        "holdout_path": "holdout.parquet",
        "target": "y",
        "positive_label": "bad",
    }

    code, messages, stderr = run_child("models_registry.comparison", spec, tmp_path)

    assert (code, stderr) == (0, "")
    result = messages[-1]
    assert (result["verdict"], result["n"], result["positives"]) == ("better", 800, int((frame.y == "bad").sum()))
    assert result["primary"] == result["metrics"][0]
    assert result["primary"]["metric"] == "average_precision"
    assert result["delong"]["better"] == "b"

    code, messages, _ = run_child("models_registry.comparison", spec | {"positive_label": "odd"}, tmp_path)
    assert (code, messages[-1]["code"]) == (1, "positive_label_missing")


# Slices


def test_slices_measure_the_parts_and_how_much_worse_they_are():
    y, score, _ = scored(3_000, seed=3)
    region = np.array(["north", "south"], dtype=object)[(np.arange(3_000) % 3 == 0).astype(int)]
    score = np.where(region == "south", 0.3 * score, score)

    north, south = slices(y, score, {"region": region}, metric="average_precision")

    rows = region == "south"
    expected = metrics.average_precision_score(y[rows], score[rows])
    whole = metrics.average_precision_score(y, score)
    assert [(one.by, one.value, one.n) for one in (north, south)] == [
        ("region", "north", 2_000),
        ("region", "south", 1_000),
    ]
    assert south.metrics["average_precision"]["value"] == pytest.approx(expected)
    assert south.metrics["average_precision_gap"]["value"] == pytest.approx(whole - expected)
    assert south.metrics["recall_gap"]["value"] > 0.2
    assert all(one["error"] > 0 for part in (north, south) for one in part.metrics.values())


def test_a_gap_is_above_zero_where_a_lower_is_better_metric_is_higher():
    y, score, _ = scored(1_000)
    part = np.where(np.arange(1_000) < 500, "a", "b").astype(object)
    score = np.where(part == "a", 0.9, score)

    first, _ = slices(y, score, {"part": part}, metric="brier")

    assert first.metrics["brier_gap"]["value"] > 0


def test_slices_leave_out_what_is_too_small_too_many_or_of_one_class():
    y, score, _ = scored(400)
    y = y.copy()
    few = np.array(["many"] * 360 + ["few"] * 40, dtype=object)
    gaps = np.array(["here"] * 200 + [None] * 200, dtype=object)
    names = np.array([f"customer {number}" for number in range(400)], dtype=object)
    one_class = np.array(["quiet"] * 200 + ["loud"] * 200, dtype=object)
    y[:200] = False

    found = slices(y, score, {"few": few, "gaps": gaps, "names": names, "class": one_class}, metric="roc_auc")

    assert [(one.by, one.value, sorted(one.metrics)) for one in found] == [
        ("few", "many", ["recall", "recall_gap", "roc_auc", "roc_auc_gap"]),
        ("class", "loud", ["recall", "recall_gap", "roc_auc", "roc_auc_gap"]),
        ("class", "quiet", []),
    ]
