"""The data on which a version that was trained elsewhere is judged."""

from django.conf import settings
from django.db import models

from core.models import Blob, Job
from experiments.models import DatasetVersion
from models_registry.models.registry import ModelVersion
from projects.models import Project


class Evaluation(models.Model):
    """What somebody chose, and what the job made of it: the frozen holdout, the reference, and the full signature.

    A version that was trained here has all of this from its training.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="evaluations")
    version = models.OneToOneField(ModelVersion, on_delete=models.CASCADE, related_name="evaluation")
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="+")
    target = models.CharField(max_length=200)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    holdout = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    reference = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    signature = models.JSONField(null=True)
    rows = models.JSONField(default=dict, help_text='{"reference", "holdout"}: how many there are of each.')
    error = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.version} on {self.dataset_version}"
