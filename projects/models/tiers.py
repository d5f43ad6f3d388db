"""How serious a project is: each classification is a row of its own, never changed but for a second person's word; the
last one that waits for none counts."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from projects.enums import RegimeClass
from projects.models.project import Project


class Classification(models.Model):
    """`answers` are those to the regime's questions; `purpose_text` is the project's purpose that was classified."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="classifications")
    number = models.PositiveIntegerField()
    regime = models.CharField(max_length=40)
    regime_checked_on = models.DateField()
    answers = models.JSONField()
    derogates = models.BooleanField(default=False)
    regime_class = models.CharField(max_length=12, choices=RegimeClass)
    citation = models.CharField(max_length=200, blank=True, help_text="What decided the class.")
    exposure = models.PositiveSmallIntegerField(help_text="Money at stake, or people affected: 1 to 4.")
    automation = models.PositiveSmallIntegerField(help_text="1 advisory to 4, automated with legal effect.")
    is_complex = models.BooleanField(default=False)
    population = models.TextField(blank=True, help_text="Who is affected.")
    purpose_text = models.TextField(blank=True)
    tier = models.PositiveSmallIntegerField(null=True, help_text="1 low to 4 critical; none for what is prohibited.")
    note = models.TextField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    is_waiting = models.BooleanField(default=False, help_text="It lowers the tier, and no second person has agreed.")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_classification_number"),
            models.CheckConstraint(condition=Q(regime_class__in=RegimeClass.values), name="projects_class_known"),
            models.CheckConstraint(
                condition=Q(exposure__range=(1, 4), automation__range=(1, 4)), name="projects_class_materiality"
            ),
            models.CheckConstraint(
                condition=Q(regime_class="prohibited", tier=None)
                | (~Q(regime_class="prohibited") & Q(tier__range=(1, 4), tier__gte=F("exposure"))),
                name="projects_class_tier",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("decided_by")), name="projects_class_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, is_waiting=False),
                name="projects_class_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"Tier {self.tier}" if self.tier else "Prohibited"

    @property
    def public_id(self) -> str:
        return str(self.number)

    @property
    def version(self) -> int:
        return self.number
