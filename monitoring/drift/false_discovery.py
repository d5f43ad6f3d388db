"""Many features are tested at once: the false discovery rate over all of them."""

import numpy as np


def benjamini_hochberg(p_values: np.ndarray) -> np.ndarray:
    """Adjusted p-values (k,): rejecting those at most q holds the false discovery rate at q.

    Benjamini and Hochberg 1995; equal to `scipy.stats.false_discovery_control`.
    """
    k = p_values.size
    if k == 0:
        return p_values
    order = np.argsort(p_values)[::-1]
    scaled = p_values[order] * k / np.arange(k, 0, -1)
    adjusted = np.empty(k)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled), 1)
    return adjusted
