"""Sprints."""

from django.db import models
from django.db.models import F, Q

from projects.enums import SprintState
from projects.models.project import Project


class Sprint(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="sprints")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    goal = models.CharField(max_length=200)
    start_date = models.DateField()
    end_date = models.DateField()
    state = models.CharField(max_length=10, choices=SprintState, default=SprintState.PLANNED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_sprint_number"),
            models.CheckConstraint(condition=Q(state__in=SprintState.values), name="projects_sprint_state"),
            models.CheckConstraint(condition=Q(end_date__gte=F("start_date")), name="projects_sprint_dates"),
            models.UniqueConstraint(fields=["project"], condition=Q(state="active"), name="projects_sprint_one_active"),
        ]

    def __str__(self) -> str:
        return f"Sprint {self.number}"

    @property
    def public_id(self) -> str:
        return str(self.number)
