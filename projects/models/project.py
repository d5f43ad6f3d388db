"""A project and who is in it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import Stream
from projects.enums import Stage
from projects.roles import Role


class Project(models.Model):
    """A project is its own stream of events: the same primary key."""

    stream = models.OneToOneField(Stream, primary_key=True, on_delete=models.PROTECT, related_name="project")
    key = models.CharField(max_length=10, unique=True, help_text="2 to 10 capital letters and digits, e.g. FRD.")
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=500, blank=True)
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.SCOPING)
    version = models.PositiveIntegerField(default=1)
    next_item_number = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="projects_project_stage"),
            models.CheckConstraint(condition=Q(key__regex=r"^[A-Z][A-Z0-9]{1,9}$"), name="projects_project_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def project_id(self) -> int:
        return self.pk

    @property
    def public_id(self) -> str:
        return self.key


class Membership(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="projects_membership_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="projects_membership_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.get_role_display().lower()}"
