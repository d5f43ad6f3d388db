"""One training, from files to files."""

import time
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np
import skops.io
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline

from core.child import Anticipated
from experiments.tabular import write_canonical
from experiments.training import outputs
from experiments.training.data import Labels, TrainingData, load
from experiments.training.fitting import Step, fit_in_steps
from experiments.training.importance import permutation_importance
from experiments.training.metrics import average_precision_interval, evaluate
from experiments.training.pipeline import build_estimator, build_preparation
from experiments.training.spec import TrainingSpec

VALIDATION_SHARE = 0.1
MIN_VALIDATION_ROWS = 100
CURVE_ROWS = 5_000
FILES = {
    "model": "model.skops",
    "holdout": "holdout.parquet",
    "holdout_scores": "holdout_scores.parquet",
    "reference": "reference.json",
    "environment": "environment.json",
    "signature": "signature.json",
}


class Report(Protocol):
    def progress(self, value: float, note: str = "") -> None: ...
    def log(self, line: str) -> None: ...
    def metric(self, key: str, value: float, step: int) -> None: ...


def train(spec: TrainingSpec, report: Report) -> dict[str, Any]:
    """Fit, measure on the holdout, and write `FILES` into `spec.out`. The same spec gives the same model.

    Returns `{"task", "classes", "positive", "metrics": {name: value}, "interval": {"metric", "low", "high", "level"}
    |null, "rows": {"train", "validation", "holdout"}, "features": [name], "dropped": [{"column", "reason"}],
    "importance": [{"feature", "loss"}], "params", "seed", "fit_seconds", "notes": [line], "files": {...}}`.
    Raises Anticipated or TableError.
    """
    report.progress(0.02, "reading the data")
    data = load(spec)
    for note in data.notes:
        report.log(note)
    started = time.perf_counter()
    model, rows = _fit(spec, data, report)
    seconds = time.perf_counter() - started
    report.progress(0.85, "measuring on the holdout")
    holdout = data.frame(data.holdout)
    probabilities = model.predict_proba(holdout)
    codes = data.codes(data.holdout)
    metrics = evaluate(codes, probabilities, data.labels)
    interval = average_precision_interval(codes, probabilities, data.labels, seed=spec.seed)
    report.progress(0.9, "asking which features matter")
    importance = permutation_importance(model, holdout, codes, data.labels, seed=spec.seed)
    report.progress(0.95, "writing the model")
    _write(spec, data, model, probabilities)
    report.progress(1.0, "done")
    return {
        "task": "binary" if data.labels.is_binary else "multiclass",
        "classes": data.labels.classes,
        "positive": data.labels.positive,
        "metrics": metrics,
        "interval": _interval(interval),
        "rows": {**rows, "holdout": data.holdout.rows},
        "features": [column.name for column in data.features],
        "dropped": data.dropped,
        "importance": importance,
        "params": spec.params,
        "seed": spec.seed,
        "fit_seconds": round(seconds, 3),
        "notes": data.notes,
        "files": FILES,
    }


def _fit(spec: TrainingSpec, data: TrainingData, report: Report) -> tuple[Pipeline, dict[str, int]]:
    """The fitted pipeline and how many rows it learnt from.

    A tenth of the training rows is kept out of the fit, to draw an honest curve while it runs.
    """
    frame, y, codes = data.frame(data.train), data.y(data.train), data.codes(data.train)
    fit, validation = _hold_back(codes, seed=spec.seed)
    preparation = build_preparation(spec.estimator, data.features)
    report.progress(0.08, f"preparing {len(fit):,} rows")
    X = preparation.fit_transform(frame.iloc[fit])
    X_validation = preparation.transform(frame.iloc[validation]) if validation.size else None
    model = build_estimator(spec.estimator, spec.params, columns=data.features, seed=spec.seed)
    curve = slice(0, CURVE_ROWS)
    for step in fit_in_steps(spec.estimator, model, X, y[fit]):
        report.progress(0.1 + 0.74 * step.done / step.total, f"{step.noun} {step.done} of {step.total}")
        _report_step(model, X[curve], codes[fit][curve], "train", step, data.labels, report)
        if X_validation is not None:
            _report_step(model, X_validation, codes[validation], "val", step, data.labels, report)
    return Pipeline([("prepare", preparation), ("model", model)]), {"train": len(fit), "validation": len(validation)}


def _hold_back(codes: np.ndarray, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions to fit on and to validate on; none of the latter when the rows or a class are too few."""
    rows = np.arange(codes.size)
    size = int(VALIDATION_SHARE * codes.size)
    if size < MIN_VALIDATION_ROWS or np.bincount(codes).min() < 2 / VALIDATION_SHARE:
        return rows, rows[:0]
    fit, validation = train_test_split(rows, test_size=size, stratify=codes, random_state=seed)
    return np.sort(fit), np.sort(validation)


def _report_step(
    model: Any, X: np.ndarray, codes: np.ndarray, part: str, step: Step, labels: Labels, report: Report
) -> None:
    metrics = evaluate(codes, model.predict_proba(X), labels) if np.unique(codes).size > 1 else {}
    for name in ("average_precision", "log_loss"):
        if name in metrics:
            report.metric(f"{part}_{name}", metrics[name], step.done)


def _interval(interval: tuple[float, float] | None) -> dict[str, Any] | None:
    if interval is None:
        return None
    return {"metric": "average_precision", "low": interval[0], "high": interval[1], "level": 0.95}


def _write(spec: TrainingSpec, data: TrainingData, model: Pipeline, probabilities: np.ndarray) -> None:
    positive = data.labels.positive_index
    score = None if positive is None else probabilities[:, positive]
    skops.io.dump(model, spec.out / FILES["model"])
    write_canonical(data.holdout, spec.out / FILES["holdout"])
    outputs.write_scores(
        spec.out / FILES["holdout_scores"], data.y(data.holdout), probabilities, data.labels.classes, score
    )
    outputs.write_json(spec.out / FILES["reference"], outputs.reference(data, score))
    outputs.write_json(spec.out / FILES["environment"], outputs.environment() | {"seed": spec.seed})
    outputs.write_json(spec.out / FILES["signature"], outputs.signature(data))


def train_json(spec: dict[str, Any], report: Report) -> dict[str, Any]:
    """`train` from a spec as JSON. A failure inside NumPy that says “cannot allocate” is a MemoryError already."""
    parsed = TrainingSpec.from_json(spec)
    if not parsed.out.is_dir():
        raise Anticipated("bad_spec", f"The output directory “{parsed.out}” does not exist.")
    return train(parsed, report) | {"estimator": parsed.estimator, "target": parsed.target, "spec": _spec_json(parsed)}


def _spec_json(spec: TrainingSpec) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        return list(map(str, value)) if isinstance(value, tuple) else value if _is_plain(value) else str(value)

    return {key: plain(value) for key, value in asdict(spec).items()}


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | dict)
