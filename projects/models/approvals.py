"""Who decided on a gate, on which evidence: asked for, approved, on conditions, waived."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from projects.enums import Effect, Gate, GateVerdict, RequestState
from projects.models.delegations import Delegation
from projects.models.policies import PolicyVersion
from projects.models.project import Project
from projects.roles import Role

MOST_DAYS_WAIVED = 90


class GateEvaluation(models.Model):
    """What every check said, on which facts, by which policy: never changed. `digest` is what approvals are bound to.

    `facts` is the whole catalogue at that moment, name to `{"value", "shown", "source", "identity"}`, so that a later
    policy can be tried on it; `bound` is what the digest was made of.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="gate_evaluations")
    gate = models.CharField(max_length=20, choices=Gate)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField()
    findings = models.JSONField()
    bound = models.JSONField()
    digest = models.CharField(max_length=64)
    is_met = models.BooleanField()
    at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(gate__in=Gate.values), name="projects_evaluation_gate"),
            models.UniqueConstraint(fields=["project", "digest"], name="projects_evaluation_once"),
            # What approvals refer to by both columns, so that none can claim another digest than its evaluation's.
            models.UniqueConstraint(fields=["id", "digest"], name="projects_evaluation_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_gate_display()}, evaluated"


class GateRequest(models.Model):
    """Somebody asks for the decision. One is open for each project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="gate_requests")
    number = models.PositiveIntegerField()
    gate = models.CharField(max_length=20, choices=Gate)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.OPEN)
    comment = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_gaterequest_number"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(state=RequestState.OPEN), name="projects_gaterequest_one_open"
            ),
            models.UniqueConstraint(fields=["id", "requested_by"], name="projects_gaterequest_requester"),
            models.CheckConstraint(condition=Q(gate__in=Gate.values), name="projects_gaterequest_gate"),
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="projects_gaterequest_state"),
            models.CheckConstraint(
                condition=Q(state=RequestState.OPEN, closed_at=None)
                | (~Q(state=RequestState.OPEN) & Q(closed_at__isnull=False)),
                name="projects_gaterequest_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_gate_display()}, request {self.number}"

    @property
    def public_id(self) -> str:
        return str(self.number)


class GateApproval(models.Model):
    """One person's verdict on one digest. The requester stands in the row (and is the request's: a foreign key of two
    columns), so that the database itself refuses a verdict on one's own request, and a second one by the same person.
    Nothing of it changes but that it is withdrawn."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    request = models.ForeignKey(GateRequest, on_delete=models.PROTECT, related_name="approvals")
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    evaluation = models.ForeignKey(GateEvaluation, on_delete=models.PROTECT, related_name="approvals")
    digest = models.CharField(max_length=64)
    verdict = models.CharField(max_length=24, choices=GateVerdict)
    comment = models.TextField(blank=True)
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Role, help_text="The role in which they decided, at that time.")
    delegation = models.ForeignKey(Delegation, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "digest", "approver"],
                condition=Q(withdrawn_at=None),
                name="projects_gateapproval_once",
            ),
            models.CheckConstraint(condition=~Q(approver=F("requester")), name="projects_gateapproval_not_requester"),
            models.CheckConstraint(condition=Q(verdict__in=GateVerdict.values), name="projects_gateapproval_verdict"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} by {self.approver}"


class GateCondition(models.Model):
    """What an approval asks for by a day. Missed, it warns, or it takes the gate back: what follows is locked."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="gate_conditions")
    number = models.PositiveIntegerField()
    approval = models.ForeignKey(GateApproval, on_delete=models.PROTECT, related_name="conditions")
    gate = models.CharField(max_length=20, choices=Gate)
    text = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_date = models.DateField()
    effect = models.CharField(max_length=10, choices=Effect)
    met_at = models.DateTimeField(null=True)
    met_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_condition_number"),
            models.CheckConstraint(condition=Q(effect__in=Effect.values), name="projects_condition_effect"),
            models.CheckConstraint(
                condition=Q(met_at=None, met_by=None) | Q(met_at__isnull=False, met_by__isnull=False),
                name="projects_condition_who_when",
            ),
            models.CheckConstraint(
                condition=Q(met_by=None) | ~Q(met_by=F("owner")), name="projects_condition_not_by_owner"
            ),
        ]

    def __str__(self) -> str:
        return f"Condition {self.number}"

    @property
    def public_id(self) -> str:
        return str(self.number)


class GateWaiver(models.Model):
    """A check that is not asked for, for a reason and for ninety days at most."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="waivers")
    number = models.PositiveIntegerField()
    gate = models.CharField(max_length=20, choices=Gate)
    check_id = models.CharField(max_length=80)
    reason = models.TextField()
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_waiver_number"),
            models.UniqueConstraint(
                fields=["project", "gate", "check_id"], condition=Q(ended_at=None), name="projects_waiver_one_open"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("granted_at"))
                & Q(expires_at__lte=F("granted_at") + timedelta(days=MOST_DAYS_WAIVED)),
                name="projects_waiver_days",
            ),
        ]

    def __str__(self) -> str:
        return f"Waiver {self.number}"

    @property
    def public_id(self) -> str:
        return str(self.number)
