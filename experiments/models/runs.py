"""Experiments, runs and what they logged, laid out so that a run's page is one read and a metric is a narrow row."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from experiments.enums import Lifecycle, LoggedModelStatus, RunSource, RunStatus
from experiments.models.datasets import DatasetVersion
from projects.models import Project


class Experiment(models.Model):
    """Its primary key is MLflow's experiment id."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="experiments")
    name = models.CharField(max_length=500)
    tags = models.JSONField(default=dict)
    lifecycle = models.CharField(max_length=8, choices=Lifecycle, default=Lifecycle.ACTIVE)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="experiments_experiment_name"),
            models.CheckConstraint(
                condition=Q(lifecycle__in=Lifecycle.values), name="experiments_experiment_lifecycle"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """`params` and `tags` are documents of text to text, as in MLflow; metrics have tables of their own."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="runs")
    run_id = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=250)
    source = models.CharField(max_length=10, choices=RunSource)
    status = models.CharField(max_length=10, choices=RunStatus, default=RunStatus.RUNNING)
    lifecycle = models.CharField(max_length=8, choices=Lifecycle, default=Lifecycle.ACTIVE)
    params = models.JSONField(default=dict)
    tags = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="experiments_run_status"),
            models.CheckConstraint(condition=Q(lifecycle__in=Lifecycle.values), name="experiments_run_lifecycle"),
            models.CheckConstraint(condition=Q(source__in=RunSource.values), name="experiments_run_source"),
        ]
        indexes = [
            models.Index(fields=["experiment", "-started_at", "-id"], name="experiments_run_recent"),
            models.Index(fields=["project", "-started_at", "-id"], name="experiments_run_in_project"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return self.run_id


class MetricName(models.Model):
    """Metric names as numbers, so that a point is narrow."""

    name = models.CharField(max_length=250, unique=True)

    def __str__(self) -> str:
        return self.name


class MetricPoint(models.Model):
    """One logged value. The natural key makes a retried call harmless; NaN and infinities are values like others.

    The key is the whole row and the only index: a number of its own for each point and foreign keys that are checked
    point by point made a batch three times as dear (docs/tracking-store.md). Names are never deleted.
    """

    pk = models.CompositePrimaryKey("run", "key", "step", "timestamp_ms", "value")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    key = models.ForeignKey(MetricName, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    step = models.BigIntegerField()
    timestamp_ms = models.BigIntegerField()
    value = models.FloatField()

    def __str__(self) -> str:
        return f"{self.value} at step {self.step}"


class LatestMetric(models.Model):
    """The value that counts for a run and a key: greatest (step, timestamp, value), as in MLflow.

    It carries its run's experiment, so that a search by value reads one range of one index.
    """

    pk = models.CompositePrimaryKey("run", "key")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="latest_metrics", db_index=False)
    key = models.ForeignKey(MetricName, on_delete=models.PROTECT, related_name="+", db_index=False)
    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    step = models.BigIntegerField()
    timestamp_ms = models.BigIntegerField()
    value = models.FloatField()

    class Meta:
        indexes = [
            models.Index(fields=["experiment", "key", "value"], include=["run"], name="experiments_latestmetric_value")
        ]

    def __str__(self) -> str:
        return f"{self.value}"


class RunInput(models.Model):
    """Data that a run used: a dataset version of ours, or what a client said about one of its own."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="inputs")
    dataset_version = models.ForeignKey(DatasetVersion, null=True, on_delete=models.PROTECT, related_name="used_by")
    name = models.CharField(max_length=500)
    digest = models.CharField(max_length=64)
    context = models.CharField(max_length=40, blank=True)
    details = models.JSONField(default=dict, help_text="source_type, source, schema, profile as the client sent them")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "name", "digest", "context"], name="experiments_runinput_once")
        ]

    def __str__(self) -> str:
        return self.name


class LoggedModel(models.Model):
    """MLflow 3's logged model: `m-` and 32 hexadecimal digits."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="logged_models")
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="logged_models")
    model_id = models.CharField(max_length=34, unique=True)
    name = models.CharField(max_length=500)
    source_run = models.ForeignKey(Run, null=True, on_delete=models.CASCADE, related_name="logged_models")
    model_type = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=30, choices=LoggedModelStatus, default=LoggedModelStatus.PENDING)
    status_message = models.TextField(blank=True)
    params = models.JSONField(default=dict)
    tags = models.JSONField(default=dict)
    lifecycle = models.CharField(max_length=8, choices=Lifecycle, default=Lifecycle.ACTIVE)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=LoggedModelStatus.values), name="experiments_loggedmodel_status"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return self.model_id
