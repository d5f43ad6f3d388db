"""Files of runs and logged models: names are keys in this table, never paths on a disk."""

from django.db import models

from core.models import Blob
from projects.models import Project


class Artifact(models.Model):
    """`root` is `<experiment id>/<run id>` or `<experiment id>/models/<model id>`; `path` is relative, normalised."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="artifacts")
    root = models.CharField(max_length=100)
    path = models.CharField(max_length=1000)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    size = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["root", "path"], name="experiments_artifact_once")]

    def __str__(self) -> str:
        return self.path
