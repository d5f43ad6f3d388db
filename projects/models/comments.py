"""What people say of things: what every comment has, and the comments on items."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.enums import Visibility
from projects.models.items import WorkItem
from projects.models.project import Project


class Comment(models.Model):
    """Markdown. Only its writer changes or deletes it."""

    about: ClassVar[str]
    """The field that holds the thing it is about, which has a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"comment on {self.thing}"

    @property
    def thing(self) -> Any:
        return getattr(self, self.about)


class ItemComment(Comment):
    """Said to the team, or to everybody in the project."""

    about = "item"

    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="comments")
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.EVERYONE)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="projects_comment_visibility")
        ]
