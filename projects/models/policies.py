"""Policies that gates go by: texts in versions, and which one a project goes by."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from projects.enums import PolicyState
from projects.models.project import Project


class PolicyVersion(models.Model):
    """The text of a pack. A draft is its author's; published by a second person it never changes again, and the
    database refuses to. What came with the house has neither author nor publisher."""

    name = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=80)
    text = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the text.")
    tiers = ArrayField(models.CharField(max_length=2), default=list)
    state = models.CharField(max_length=10, choices=PolicyState, default=PolicyState.DRAFT)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "number"], name="projects_policy_number"),
            models.CheckConstraint(condition=Q(state__in=PolicyState.values), name="projects_policy_state"),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("written_by")), name="projects_policy_two_persons"
            ),
            models.CheckConstraint(
                condition=(Q(state=PolicyState.PUBLISHED) & Q(published_at__isnull=False))
                | (~Q(state=PolicyState.PUBLISHED) & Q(published_at=None, published_by=None)),
                name="projects_policy_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=PolicyState.PUBLISHED) | Q(written_by=None) | Q(published_by__isnull=False),
                name="projects_policy_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"

    @property
    def public_id(self) -> str:
        return f"{self.name}/{self.number}"


class ProjectPolicy(models.Model):
    """Which version a project's gates go by. Kept from its first decision on: a newer one applies when somebody
    moves the project to it."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="policy")
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.policy)
