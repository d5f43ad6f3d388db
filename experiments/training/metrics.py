"""How good a fitted classifier is on rows it has not seen."""

import numpy as np
from sklearn.metrics import accuracy_score, average_precision_score, f1_score, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

from experiments.training.data import Labels
from experiments.training.resampling import METRICS, Scored, bootstrap_interval, value_of


def evaluate(codes: np.ndarray, probabilities: np.ndarray, labels: Labels) -> dict[str, float]:
    """Metrics by name. `codes` int (n,) are positions in the classes, `probabilities` is (n, classes).

    Binary: everything in `resampling.METRICS`, for the positive class. More classes: one against the rest, averaged
    over the classes that occur; log loss, accuracy and the Brier score of Brier's own definition (0 to 2).
    """
    if labels.is_binary:
        scored = score_positive(codes, probabilities, labels)
        return {name: value_of(name, scored) for name in METRICS}
    truth = np.eye(len(labels.classes))[codes]
    occurs = truth.any(axis=0) & ~truth.all(axis=0)
    called = probabilities.argmax(axis=1)
    return {
        "average_precision": float(average_precision_score(truth[:, occurs], probabilities[:, occurs])),
        "roc_auc": float(roc_auc_score(truth[:, occurs], probabilities[:, occurs])),
        "log_loss": float(sklearn_log_loss(codes, probabilities, labels=np.arange(len(labels.classes)))),
        "brier": float(np.mean(np.sum(np.square(probabilities - truth), axis=1))),
        "accuracy": float(accuracy_score(codes, called)),
        "f1": float(f1_score(codes, called, average="macro", zero_division=0)),
    }


def score_positive(codes: np.ndarray, probabilities: np.ndarray, labels: Labels) -> Scored:
    positive = labels.positive_index
    assert positive is not None, "only a binary target has a positive class"
    return Scored.of(codes == positive, probabilities[:, positive])


def average_precision_interval(
    codes: np.ndarray, probabilities: np.ndarray, labels: Labels, *, seed: int
) -> tuple[float, float] | None:
    """A 95 % interval of the average precision; None when there are more than two classes."""
    if not labels.is_binary:
        return None
    return bootstrap_interval("average_precision", score_positive(codes, probabilities, labels), seed=seed)
