"""Tables of data, each version known by its digest and never changed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import Blob
from experiments.enums import DatasetOrigin
from projects.models import Project


class Dataset(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="datasets")
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="experiments_dataset_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return self.name


class DatasetVersion(models.Model):
    """Immutable but for its profile, which a job fills in once.

    `original` is what was uploaded, byte for byte; `table` the same rows as canonical Parquet.
    `columns` is `[{"name", "kind", "nullable"}]`.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="dataset_versions")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=24, choices=DatasetOrigin, default=DatasetOrigin.UPLOAD)
    filename = models.CharField(max_length=200)
    original = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    table = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    rows = models.BigIntegerField()
    columns = models.JSONField()
    profile = models.JSONField(null=True)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="experiments_dataset_version_number"),
            models.UniqueConstraint(fields=["dataset", "original"], name="experiments_dataset_version_digest"),
            models.CheckConstraint(condition=Q(origin__in=DatasetOrigin.values), name="experiments_dataset_origin"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}@v{self.number}"

    @property
    def public_id(self) -> str:
        return f"{self.dataset.name}/{self.number}"

    @property
    def digest(self) -> str:
        return self.original_id
