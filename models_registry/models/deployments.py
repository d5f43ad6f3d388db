"""Deployments, and every prediction they made."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from models_registry.enums import DeploymentState
from models_registry.latencies import CLASSES
from models_registry.models.registry import ModelVersion, RegisteredModel
from projects.models import Project


class Deployment(models.Model):
    """A name that predicts. Which version serves is one column: a deploy or a rollback is one update."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="deployments")
    name = models.CharField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    model = models.ForeignKey(RegisteredModel, on_delete=models.PROTECT, related_name="deployments")
    live_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    previous_version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=DeploymentState, default=DeploymentState.LIVE)
    deployed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    deployed_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="models_registry_deployment_name"),
            models.CheckConstraint(
                condition=Q(state__in=DeploymentState.values), name="models_registry_deployment_state"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return self.name


class PredictionLog(models.Model):
    """One predicted row: what was asked, what was answered, by which version, and the truth when it comes."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="+", db_index=False)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    prediction_id = models.UUIDField(unique=True)
    at = models.DateTimeField()
    features = models.JSONField()
    label = models.JSONField(help_text="What was predicted.")
    score = models.FloatField(null=True, help_text="Probability of the positive class, where there is one.")
    truth = models.JSONField(null=True)
    truth_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["deployment", "at"], name="registry_prediction_at"),
            models.Index(
                fields=["deployment", "at"], condition=Q(truth_at__isnull=False), name="registry_prediction_labelled"
            ),
        ]

    def __str__(self) -> str:
        return str(self.prediction_id)


class ServingMinute(models.Model):
    """Calls of a minute, counted by one of a few writers (`part`). `latencies` are counts by the classes of
    `models_registry.latencies`."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="+", db_index=False)
    minute = models.DateTimeField()
    part = models.PositiveSmallIntegerField()
    calls = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    latencies = ArrayField(models.PositiveIntegerField(), size=CLASSES)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deployment", "minute", "part"], name="registry_serving_minute"),
        ]

    def __str__(self) -> str:
        return f"{self.calls} calls at {self.minute:%Y-%m-%d %H:%M}"
