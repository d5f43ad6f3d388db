"""Jensen-Shannon distance: how far apart two distributions over the same values are."""

import numpy as np


def jensen_shannon(reference: np.ndarray, window: np.ndarray) -> float:
    """The square root of the divergence to base 2, from counts (k,): 0 when equal, 1 when disjoint.

    Lin 1991; Endres and Schindelin 2003. Equal to `scipy.spatial.distance.jensenshannon(p, q, base=2)`; 0 for an
    empty side.
    """
    if reference.sum() == 0 or window.sum() == 0:
        return 0.0
    p, q = reference / reference.sum(), window / window.sum()
    middle = (p + q) / 2
    divergence = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2
    return float(np.sqrt(max(divergence, 0.0)))


def _relative_entropy(p: np.ndarray, q: np.ndarray) -> float:
    held = p > 0
    return float(np.sum(p[held] * np.log2(p[held] / q[held])))
