import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import average_precision_score

from core.child import Anticipated
from core.errors import Invalid
from experiments.tabular import Table, hash_split, read_table, row_keys, write_canonical
from experiments.tabular.bins import BinnedTable
from experiments.training.fitting import fit_in_steps
from experiments.training.spec import TrainingSpec
from experiments.training.trainer import FILES, train, train_json
from tests.science.children import run_child

QUICK = {"logistic_regression": {}, "random_forest": {"n_estimators": 20}, "hist_gradient_boosting": {"max_iter": 20}}


class Recorder:
    def __init__(self) -> None:
        self.values: list[float] = []
        self.lines: list[str] = []
        self.metrics: list[tuple[str, float, int]] = []

    def progress(self, value: float, note: str = "") -> None:
        self.values.append(value)

    def log(self, line: str) -> None:
        self.lines.append(line)

    def metric(self, key: str, value: float, step: int) -> None:
        self.metrics.append((key, value, step))


def random_frame(n: int = 1_500, seed: int = 0) -> pd.DataFrame:
    """A learnable binary table with every kind of column and missing values."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=n),
            "z": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            "hour": rng.integers(0, 24, n),
            "shop": rng.choice(["a", "b", "c", None], n),
            "abroad": rng.random(n) < 0.2,
            "seen_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 10**6, n), unit="s"),
        }
    )
    odds = 2 * frame.x + 2 * (frame["shop"] == "a") + 2 * frame.abroad - 2
    frame["y"] = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(int)
    return frame


def put(frame: pd.DataFrame, path: Path) -> Path:
    write_canonical(Table.from_pandas(frame), path)
    return path


def spec(tmp_path: Path, frame: pd.DataFrame, estimator: str = "logistic_regression", **more) -> TrainingSpec:
    path = put(frame, tmp_path / "train.parquet")
    params = QUICK[estimator]
    data = {"train_path": path, "target": "y", "estimator": estimator, "params": params, "out": tmp_path}
    return TrainingSpec.from_json(data | more)


def refused(given: TrainingSpec) -> Anticipated:
    with pytest.raises(Anticipated) as caught:
        train(given, Recorder())
    return caught.value


@pytest.mark.parametrize("estimator", QUICK)
def test_train_measures_on_rows_it_held_out_and_writes_every_file(tmp_path, estimator):
    frame = random_frame()
    report = Recorder()

    result = train(spec(tmp_path, frame, estimator), report)

    holdout, scores = read_table(tmp_path / "holdout.parquet"), read_table(tmp_path / "holdout_scores.parquet")
    assert result["metrics"]["roc_auc"] > 0.8
    assert result["metrics"]["average_precision"] == pytest.approx(
        average_precision_score(holdout.numbers("y"), scores.numbers("score"))
    )
    assert result["interval"]["low"] < result["metrics"]["average_precision"] < result["interval"]["high"]
    assert result["rows"]["train"] + result["rows"]["validation"] + holdout.rows == len(frame)
    assert result["importance"][0]["feature"] == "x"
    assert result["dropped"] == [{"column": "seen_at", "reason": "times are not used as they are"}]
    assert all((tmp_path / name).stat().st_size > 0 for name in FILES.values())
    assert report.values == sorted(report.values)
    assert {key for key, _, _ in report.metrics} >= {"train_log_loss", "val_average_precision", "val_log_loss"}


def test_signature_environment_and_reference_say_what_was_used(tmp_path):
    train(spec(tmp_path, random_frame()), Recorder())

    signature = json.loads((tmp_path / "signature.json").read_bytes())
    kinds = {each["name"]: (each["kind"], each["nullable"]) for each in signature["inputs"]}
    reference = json.loads((tmp_path / "reference.json").read_bytes())
    assert kinds == {
        "x": ("numeric", False),
        "z": ("numeric", True),
        "hour": ("integer", False),
        "shop": ("categorical", True),
        "abroad": ("boolean", False),
    }
    assert signature["output"] == {"task": "binary", "classes": [0, 1], "positive": 1}
    assert set(BinnedTable.from_json(reference["features"]).features) == set(kinds)
    assert set(BinnedTable.from_json(reference["score"]).features) == {"score"}
    assert "scikit-learn" in json.loads((tmp_path / "environment.json").read_bytes())["packages"]


def test_the_same_seed_gives_the_same_model(tmp_path):
    outcomes = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        result = train(spec(tmp_path / name, random_frame(), "hist_gradient_boosting"), Recorder())
        outcomes.append((result["metrics"], result["interval"], result["importance"]))

    assert outcomes[0] == outcomes[1]
    assert (tmp_path / "one/holdout_scores.parquet").read_bytes() == (
        tmp_path / "two/holdout_scores.parquet"
    ).read_bytes()


def test_in_steps_is_the_same_as_at_once(tmp_path):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 4)), rng.integers(0, 2, 300)
    for name, model in (
        ("random_forest", RandomForestClassifier(47, random_state=0)),
        ("hist_gradient_boosting", HistGradientBoostingClassifier(max_iter=47, early_stopping=False, random_state=0)),
    ):
        whole = type(model)(**model.get_params()).fit(X, y)
        steps = list(fit_in_steps(name, model, X, y))
        assert steps[-1].done == 47
        assert np.allclose(model.predict_proba(X), whole.predict_proba(X))


def test_text_and_boolean_targets_and_the_positive_label(tmp_path):
    frame = random_frame()
    named = frame.assign(y=np.where(frame.y == 1, "fraud", "good"))

    assert train(spec(tmp_path, named), Recorder())["positive"] == "good"
    chosen = train(spec(tmp_path, named, positive_label="fraud"), Recorder())
    assert (chosen["classes"], chosen["positive"]) == (["fraud", "good"], "fraud")
    assert train(spec(tmp_path, frame.assign(y=frame.y == 1)), Recorder())["classes"] == [False, True]
    assert refused(spec(tmp_path, named, positive_label="odd")).code == "positive_label_missing"


def test_more_than_two_classes(tmp_path):
    frame = random_frame()
    frame["y"] = pd.cut(frame.x, [-9, -0.5, 0.5, 9], labels=["low", "middle", "high"]).astype(str)

    result = train(spec(tmp_path, frame, "random_forest"), Recorder())

    assert (result["task"], result["classes"], result["interval"]) == ("multiclass", ["high", "low", "middle"], None)
    assert result["metrics"]["accuracy"] > 0.9


def test_newer_rows_leave_older_ones_on_their_side(tmp_path):
    older, newer = random_frame(), random_frame(500, seed=1)
    extra = put(newer, tmp_path / "newer.parquet")

    train(spec(tmp_path, older, extra_train_paths=[extra]), Recorder())
    both = set(row_keys(read_table(tmp_path / "holdout.parquet")).tolist())
    train(spec(tmp_path, older, extra_train_paths=[extra], holdout_scope="recent"), Recorder())
    recent = set(row_keys(read_table(tmp_path / "holdout.parquet")).tolist())

    held = {
        name: set(row_keys(table.where(hash_split(table, exclude=["y"]))).tolist())
        for name, table in (("older", Table.from_pandas(older)), ("newer", Table.from_pandas(newer)))
    }
    assert both == held["older"] | held["newer"]
    assert recent == held["newer"]


def test_a_given_holdout_is_taken_out_of_the_training(tmp_path):
    frame = random_frame()
    holdout = put(frame.iloc[:300], tmp_path / "frozen.parquet")

    report = Recorder()
    result = train(spec(tmp_path, frame, holdout_path=holdout), report)

    assert result["rows"]["holdout"] == 300
    assert result["rows"]["train"] + result["rows"]["validation"] == len(frame) - 300
    assert "300 rows that also stand in the holdout" in report.lines[0]


def test_rows_without_a_label_are_left_out_and_said(tmp_path):
    frame = random_frame()
    frame["y"] = frame.y.astype(float).where(np.arange(len(frame)) % 10 > 0)

    report = Recorder()
    result = train(spec(tmp_path, frame), report)

    assert sum(result["rows"].values()) == 1_350
    assert any("without a value of “y”" in line for line in report.lines)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f.drop(columns="y"), "target_missing"),
        (lambda f: f.assign(y=1), "single_class"),
        (lambda f: f.assign(y=pd.Series([None] * len(f), dtype="float")), "target_empty"),
        (lambda f: f.assign(y=f.x), "target_not_classes"),
        (lambda f: f.assign(y=f.seen_at), "target_not_classes"),
        (lambda f: f.assign(y=np.arange(len(f))), "too_many_classes"),
        (lambda f: f.iloc[:40], "too_few_rows"),
        (lambda f: f[["y", "seen_at"]], "no_usable_feature"),
        (lambda f: f[["y"]].assign(constant=1), "holdout_or_feature"),
    ],
)
def test_what_cannot_be_learnt_is_a_code_and_a_sentence(tmp_path, change, code):
    error = refused(spec(tmp_path, change(random_frame())))

    assert error.code in ({code} if code != "holdout_or_feature" else {"target_empty", "no_usable_feature"})
    assert error.message.endswith(".")


def test_features_asked_for_must_exist_and_not_be_the_target(tmp_path):
    assert refused(spec(tmp_path, random_frame(), features=["x", "absent"])).code == "feature_missing"
    assert refused(spec(tmp_path, random_frame(), features=["x", "y"])).code == "target_in_features"
    assert train(spec(tmp_path, random_frame(), features=["x", "shop"]), Recorder())["features"] == ["x", "shop"]


def test_newer_rows_of_another_shape_are_refused(tmp_path):
    fewer = put(random_frame(100).drop(columns="x"), tmp_path / "fewer.parquet")
    other = put(random_frame(100).assign(x="text"), tmp_path / "other.parquet")

    assert refused(spec(tmp_path, random_frame(), extra_train_paths=[fewer])).code == "column_missing"
    assert refused(spec(tmp_path, random_frame(), extra_train_paths=[other])).code == "column_type"


@pytest.mark.parametrize(
    "data", [{}, {"holdout_fraction": 0.9}, {"holdout_scope": "odd"}, {"holdout_scope": "recent"}, {"colour": "red"}]
)
def test_bad_spec(tmp_path, data):
    complete = {"train_path": "t", "target": "y", "estimator": "random_forest"} if data else {}
    with pytest.raises(Anticipated) as caught:
        train_json(complete | data, Recorder())
    assert caught.value.code == "bad_spec"


def test_bad_setting_in_the_spec():
    with pytest.raises(Invalid):
        train_json(
            {"train_path": "t", "target": "y", "estimator": "random_forest", "params": {"n_estimators": 0}}, Recorder()
        )


def test_child_streams_metrics_and_ends_with_a_result(tmp_path):
    put(random_frame(), tmp_path / "train.parquet")
    given = {
        "train_path": "train.parquet",
        "target": "y",
        "estimator": "hist_gradient_boosting",
        "params": {"max_iter": 20},
    }

    code, messages, stderr = run_child("experiments.training", given, tmp_path)

    assert (code, stderr) == (0, "")
    assert messages[0] == {"t": "progress", "value": 0.0, "note": "starting"}
    assert [m["step"] for m in messages if m["t"] == "metric" and m["key"] == "val_average_precision"] == [
        5,
        10,
        15,
        20,
    ]
    assert messages[-1]["t"] == "result"
    assert messages[-1]["estimator"] == "hist_gradient_boosting"


def test_child_refuses_a_target_of_one_class(tmp_path):
    put(random_frame().assign(y=1), tmp_path / "train.parquet")
    given = {"train_path": "train.parquet", "target": "y", "estimator": "logistic_regression"}

    code, messages, _ = run_child("experiments.training", given, tmp_path)

    sentence = "“y” is 1 in every row; learning needs two classes or more."
    assert (code, messages[-1]) == (1, {"t": "error", "code": "single_class", "message": sentence})
