"""Bootstrap of ranking and probability metrics, many resamples at once.

A resample is a vector of counts, how often each row was drawn. Every metric here is a sum over rows or over the sorted
scores, so a matrix of counts (resamples, n) gives all resamples in a few NumPy calls.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

CHUNK_VALUES = 2_000_000
FPR_LIMIT = 0.01
THRESHOLD = 0.5
EPSILON = 1e-15

Metric = Callable[["Scored", np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Scored:
    """Truth and scores of n rows, ranked once. `y` bool (n,), `score` float (n,), higher means more positive.

    `order` (n,) sorts by falling score; `ends` (g,) are the positions in that order where a group of equal scores ends.
    """

    y: np.ndarray
    score: np.ndarray
    order: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(cls, y: np.ndarray, score: np.ndarray) -> "Scored":
        y, score = np.asarray(y).astype(bool), np.asarray(score, dtype=np.float64)
        if y.shape != score.shape or y.ndim != 1:
            raise ValueError(f"truth {y.shape} and scores {score.shape} must be two vectors of one length")
        if not np.isfinite(score).all():
            raise ValueError("a score is not a finite number")
        order = np.argsort(-score, kind="stable")
        ranked = score[order]
        ends = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])
        return cls(y=y, score=score, order=order, ends=ends)

    def cumulative(self, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """True and false positives (b, g) when everything down to each distinct score is called positive."""
        ranked = counts[:, self.order]
        positives = np.cumsum(ranked * self.y[self.order], axis=1, dtype=np.int32)[:, self.ends]
        return positives, np.cumsum(ranked, axis=1, dtype=np.int32)[:, self.ends] - positives

    def once(self) -> np.ndarray:
        """The counts (1, n) of the data themselves."""
        return np.ones((1, self.y.size), dtype=np.int32)


def average_precision(scored: Scored, counts: np.ndarray) -> np.ndarray:
    """AP = sum over thresholds of (R_k - R_{k-1}) P_k, as scikit-learn defines it; (b,)."""
    tp, fp = scored.cumulative(counts)
    precision = tp / np.maximum(tp + fp, 1)
    return np.sum(np.diff(tp, axis=1, prepend=0) * precision, axis=1) / np.maximum(tp[:, -1], 1)


def roc_auc(scored: Scored, counts: np.ndarray) -> np.ndarray:
    """Area under the ROC curve by trapezoids, which counts ties as one half; (b,)."""
    tp, fp = scored.cumulative(counts)
    mean_tp = tp - np.diff(tp, axis=1, prepend=0) / 2
    area = np.sum(np.diff(fp, axis=1, prepend=0) * mean_tp, axis=1)
    return area / np.maximum(tp[:, -1].astype(np.float64) * fp[:, -1], 1)


def recall_at_1pct_fpr(scored: Scored, counts: np.ndarray) -> np.ndarray:
    """The largest share of positives found while at most 1 % of the negatives are called positive; (b,)."""
    tp, fp = scored.cumulative(counts)
    allowed = fp <= FPR_LIMIT * fp[:, -1:]
    return np.max(np.where(allowed, tp, 0), axis=1) / np.maximum(tp[:, -1], 1)


def brier(scored: Scored, counts: np.ndarray) -> np.ndarray:
    """Mean squared distance of the score to the truth; (b,). Brier 1950."""
    return counts @ np.square(scored.score - scored.y) / counts.sum(axis=1)


def log_loss(scored: Scored, counts: np.ndarray) -> np.ndarray:
    """Mean negative log likelihood, in nats; (b,)."""
    p = np.clip(scored.score, EPSILON, 1 - EPSILON)
    return counts @ -np.where(scored.y, np.log(p), np.log1p(-p)) / counts.sum(axis=1)


def accuracy(scored: Scored, counts: np.ndarray) -> np.ndarray:
    right = (scored.score >= THRESHOLD) == scored.y
    return counts @ right.astype(np.float64) / counts.sum(axis=1)


def f1(scored: Scored, counts: np.ndarray) -> np.ndarray:
    """Harmonic mean of precision and recall at a threshold of one half; (b,)."""
    called = scored.score >= THRESHOLD
    tp = counts @ (called & scored.y).astype(np.float64)
    wrong = counts @ (called != scored.y).astype(np.float64)
    return 2 * tp / np.maximum(2 * tp + wrong, 1)


METRICS: dict[str, Metric] = {
    "average_precision": average_precision,
    "roc_auc": roc_auc,
    "log_loss": log_loss,
    "brier": brier,
    "accuracy": accuracy,
    "f1": f1,
    "recall_at_1pct_fpr": recall_at_1pct_fpr,
}


def value_of(metric: str, scored: Scored) -> float:
    return float(METRICS[metric](scored, scored.once())[0])


def stratified_counts(y: np.ndarray, *, n_boot: int, seed: int) -> Iterator[np.ndarray]:
    """Counts (b, n) of resamples that keep the number of positives and of negatives, chunk by chunk."""
    rng = np.random.default_rng(seed)
    groups = [np.flatnonzero(y), np.flatnonzero(~y)]
    rows = max(1, CHUNK_VALUES // max(y.size, 1))
    for start in range(0, n_boot, rows):
        b = min(rows, n_boot - start)
        counts = np.zeros((b, y.size), dtype=np.int32)
        for group in groups:
            counts[:, group] = _draws(rng, b, group.size)
        yield counts


def _draws(rng: np.random.Generator, b: int, n: int) -> np.ndarray:
    """How often each of n items is drawn in b resamples of n draws; int (b, n)."""
    if n == 0:
        return np.zeros((b, 0), dtype=np.int32)
    places = rng.integers(0, n, size=(b, n), dtype=np.int64) + np.arange(b, dtype=np.int64)[:, None] * n
    return np.bincount(places.ravel(), minlength=b * n).reshape(b, n)


def bootstrap_interval(
    metric: str, scored: Scored, *, n_boot: int = 1000, seed: int = 0, level: float = 0.95
) -> tuple[float, float]:
    """Stratified percentile bootstrap of one metric (Efron and Tibshirani 1993, chapter 13)."""
    values = np.concatenate(
        [METRICS[metric](scored, counts) for counts in stratified_counts(scored.y, n_boot=n_boot, seed=seed)]
    )
    return percentile_interval(values, level)


def percentile_interval(values: np.ndarray, level: float) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
