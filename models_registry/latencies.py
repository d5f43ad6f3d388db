"""How long calls took, counted in classes that grow: enough for a quantile, in a few numbers. Knows no Django."""

from bisect import bisect_left
from collections.abc import Sequence

BOUNDS_MS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 2_000, 5_000, 10_000, 30_000)
CLASSES = len(BOUNDS_MS) + 1


def class_of(milliseconds: float) -> int:
    """From 0; the last one is for whatever took longer."""
    return bisect_left(BOUNDS_MS, milliseconds)


def quantile(counts: Sequence[int], share: float) -> float | None:
    """In milliseconds, by a straight line within its class; what took longer than the last bound counts as that bound.
    None where nothing was counted."""
    total = sum(counts)
    if not total:
        return None
    wanted, below = share * total, 0
    for index, count in enumerate(counts):
        if count and below + count >= wanted:
            low = BOUNDS_MS[index - 1] if index else 0
            high = BOUNDS_MS[min(index, len(BOUNDS_MS) - 1)]
            return low + (high - low) * (wanted - below) / count
        below += count
    return float(BOUNDS_MS[-1])
