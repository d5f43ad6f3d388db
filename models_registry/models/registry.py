"""Registered models, their versions and aliases."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import Blob
from experiments.models import LoggedModel, Run
from models_registry.enums import ModelFormat, VersionState
from projects.models import Project


class RegisteredModel(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="registered_models")
    name = models.CharField(max_length=250)
    description = models.TextField(blank=True)
    tags = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="models_registry_model_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return self.name[:60]  # events keep 80 characters of an id


class ModelVersion(models.Model):
    """`number` counts the versions of a model; `version` the revisions of this row, to which approvals are bound.

    `source_root` and `source_path` say where its files lie among the artifacts; `digest` is the SHA-256 over them.
    `model_blob` is the model file itself when it can be served (`format` skops).
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="model_versions")
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=20, choices=VersionState, default=VersionState.CANDIDATE)
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="model_versions")
    logged_model = models.ForeignKey(LoggedModel, null=True, on_delete=models.PROTECT, related_name="model_versions")
    source = models.CharField(max_length=1000, blank=True, help_text="As the client named it.")
    source_root = models.CharField(max_length=100, blank=True)
    source_path = models.CharField(max_length=1000, blank=True)
    format = models.CharField(max_length=10, choices=ModelFormat, default=ModelFormat.OTHER)
    digest = models.CharField(max_length=64)
    model_blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    signature = models.JSONField(null=True)
    description = models.TextField(blank=True)
    tags = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="models_registry_version_number"),
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="models_registry_version_state"),
            models.CheckConstraint(condition=Q(format__in=ModelFormat.values), name="models_registry_version_format"),
        ]

    def __str__(self) -> str:
        return f"{self.model} version {self.number}"

    @property
    def public_id(self) -> str:
        return f"{self.model.public_id}/{self.number}"


class ModelAlias(models.Model):
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=255)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "name"], name="models_registry_alias_once")]

    def __str__(self) -> str:
        return self.name
