"""Reviews: a version asks for production, a second person decides, on evidence that is computed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.models import Job
from core.storage import names_blobs
from models_registry.enums import Decision, ReviewState
from models_registry.models.deployments import Deployment
from models_registry.models.registry import ModelVersion
from projects.models import Delegation, Project
from projects.roles import Role


class Review(models.Model):
    """Bound to the version's revision and digest. `author` made the version, `requested_by` asks; neither may decide.

    `checks` is what the gate said when it was decided: `[{"id", "label", "state", "value", "source"}]`.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reviews")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="reviews")
    revision = models.PositiveIntegerField(help_text="Of the model version.")
    digest = models.CharField(max_length=64)
    deployment = models.ForeignKey(
        Deployment, null=True, on_delete=models.PROTECT, related_name="+", help_text="Serves it once it is approved."
    )
    state = models.CharField(max_length=20, choices=ReviewState, default=ReviewState.OPEN)
    reason = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    checks = models.JSONField(default=list)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="models_registry_review_number"),
            models.CheckConstraint(condition=Q(state__in=ReviewState.values), name="models_registry_review_state"),
            models.UniqueConstraint(
                fields=["model_version"], condition=Q(state="open"), name="models_registry_review_one_open"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(author=None) | ~Q(decided_by=F("author")),
                name="models_registry_review_not_by_author",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(requested_by=None) | ~Q(decided_by=F("requested_by")),
                name="models_registry_review_not_by_requester",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="models_registry_review_who_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Review {self.number}"

    @property
    def public_id(self) -> str:
        return str(self.number)


class Approval(models.Model):
    """One person's decision on one revision, and on the evidence as they saw it (`evidence` is the digest of `bound`).
    Author and requester stand in the row, so that the database itself refuses a decision about one's own work. Nothing
    of it changes but that it is withdrawn."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="approvals")
    revision = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    decision = models.CharField(max_length=16, choices=Decision)
    comment = models.TextField()
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Role, help_text="The role in which they decided, at that time.")
    delegation = models.ForeignKey(Delegation, null=True, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    evidence = models.CharField(max_length=64, blank=True, help_text="Empty before evidence was kept.")
    bound = models.JSONField(default=dict)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "evidence", "approver"],
                condition=Q(withdrawn_at=None),
                name="models_registry_approval_once",
            ),
            models.CheckConstraint(
                condition=Q(author=None) | ~Q(approver=F("author")), name="models_registry_approval_not_author"
            ),
            models.CheckConstraint(
                condition=Q(requester=None) | ~Q(approver=F("requester")), name="models_registry_approval_not_requester"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} by {self.approver}"


class Comparison(models.Model):
    """A challenger against the champion on the same frozen holdout. `result` is filled in by its job.

    Without a champion it is the challenger alone, with its interval.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="comparisons")
    challenger = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="comparisons")
    champion = models.ForeignKey(ModelVersion, null=True, on_delete=models.CASCADE, related_name="+")
    holdout_digest = models.CharField(max_length=64)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    result = models.JSONField(null=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["challenger", "champion", "holdout_digest"],
                name="models_registry_comparison_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.challenger} against {self.champion}" if self.champion else f"{self.challenger} alone"


names_blobs(Comparison, "holdout_digest")
