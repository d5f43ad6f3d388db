"""Files that belong to items."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import Blob
from projects.enums import Visibility
from projects.models.items import WorkItem
from projects.models.project import Project


class Attachment(models.Model):
    """A file of an item; texts of the item name it as `attachment:ID`. `media_type` is what its bytes are, empty for
    what is only ever downloaded.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="attachments")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=20, blank=True)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.EVERYONE)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="projects_attachment_visibility")
        ]

    def __str__(self) -> str:
        return self.name
