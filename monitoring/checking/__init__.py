"""Checking windows: reads what was predicted, and computes. Needs NumPy, Polars and SciPy, which take seconds and a
hundred megabytes to import: only the worker that checks does.
"""

from monitoring.checking.performance import performance_due
from monitoring.checking.reports import window_reports

__all__ = ["performance_due", "window_reports"]
