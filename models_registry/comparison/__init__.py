"""Is the challenger better than the champion, on the same rows, beyond chance? Pure: no Django.

As a child: `python -m models_registry.comparison`.
"""

from models_registry.comparison.delong import delong_interval
from models_registry.comparison.paired import (
    MIN_ROWS,
    Comparison,
    InsufficientData,
    Interval,
    bootstrap_ci,
    compare,
    compare_all,
)
from models_registry.comparison.slices import Measured, slices

__all__ = [
    "MIN_ROWS",
    "Comparison",
    "InsufficientData",
    "Interval",
    "Measured",
    "bootstrap_ci",
    "compare",
    "compare_all",
    "delong_interval",
    "slices",
]
