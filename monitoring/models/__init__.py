"""Monitoring's tables."""

from monitoring.models.alerts import Alert, Retraining
from monitoring.models.monitors import DriftWindow, Monitor

__all__ = ["Alert", "DriftWindow", "Monitor", "Retraining"]
