"""What each function has against the plan: written blind, shown when all are in."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.enums import Function
from projects.models.project import Project


class Objection(models.Model):
    """One function's objections, or why it has none."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="objections")
    function = models.CharField(max_length=14, choices=Function)
    version = models.PositiveIntegerField(default=1)
    has_none = models.BooleanField()
    text = models.TextField(help_text="The objection; or, with none, why there is none.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "function"], name="projects_objection_once"),
            models.UniqueConstraint(fields=["project", "author"], name="projects_objection_one_function"),
            models.CheckConstraint(condition=Q(function__in=Function.values), name="projects_objection_function"),
            models.CheckConstraint(condition=~Q(text=""), name="projects_objection_text"),
        ]

    def __str__(self) -> str:
        return f"Objections of {self.get_function_display().lower()}"

    @property
    def public_id(self) -> str:
        return str(self.function)
