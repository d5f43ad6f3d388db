"""What the plan rests on without anybody knowing it yet."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.enums import AssumptionState, Importance
from projects.models.items import WorkItem
from projects.models.project import Project
from projects.models.spikes import Spike


class Assumption(models.Model):
    """One assumption: whose it is, how it is tested and with what, and what was found."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="assumptions")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    text = models.TextField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    importance = models.CharField(max_length=6, choices=Importance, default=Importance.MEDIUM)
    test = models.TextField(blank=True, help_text="How it will be found out.")
    spike = models.ForeignKey(Spike, null=True, blank=True, on_delete=models.PROTECT, related_name="assumptions")
    item = models.ForeignKey(WorkItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    experiment = models.CharField(max_length=200, blank=True, help_text="The experiment whose runs test it.")
    state = models.CharField(max_length=9, choices=AssumptionState, default=AssumptionState.OPEN)
    finding = models.TextField(blank=True, help_text="What was found, and where.")
    settled_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_assumption_number"),
            models.CheckConstraint(condition=~Q(text=""), name="projects_assumption_text"),
            models.CheckConstraint(
                condition=Q(importance__in=Importance.values), name="projects_assumption_importance"
            ),
            models.CheckConstraint(
                condition=Q(state=AssumptionState.OPEN, settled_at=None)
                | (
                    Q(state__in=[AssumptionState.SUPPORTED, AssumptionState.REFUTED], settled_at__isnull=False)
                    & ~Q(finding="")
                ),
                name="projects_assumption_settled",
            ),
        ]

    def __str__(self) -> str:
        return self.text.split("\n", 1)[0][:120]

    @property
    def public_id(self) -> str:
        return str(self.number)
