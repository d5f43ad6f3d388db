"""Windows of time on a fixed grid, how well a model did in one, and labelled rows as a table. Pure: no Django."""

from monitoring.windows.grid import GRACE, ceil, checkable_until, floor
from monitoring.windows.labelled import write_like
from monitoring.windows.performance import MIN_LABELLED, MIN_POSITIVE, binary_performance, multiclass_performance

__all__ = [
    "GRACE",
    "MIN_LABELLED",
    "MIN_POSITIVE",
    "binary_performance",
    "ceil",
    "checkable_until",
    "floor",
    "multiclass_performance",
    "write_like",
]
