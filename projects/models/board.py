"""Sprints and the work in them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from projects.enums import ItemKind, ItemState, SprintState
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


class WorkItem(models.Model):
    """A card. `rank` orders the cards of a lane: sparse numbers, so that a move writes one row."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="items")
    sprint = models.ForeignKey(Sprint, null=True, on_delete=models.SET_NULL, related_name="items")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=12, choices=ItemKind, default=ItemKind.TASK)
    state = models.CharField(max_length=12, choices=ItemState, default=ItemState.READY)
    points = models.PositiveSmallIntegerField(null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rank = models.FloatField(default=0.0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_item_number"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="projects_item_state"),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="projects_item_kind"),
        ]
        indexes = [models.Index(fields=["project", "sprint", "state", "rank"], name="projects_item_lane")]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        return str(self.number)
