import numpy as np
import pandas as pd
import pytest

from config.demo.simulator import COLUMNS, TARGET, simulate
from experiments.tabular import Kind, Table, profile, schema, write_canonical
from experiments.tabular.bins import build_reference, count_window
from experiments.training.spec import TrainingSpec
from experiments.training.trainer import train
from models_registry.comparison import compare as compare_models
from models_registry.serving import load_model
from monitoring.drift.compare import compare, drifted_features
from tests.science.test_training import Recorder


def test_rows_are_complete_and_of_their_kinds():
    frame = simulate(5_000, seed=0)
    table = Table.from_pandas(frame)

    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == 5_000
    assert not frame.isna().any().any()
    assert frame[TARGET].mean() == pytest.approx(0.03, abs=0.01)
    assert frame.hour.between(0, 23).all()
    assert {c.kind for c in schema(table)} == {Kind.NUMERIC, Kind.INTEGER, Kind.CATEGORICAL}
    assert not [w for w in profile(table, target=TARGET)["warnings"] if w["code"] == "target_like"]


def test_the_same_arguments_give_the_same_rows():
    pd.testing.assert_frame_equal(simulate(300, seed=5, shift=0.4), simulate(300, seed=5, shift=0.4))
    assert not simulate(300, seed=5).equals(simulate(300, seed=6))


@pytest.mark.parametrize(("n", "shift"), [(0, 0), (-1, 0), (10, -0.1), (10, 1.1), (10, float("nan"))])
def test_impossible_arguments_are_refused(n, shift):
    with pytest.raises(ValueError, match="must"):
        simulate(n, seed=0, shift=shift)


def test_the_shift_is_seen_as_drift_and_its_absence_is_not():
    bins = build_reference(Table.from_pandas(simulate(10_000, seed=0).drop(columns=TARGET)))

    def found(seed: int, shift: float) -> list[str]:
        window = Table.from_pandas(simulate(500, seed=seed, shift=shift))
        return drifted_features(compare(bins, count_window(bins, window)))

    assert [found(seed, 0.0) for seed in range(10, 16)] == [[]] * 6
    assert all("merchant_category" in found(seed, 0.5) for seed in range(10, 16))
    assert set(found(20, 1.0)) >= {"merchant_category", "channel", "amount_ratio"}


def test_a_model_suffers_from_the_shift_and_retraining_repairs_it(tmp_path):
    """The demo's story by the product's own means: train, drift, retrain on recent labelled rows, compare."""

    def fit(name: str, estimator: str, **more) -> dict:
        (tmp_path / name).mkdir()
        data = {"train_path": tmp_path / "old.parquet", "target": TARGET, "estimator": estimator}
        return train(TrainingSpec.from_json(data | {"out": tmp_path / name} | more), Recorder())

    write_canonical(Table.from_pandas(simulate(16_000, seed=1)), tmp_path / "old.parquet")
    write_canonical(Table.from_pandas(simulate(4_000, seed=2, shift=1.0)), tmp_path / "new.parquet")
    recent = Table.from_pandas(simulate(2_000, seed=3, shift=1.0))

    champion = fit("champion", "hist_gradient_boosting")["metrics"]["average_precision"]
    plain = fit("plain", "logistic_regression")["metrics"]["average_precision"]
    fit("challenger", "hist_gradient_boosting", extra_train_paths=[tmp_path / "new.parquet"])
    old, new = (load_model(tmp_path / name).scores(recent) for name in ("champion", "challenger"))
    comparison = compare_models(recent.numbers(TARGET), old, new)

    assert 0.7 < champion < 0.9
    assert plain < champion - 0.2
    assert comparison.value_a < champion - 0.2
    assert (comparison.better, comparison.ci_low > 0) == ("b", True)
    assert np.isfinite(new).all()
