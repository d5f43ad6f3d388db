"""Somebody's right to decide in their role, handed to another member for some days."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from projects.models.project import Project
from projects.roles import Role


class Delegation(models.Model):
    """From `starts_on` to `ends_on`, both included, or until it is taken back. Whoever gave it does not decide in the
    role while it runs: the right is one."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="delegations")
    number = models.PositiveIntegerField()
    role = models.CharField(max_length=20, choices=Role)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.TextField()
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_delegation_number"),
            models.CheckConstraint(condition=~Q(given_by=F("given_to")), name="projects_delegation_two_persons"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="projects_delegation_days"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="projects_delegation_role"),
        ]

    def __str__(self) -> str:
        return f"Delegation {self.number}"

    @property
    def public_id(self) -> str:
        return str(self.number)
