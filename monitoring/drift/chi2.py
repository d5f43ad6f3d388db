"""Pearson's chi-square test of two samples of categories."""

import numpy as np
from scipy.stats import chi2

MIN_EXPECTED = 5


def chi2_test(reference: np.ndarray, window: np.ndarray) -> tuple[float, float]:
    """The statistic and its p-value from counts (k,) over the same values; (0, 1) for an empty side.

    Values expected fewer than five times in either sample are counted together (Cochran 1954). Without such values
    equal to `scipy.stats.chi2_contingency(correction=False)`.
    """
    n, m = reference.sum(), window.sum()
    if n == 0 or m == 0:
        return 0.0, 1.0
    observed = _pooled(np.vstack([reference, window]).astype(np.float64))
    if observed.shape[1] < 2:
        return 0.0, 1.0
    expected = np.outer([n, m], observed.sum(axis=0)) / (n + m)
    statistic = float(np.sum(np.square(observed - expected) / expected))
    return statistic, float(chi2.sf(statistic, observed.shape[1] - 1))


def _pooled(observed: np.ndarray) -> np.ndarray:
    """Columns without any count dropped, those with too small an expectation added up into one.

    Where even their sum is too small, it goes to the smallest of the others.
    """
    totals = observed.sum(axis=0)
    observed, totals = observed[:, totals > 0], totals[totals > 0]
    smallest_side = observed.sum(axis=1).min() / observed.sum()
    rare = totals * smallest_side < MIN_EXPECTED
    if not rare.any() or rare.all():
        return observed if not rare.any() else observed.sum(axis=1, keepdims=True)
    kept, rest = observed[:, ~rare], observed[:, rare].sum(axis=1)
    if rest.sum() * smallest_side >= MIN_EXPECTED:
        return np.column_stack([kept, rest])
    kept[:, np.argmin(kept.sum(axis=0))] += rest
    return kept
