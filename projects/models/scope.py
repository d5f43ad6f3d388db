"""What is promised, and why it should be worth it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from projects.models.project import Project


class Scope(models.Model):
    """A project's scope: one row, with a version that grows with each revision. Money is per year."""

    class Direction(models.TextChoices):
        HIGHER = "higher", "Higher is better"
        LOWER = "lower", "Lower is better"

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="scope")
    version = models.PositiveIntegerField(default=1)
    decision = models.TextField(blank=True, help_text="Who does what differently, how often, with which deadline.")
    metric = models.CharField(max_length=60, blank=True, help_text="e.g. average_precision")
    direction = models.CharField(max_length=6, choices=Direction, default=Direction.HIGHER)
    baseline = models.FloatField(null=True, blank=True, help_text="The metric today, measured.")
    baseline_source = models.TextField(blank=True, help_text="On which data, when, with which query.")
    minimal_useful = models.FloatField(null=True, blank=True, help_text="Below this it is not worth running.")
    benefit_low = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    benefit_high = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    cost_low = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    cost_high = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    precedent = models.TextField(blank=True, help_text="The nearest finished project, and what it really took.")
    precedent_difference = models.TextField(blank=True, help_text="In what this problem is harder than the precedent.")
    revised_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revised_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(benefit_low=None) | Q(benefit_high=None) | Q(benefit_low__lte=F("benefit_high")),
                name="projects_scope_benefit_range",
            ),
            models.CheckConstraint(
                condition=Q(cost_low=None) | Q(cost_high=None) | Q(cost_low__lte=F("cost_high")),
                name="projects_scope_cost_range",
            ),
        ]

    def __str__(self) -> str:
        return f"Scope, revision {self.version}"
