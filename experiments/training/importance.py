"""Which features a model leans on: permutation importance (Breiman 2001, section 10)."""

from typing import Any

import numpy as np
import pandas as pd

from experiments.training.data import Labels
from experiments.training.metrics import evaluate

MAX_ROWS = 2_000
MAX_FEATURES = 100
REPEATS = 3
TOP = 15


def permutation_importance(
    model: Any, frame: pd.DataFrame, codes: np.ndarray, labels: Labels, *, seed: int
) -> list[dict[str, Any]]:
    """The features whose shuffling costs the most average precision, with the mean loss over three shuffles.

    Measured on at most 2,000 rows; an empty list where there are more than 100 features.
    """
    if frame.shape[1] > MAX_FEATURES:
        return []
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(len(frame))[:MAX_ROWS])
    frame, codes = frame.iloc[rows].reset_index(drop=True), codes[rows]
    if np.unique(codes).size < 2:
        return []
    base = _average_precision(model, frame, codes, labels)
    losses = [
        {"feature": name, "loss": base - _shuffled(model, frame, name, codes, labels, rng=rng)}
        for name in frame.columns
    ]
    return sorted(losses, key=lambda each: -each["loss"])[:TOP]


def _shuffled(
    model: Any, frame: pd.DataFrame, name: str, codes: np.ndarray, labels: Labels, *, rng: np.random.Generator
) -> float:
    copies = []
    for _ in range(REPEATS):
        order = rng.permutation(len(frame))
        shuffled = frame.assign(**{name: frame[name].iloc[order].reset_index(drop=True)})
        copies.append(_average_precision(model, shuffled, codes, labels))
    return float(np.mean(copies))


def _average_precision(model: Any, frame: pd.DataFrame, codes: np.ndarray, labels: Labels) -> float:
    return evaluate(codes, model.predict_proba(frame), labels)["average_precision"]
