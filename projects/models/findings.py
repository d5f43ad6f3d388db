"""What was found wrong, and who puts it right."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from projects.enums import FindingState, Gate, Severity
from projects.models.indicators import Indicator
from projects.models.project import Project


class Finding(models.Model):
    """About one thing (`about_type`, `about_id`). `owned_by_ids` are all who ever owned it: none of them closes it at
    tier 3 and above, or if it blocks: then no gate is passed while it is open. One that an indicator opened belongs to
    one breach, which began at `breached_at`. One that a check of a gate opened has the name of the check, and the check
    closes it when it holds: then nobody did.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="findings")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    severity = models.CharField(max_length=8, choices=Severity)
    about_type = models.CharField(max_length=20)
    about_id = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    owned_by_ids = ArrayField(models.BigIntegerField(), default=list)
    due_date = models.DateField(null=True, blank=True)
    is_blocking = models.BooleanField(default=False)
    state = models.CharField(max_length=6, choices=FindingState, default=FindingState.OPEN)
    indicator = models.ForeignKey(Indicator, null=True, on_delete=models.PROTECT, related_name="findings")
    breached_at = models.DateTimeField(null=True)
    gate = models.CharField(max_length=12, choices=Gate, blank=True)
    check_id = models.CharField(max_length=120, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    resolution = models.TextField(blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_finding_number"),
            models.UniqueConstraint(fields=["indicator", "breached_at"], name="projects_finding_one_a_breach"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="projects_finding_severity"),
            models.CheckConstraint(
                condition=Q(state="open", closed_by=None, closed_at=None)
                | (Q(state="closed", closed_at__isnull=False) & (Q(closed_by__isnull=False) | ~Q(check_id=""))),
                name="projects_finding_closed_by",
            ),
            models.UniqueConstraint(
                fields=["project", "gate", "check_id"],
                condition=Q(state="open") & ~Q(check_id=""),
                name="projects_finding_one_a_check",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        return str(self.number)
