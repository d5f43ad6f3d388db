"""What people say about a version."""

from django.conf import settings
from django.db import models

from models_registry.models.registry import ModelVersion
from projects.models import Project


class VersionComment(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"comment on {self.model_version}"
