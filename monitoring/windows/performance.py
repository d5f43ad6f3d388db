"""How well a model did, from predictions whose truth is known."""

from typing import Any

import numpy as np

from experiments.training.resampling import METRICS, Scored, value_of

OF_ONE_CLASS = ("accuracy", "brier", "log_loss")


def binary_performance(*, is_positive: np.ndarray, score: np.ndarray) -> dict[str, Any]:
    """`{"labelled", "positives", "metrics": {name: value}}` of truth bool (n,) and scores of the positive class (n,).

    Without both classes there is no ranking to judge, and only what needs none is given.
    """
    positives = int(is_positive.sum())
    names = METRICS if 0 < positives < is_positive.size else OF_ONE_CLASS
    scored = Scored.of(is_positive, score)
    metrics = {name: value_of(name, scored) for name in names} if is_positive.size else {}
    return {"labelled": int(is_positive.size), "positives": positives, "metrics": metrics}


def multiclass_performance(*, is_right: np.ndarray) -> dict[str, Any]:
    """The same for more than two classes, from whether each label was right, bool (n,)."""
    metrics = {"accuracy": float(is_right.mean())} if is_right.size else {}
    return {"labelled": int(is_right.size), "positives": None, "metrics": metrics}
