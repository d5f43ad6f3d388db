"""What people say about a version."""

from django.db import models

from models_registry.models.registry import ModelVersion
from projects.models import Comment


class VersionComment(Comment):
    about = "model_version"

    model_version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="comments")
