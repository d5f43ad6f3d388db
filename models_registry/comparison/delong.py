"""DeLong's test of two correlated areas under the ROC curve: exact where the bootstrap samples.

DeLong, DeLong, Clarke-Pearson 1988; the fast form by midranks of Sun and Xu 2014.
"""

import numpy as np
from scipy.stats import norm, rankdata

from models_registry.comparison.paired import Comparison, InsufficientData

MIN_PER_CLASS = 2


def delong_interval(y_true: np.ndarray, score_a: np.ndarray, score_b: np.ndarray, *, level: float = 0.95) -> Comparison:
    """The difference of two ROC areas with a normal interval. Raises InsufficientData under two rows of a class."""
    y = np.asarray(y_true).astype(bool)
    positives, negatives = int(y.sum()), int((~y).sum())
    if min(positives, negatives) < MIN_PER_CLASS:
        raise InsufficientData("DeLong's test needs at least two rows of each class.")
    placed = [_placements(y, np.asarray(score, dtype=np.float64)) for score in (score_a, score_b)]
    areas = [float(of_positives.mean()) for of_positives, _ in placed]
    spread_positive = np.var(placed[1][0] - placed[0][0], ddof=1) / positives
    spread_negative = np.var(placed[1][1] - placed[0][1], ddof=1) / negatives
    half = float(norm.ppf((1 + level) / 2) * np.sqrt(spread_positive + spread_negative))
    difference = areas[1] - areas[0]
    low, high = difference - half, difference + half
    return Comparison(
        metric="roc_auc",
        value_a=areas[0],
        value_b=areas[1],
        difference=difference,
        ci_low=low,
        ci_high=high,
        level=level,
        n=y.size,
        positives=positives,
        better=None if low <= 0 <= high else ("b" if low > 0 else "a"),
        method="DeLong",
    )


def _placements(y: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each positive the share of negatives below it, for each negative the share of positives above; ties half."""
    ranks = rankdata(score)
    of_positives = (ranks[y] - rankdata(score[y])) / (~y).sum()
    of_negatives = 1 - (ranks[~y] - rankdata(score[~y])) / y.sum()
    return of_positives, of_negatives
