"""What finished projects really took: the library that others compare with, and what is learnt from it."""

from django.db import models
from django.db.models import Q

from projects.models.project import Project

NEEDED = ("actual_effort", "months", "run_cost", "metric_reached", "value_realised")
"""The figures without which nothing goes into the library."""


class PriorsVersion(models.Model):
    """The multipliers and their decay, refitted when a project ended. Never changed: dossiers keep the one that they
    were judged by."""

    number = models.PositiveIntegerField(unique=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", help_text="Whose end it was.")
    multipliers = models.JSONField(help_text="Rating to factor.")
    decay = models.FloatField()
    finished = models.PositiveIntegerField(help_text="On how many finished projects it is based.")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(decay__gt=0, decay__lte=1), name="projects_priors_decay"),
        ]

    def __str__(self) -> str:
        return f"Priors {self.number}"

    @property
    def public_id(self) -> str:
        return str(self.number)


class Outcome(models.Model):
    """What a project took and brought. Its own until it is retired; from then on everybody's, and never changed."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="outcome")
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True, help_text="What it was about, for whoever was not in it.")
    option = models.ForeignKey(
        "projects.ScopeOption", null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Built."
    )
    actual_effort = models.FloatField(null=True, blank=True, help_text="Person-months.")
    months = models.FloatField(null=True, blank=True, help_text="From the first day to the release.")
    run_cost = models.FloatField(null=True, blank=True, help_text="A year, as it was.")
    metric = models.CharField(max_length=250, blank=True)
    metric_reached = models.FloatField(null=True, blank=True)
    value_realised = models.FloatField(null=True, blank=True, help_text="A year.")
    lessons = models.TextField(blank=True)
    # What follows from the rest is written when it is published.
    planned_effort = models.FloatField(null=True, help_text="What the team had said of the option that was built.")
    metric_promised = models.FloatField(null=True)
    value_promised = models.FloatField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    ratings = models.JSONField(null=True, help_text="The harder of the two sheets of the option that was built.")
    times = models.FloatField(null=True, help_text="How many times its precedent's effort it took.")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(actual_effort=None) | Q(actual_effort__gt=0), name="projects_outcome_effort"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | (Q(**{f"{name}__isnull": False for name in NEEDED}) & ~Q(lessons="")),
                name="projects_outcome_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(ratings__isnull=True, times=None) | Q(ratings__isnull=False, times__gt=0),
                name="projects_outcome_learnt",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def untold(self) -> list[str]:
        """What others need to know and nobody has said yet."""
        return [name for name in (*NEEDED, "lessons") if getattr(self, name) in (None, "")]
