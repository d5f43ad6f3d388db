"""What a run that was trained here was told to do, and what came of it: its lineage."""

from django.db import models

from core.models import Blob, Job
from experiments.models.datasets import DatasetVersion
from experiments.models.runs import Run
from projects.models import Project


class Training(models.Model):
    """`holdout` is the frozen table on which the model is judged, and on which later ones are compared with it.

    `extra_version` adds rows to train on (retraining adds the older data); the holdout comes from `dataset_version`.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="trainings")
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="training")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="trainings")
    extra_version = models.ForeignKey(DatasetVersion, null=True, on_delete=models.PROTECT, related_name="+")
    target = models.CharField(max_length=200)
    estimator = models.CharField(max_length=40)
    settings = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=0)
    max_seconds = models.PositiveIntegerField(default=600)
    max_memory_mb = models.PositiveIntegerField(default=4096)
    code_version = models.CharField(max_length=64, blank=True)
    environment = models.JSONField(default=dict)
    signature = models.JSONField(null=True)
    holdout = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    model_blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    reference = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.estimator} on {self.dataset_version_id}"
