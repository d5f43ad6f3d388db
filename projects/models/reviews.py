"""Sprint reviews: the verdict, what was said and voted for, and what stands for good once the sprint is closed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.enums import CardKind, SprintVerdict
from projects.models.board import Sprint
from projects.models.items import WorkItem
from projects.models.project import Project


class SprintReview(models.Model):
    """One a sprint. Closing the sprint freezes the snapshot: the database refuses to change it, and its cards and
    votes, from then on."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    sprint = models.OneToOneField(Sprint, on_delete=models.CASCADE, related_name="review")
    version = models.PositiveIntegerField(default=1)
    verdict = models.CharField(max_length=10, choices=SprintVerdict, blank=True)
    verdict_note = models.TextField(blank=True)
    snapshot = models.JSONField(null=True, help_text="The whole review as it stood when the sprint was closed.")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the snapshot as canonical JSON.")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["", *SprintVerdict.values]), name="projects_sprintreview_verdict"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, snapshot=None, digest="", closed_by=None)
                | Q(closed_at__isnull=False, snapshot__isnull=False) & ~Q(digest=""),
                name="projects_sprintreview_frozen",
            ),
        ]

    def __str__(self) -> str:
        return f"Review of {self.sprint}"

    @property
    def public_id(self) -> str:
        return str(self.sprint.number)


class ReviewCard(models.Model):
    """What somebody put down in the review. A decision or an action becomes an item; that it did may still be noted
    once the review is frozen."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    review = models.ForeignKey(SprintReview, on_delete=models.CASCADE, related_name="cards")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=CardKind)
    text = models.CharField(max_length=500)
    item = models.ForeignKey(WorkItem, null=True, on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="projects_reviewcard_number"),
            models.CheckConstraint(condition=Q(kind__in=CardKind.values), name="projects_reviewcard_kind"),
            models.CheckConstraint(
                condition=Q(item=None) | Q(kind__in=[CardKind.DECISION, CardKind.ACTION]),
                name="projects_reviewcard_item",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:120]

    @property
    def public_id(self) -> str:
        return f"{self.review.sprint.number}/{self.number}"


class ReviewVote(models.Model):
    """One a person and card."""

    card = models.ForeignKey(ReviewCard, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "user"], name="projects_reviewvote_once")]

    def __str__(self) -> str:
        return f"Vote for {self.card}"


class ReviewLink(models.Model):
    """An address by which somebody outside reads the review, until it expires. Only the digest of its secret is
    stored. `opened` counts the openings of the minute that began at `counted_from`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    review = models.ForeignKey(SprintReview, on_delete=models.CASCADE, related_name="links")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=80, help_text="For whom it is.")
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)
    counted_from = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="projects_reviewlink_number"),
        ]

    def __str__(self) -> str:
        return f"Link for {self.label}"

    @property
    def public_id(self) -> str:
        return f"{self.review.sprint.number}/{self.number}"
