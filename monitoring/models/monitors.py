"""What is watched, and what each window showed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import Schedule
from models_registry.models import Deployment, ModelVersion
from monitoring.enums import WindowState
from projects.models import Project


class Monitor(models.Model):
    """Watches one deployment, and holds the policy that answers to drift."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="monitors")
    deployment = models.OneToOneField(Deployment, on_delete=models.CASCADE, related_name="monitor")
    version = models.PositiveIntegerField(default=1)
    schedule = models.OneToOneField(Schedule, null=True, on_delete=models.SET_NULL, related_name="+")
    window_seconds = models.PositiveIntegerField(default=3600)
    min_rows = models.PositiveIntegerField(default=200)
    confirm_windows = models.PositiveSmallIntegerField(default=3)
    watermark = models.DateTimeField(help_text="Windows up to here have been checked.")
    retrain_on_drift = models.BooleanField(default=True)
    min_labels = models.PositiveIntegerField(default=500)
    cooldown_seconds = models.PositiveIntegerField(default=3600)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(window_seconds__gte=1), name="monitoring_monitor_window"),
            models.CheckConstraint(condition=Q(confirm_windows__gte=1), name="monitoring_monitor_confirm"),
        ]

    def __str__(self) -> str:
        return f"Monitor of {self.deployment}"


class DriftWindow(models.Model):
    """One window's report: `features` is `[{"feature", "statistic", "distance", "p_value", "drifted", ...}]`.

    It counts the rows that `model_version` predicted, the one that served at the window's end. `performance` is
    `{"labelled", "positives", "metrics"}` of those rows whose truth has arrived, and grows as it arrives; all else is
    written once.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="drift_windows")
    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="windows")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    rows = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=WindowState)
    features = models.JSONField(default=list)
    performance = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["monitor", "started_at"], name="monitoring_driftwindow_once"),
            models.CheckConstraint(condition=Q(state__in=WindowState.values), name="monitoring_driftwindow_state"),
        ]

    def __str__(self) -> str:
        return f"Window from {self.started_at:%H:%M:%S}"

    @property
    def drifted_features(self) -> list[str]:
        """Names of the features that drifted, the furthest first."""
        drifted = [each for each in self.features if each["drifted"]]
        return [each["feature"] for each in sorted(drifted, key=lambda each: (-each["distance"], each["feature"]))]
