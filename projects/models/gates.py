"""That a gate was passed, by whom, on which evidence."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.enums import Gate
from projects.models.approvals import GateEvaluation
from projects.models.findings import Finding
from projects.models.project import Project


class GateDecision(models.Model):
    """Immutable. `evidence` is what every check said at that moment; the evaluation has the facts behind it, and is
    missing where a gate was passed before there were policies."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="gate_decisions")
    gate = models.CharField(max_length=20, choices=Gate)
    round = models.PositiveSmallIntegerField(default=1, help_text="Each time that it was decided anew, one more.")
    evidence = models.JSONField()
    evaluation = models.ForeignKey(GateEvaluation, null=True, on_delete=models.PROTECT, related_name="+")
    emergency = models.OneToOneField(
        Finding,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Passed without the persons: what asks somebody else to look at it afterwards.",
    )
    comment = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "gate", "round"], name="projects_gatedecision_once"),
            models.CheckConstraint(condition=Q(gate__in=Gate.values), name="projects_gatedecision_gate"),
        ]

    def __str__(self) -> str:
        return self.get_gate_display()

    @property
    def public_id(self) -> str:
        return str(self.gate)
