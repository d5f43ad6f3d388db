"""Population stability index, for people who know it from credit scoring. Shown, never alarmed on: the usual limits
(0.1, 0.2) mean nothing without the window's size."""

import numpy as np

FLOOR = 1e-4


def psi(reference: np.ndarray, window: np.ndarray) -> float:
    """Sum of (q - p) ln(q / p) over shares p, q from counts (k,); >= 0, unbounded, in nats. 0 for an empty side.

    Empty bins count as a share of 0.0001 (Siddiqi 2006 has no rule for them; this is the usual one).
    """
    if reference.sum() == 0 or window.sum() == 0:
        return 0.0
    p = np.maximum(reference / reference.sum(), FLOOR)
    q = np.maximum(window / window.sum(), FLOOR)
    return float(np.sum((q - p) * np.log(q / p)))
