"""Kolmogorov-Smirnov: the largest distance between two cumulative distributions."""

import numpy as np
from scipy.stats import kstwo


def ks_test(reference: np.ndarray, window: np.ndarray) -> tuple[float, float]:
    """D and its p-value from counts (k,) in the same ordered bins; (0, 1) for an empty side.

    D is exact at the bins' edges, so with one bin a value it is exact, and else it misses what happens inside one of
    200 bins. The p-value is that of `scipy.stats.ks_2samp(method="asymp")` (the one-sample distribution at the
    effective size n m / (n + m)); with ties and bins it is conservative.
    """
    n, m = int(reference.sum()), int(window.sum())
    if n == 0 or m == 0:
        return 0.0, 1.0
    distance = float(np.max(np.abs(np.cumsum(reference) / n - np.cumsum(window) / m)))
    large, small = float(max(n, m)), float(min(n, m))
    return distance, float(np.clip(kstwo.sf(distance, np.round(large * small / (large + small))), 0, 1))
