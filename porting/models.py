"""Imports, what they brought, and what they could not."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.enums import JobState
from core.models import Blob, Job
from porting.enums import ItemKind, SourceKind
from projects.models import Project


class Import(models.Model):
    """One way from an MLflow into a project. Its state is its job's.

    `sealed` holds the credentials, encrypted, until the job has ended. `done` and `expected` count experiments, runs,
    points, bytes, models and versions; an expectation of null was not to be had beforehand.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="imports")
    kind = models.CharField(max_length=10, choices=SourceKind)
    source = models.CharField(max_length=500, help_text="An address or a file's name, without credentials.")
    archive = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    sealed = models.TextField(blank=True)
    identity = models.CharField(max_length=600, blank=True, help_text="Of the source, the same however it is reached.")
    experiments = models.JSONField(null=True, help_text="Names of those to take; null for all.")
    expected = models.JSONField(default=dict)
    done = models.JSONField(default=dict)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=SourceKind.values), name="porting_import_kind")]

    def __str__(self) -> str:
        return self.source[:80]


class Export(models.Model):
    """A project as a stock MLflow, in one archive. Its state is its job's; `done` counts as an import's does.

    `notes` are `[{"kind", "item", "reason"}]` of what MLflow has no place for.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="exports")
    experiments = models.JSONField(null=True, help_text="Names of those to take; null for all.")
    archive = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    done = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def is_expired(self) -> bool:
        """Whether it had an archive that is no longer kept."""
        return self.archive_id is None and self.job is not None and self.job.state == JobState.SUCCEEDED


class ImportedItem(models.Model):
    """What an id of a source is here. With it an import goes on where it stopped, and the next one adds what is new.

    `fingerprint` is of what was taken; empty while the item is not whole.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    identity = models.CharField(max_length=600)
    kind = models.CharField(max_length=10, choices=ItemKind)
    original_id = models.CharField(max_length=300)
    local_id = models.CharField(max_length=300)
    fingerprint = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "identity", "kind", "original_id"], name="porting_item_once"),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="porting_item_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.original_id}"


class ImportNote(models.Model):
    """A line of an import's report: what was not taken, or not as it was, and why."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=30)
    item = models.CharField(max_length=300)
    name = models.CharField(max_length=250, blank=True)
    reason = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "kind", "item", "reason"], name="porting_note_once")]

    def __str__(self) -> str:
        return self.reason
