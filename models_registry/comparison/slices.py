"""A model on the parts of its holdout: where it is worse than on the whole, with intervals."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np

from experiments.metric_names import LOWER_IS_BETTER
from experiments.training.resampling import Scored, bootstrap_interval, value_of

MIN_ROWS = 50
MOST_COLUMNS, MOST_VALUES = 6, 12
RESAMPLES = 200
THRESHOLD = 0.5
RECALL = "recall"


@dataclass(frozen=True)
class Measured:
    """The rows whose column `by` is `value`. `metrics` are `{name: {"value", "error"}}`, the error a standard error.

    `<metric>_gap` is by how much the metric is worse here than on all rows; the whole counts as known exactly.
    """

    by: str
    value: str
    n: int
    metrics: dict[str, dict[str, float]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def slices(
    y: np.ndarray, score: np.ndarray, columns: Mapping[str, np.ndarray], *, metric: str, seed: int = 0
) -> list[Measured]:
    """Every value with 50 rows or more of the first six columns that have two to twelve values; `columns` are texts
    (n,), None where nothing stands. Of `metric`, and of recall at a threshold of one half."""
    whole = _measured(y, score, metric, seed)
    return [
        Measured(by, value, int(rows.sum()), _with_gaps(_measured(y[rows], score[rows], metric, seed), whole))
        for by, value, rows in _parts(columns)
    ]


def _parts(columns: Mapping[str, np.ndarray]) -> Iterator[tuple[str, str, np.ndarray]]:
    taken = 0
    for name, texts in columns.items():
        values = sorted({str(one) for one in texts if one is not None})
        if not 2 <= len(values) <= MOST_VALUES or taken == MOST_COLUMNS:
            continue
        taken += 1
        for value in values:
            rows = texts == value
            if rows.sum() >= MIN_ROWS:
                yield name, value, rows


def _measured(y: np.ndarray, score: np.ndarray, metric: str, seed: int) -> dict[str, dict[str, float]]:
    """Nothing of a metric for which rows of both classes are missing."""
    positives, found = int(y.sum()), {}
    if positives not in (0, y.size):
        scored = Scored.of(y, score)
        low, high = bootstrap_interval(metric, scored, n_boot=RESAMPLES, seed=seed, level=0.95)
        error = (high - low) / 2 / NormalDist().inv_cdf(0.975)
        found[metric] = {"value": value_of(metric, scored), "error": float(max(0.0, error))}
    if positives:
        found[RECALL] = _share(int((score[y] >= THRESHOLD).sum()), positives)
    return found


def _share(hits: int, of: int) -> dict[str, float]:
    """A share with the standard error of Agresti and Coull (1998): never 0, as with 20 hits out of 20."""
    centre = (hits + 2) / (of + 4)
    return {"value": hits / of, "error": math.sqrt(centre * (1 - centre) / (of + 4))}


def _with_gaps(here: dict[str, dict[str, float]], whole: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    gaps = {}
    for name, one in here.items():
        gap = whole[name]["value"] - one["value"]
        gaps[f"{name}_gap"] = {"value": -gap if name in LOWER_IS_BETTER else gap, "error": one["error"]}
    return here | gaps
