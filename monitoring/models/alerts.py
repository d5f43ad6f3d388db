"""Alerts, and the retraining that answers to one."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from experiments.models import DatasetVersion, Run
from models_registry.models import ModelVersion, Review
from monitoring.enums import AlertKind, AlertState, RetrainingState
from monitoring.models.monitors import DriftWindow, Monitor
from projects.models import Project


class Alert(models.Model):
    """Drift that was confirmed: `window` is the one that confirmed it, `drifting_since` the start of the first in the
    row. `features` are those that drifted, the furthest first.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="alerts")
    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=12, choices=AlertKind)
    state = models.CharField(max_length=14, choices=AlertState, default=AlertState.OPEN)
    version = models.PositiveIntegerField(default=1)
    summary = models.CharField(max_length=300)
    features = models.JSONField(default=list)
    drifting_since = models.DateTimeField()
    window = models.ForeignKey(DriftWindow, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AlertState.values), name="monitoring_alert_state"),
            models.UniqueConstraint(
                fields=["monitor", "kind"],
                condition=Q(state__in=["open", "acknowledged"]),
                name="monitoring_alert_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.summary


class Retraining(models.Model):
    """One at most for each alert, however often it is announced. It learns from labels of predictions made since
    `labels_since`. `reason` is what a person who started it said, `note` how it ended.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="retrainings")
    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="retrainings")
    alert = models.OneToOneField(Alert, null=True, on_delete=models.PROTECT, related_name="retraining")
    state = models.CharField(max_length=20, choices=RetrainingState, default=RetrainingState.WAITING_FOR_LABELS)
    version = models.PositiveIntegerField(default=1)
    dataset_version = models.ForeignKey(DatasetVersion, null=True, on_delete=models.PROTECT, related_name="+")
    run = models.OneToOneField(Run, null=True, on_delete=models.PROTECT, related_name="retraining")
    model_version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT, related_name="+")
    review = models.OneToOneField(Review, null=True, on_delete=models.PROTECT, related_name="retraining")
    labels_since = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RetrainingState.values), name="monitoring_retraining_state"),
            models.UniqueConstraint(
                fields=["monitor"],
                condition=Q(state__in=["waiting_for_labels", "training", "in_review"]),
                name="monitoring_retraining_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"Retraining from {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.state in RetrainingState.open()
