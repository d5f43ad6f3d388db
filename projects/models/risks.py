"""The risk register."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from projects import risk_matrix
from projects.enums import RiskLevel, RiskPhase, RiskState
from projects.models.project import Project

_ONE_TO_FIVE = [MinValueValidator(1), MaxValueValidator(5)]


class Risk(models.Model):
    """Its level comes from the table in `projects.risk_matrix`, not from the product."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="risks")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200)
    cause = models.TextField(blank=True)
    consequence = models.TextField(blank=True)
    phase = models.CharField(max_length=20, choices=RiskPhase)
    likelihood = models.PositiveSmallIntegerField(validators=_ONE_TO_FIVE)
    impact = models.PositiveSmallIntegerField(validators=_ONE_TO_FIVE)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    treatment = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=RiskState, default=RiskState.OPEN)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_risk_number"),
            models.CheckConstraint(condition=Q(state__in=RiskState.values), name="projects_risk_state"),
            models.CheckConstraint(condition=Q(phase__in=RiskPhase.values), name="projects_risk_phase"),
            models.CheckConstraint(condition=Q(likelihood__range=(1, 5)), name="projects_risk_likelihood"),
            models.CheckConstraint(condition=Q(impact__range=(1, 5)), name="projects_risk_impact"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        return str(self.number)

    @property
    def level(self) -> RiskLevel:
        return RiskLevel(risk_matrix.level_of(self.likelihood, self.impact))

    def by_weight(self) -> tuple[int, ...]:
        """What risks are sorted by, the worst first."""
        level, product, impact = risk_matrix.weight(self.likelihood, self.impact)
        return -level, -product, -impact, self.number
