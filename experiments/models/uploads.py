"""Uploads in parts: what a client has begun to send, until it is one file or is forgotten."""

from django.conf import settings
from django.db import models

from projects.models import Project


class Upload(models.Model):
    """A file that comes in numbered parts; what `root` and `path` are, `Artifact` says. Known outside by `token`.

    A completed one is kept until it expires, so that whoever asks again because the answer was lost is not refused.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=32, unique=True)
    root = models.CharField(max_length=100)
    path = models.CharField(max_length=1000)
    part_count = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.path


class UploadPart(models.Model):
    """A part that arrived whole. Sent again, it is replaced."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="experiments_uploadpart_once")]

    def __str__(self) -> str:
        return f"part {self.number}"
