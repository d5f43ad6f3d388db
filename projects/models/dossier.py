"""The scoping dossier: what is at stake, how it is done today, and at least three ways to do it."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from projects.enums import OptionKind
from projects.models.library import Outcome, PriorsVersion
from projects.models.project import Project

RANGES = ("volume", "base_rate", "benefit", "review_cost", "false_alarm_cost")
OPTION_RANGES = ("effort", "recall", "false_alarm_rate", "run_cost", "latency_ms")


def _range(help_text: str = "") -> Any:
    """Lowest, most likely, highest; None until somebody gives it."""
    return ArrayField(models.FloatField(), size=3, null=True, blank=True, help_text=help_text)


def _ordered(names: tuple[str, ...], table: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(**{name: None})
            | Q(
                **{
                    f"{name}__len": 3,
                    f"{name}__0__lte": F(f"{name}__1"),
                    f"{name}__1__lte": F(f"{name}__2"),
                }
            ),
            name=f"projects_{table}_{name}",
        )
        for name in names
    ]


class Dossier(models.Model):
    """One for each project. Its version counts the revisions of all that belongs to it."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="dossier")
    version = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    volume = _range("Decisions a year.")
    base_rate = _range("The share of them that is looked for.")
    benefit = _range("What catching one is worth.")
    review_cost = _range("Of looking at one alert.")
    false_alarm_cost = _range("What a wrong alert costs beyond looking at it.")
    month_price = models.FloatField(null=True, blank=True, help_text="Of one person-month.")
    years = models.FloatField(default=3, help_text="Over which building is paid.")
    today_recall = models.FloatField(null=True, blank=True)
    today_false_alarm_rate = models.FloatField(null=True, blank=True)
    today_run_cost = models.FloatField(null=True, blank=True, help_text="A year.")
    today_source = models.TextField(blank=True, help_text="On which data, with which query.")
    today_measured_on = models.DateField(null=True, blank=True)
    dataset = models.CharField(max_length=120, blank=True, help_text="The dataset version: name@v1.")
    dataset_label = models.CharField(max_length=250, blank=True, help_text="The column that holds the label.")
    dataset_positive = models.CharField(max_length=200, blank=True, help_text="The value of it that is looked for.")
    priors = models.ForeignKey(
        PriorsVersion, null=True, on_delete=models.PROTECT, related_name="+", help_text="None is the default."
    )
    revised_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revised_at = models.DateTimeField(null=True)

    class Meta:
        constraints = _ordered(RANGES, "dossier")

    def __str__(self) -> str:
        return f"Dossier, revision {self.version}"


class DossierRevision(models.Model):
    """The whole dossier as it stood: never changed. What comparing and exporting read."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="dossier_revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content as canonical JSON.")
    revised_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revised_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="projects_revision_number")]

    def __str__(self) -> str:
        return f"Revision {self.number}"


class Precedent(models.Model):
    """A finished project to compare with: what it really took, not what was planned."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="precedents")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    planned_effort = models.FloatField(null=True, blank=True, help_text="Person-months.")
    actual_effort = models.FloatField(help_text="Person-months.")
    source = models.TextField(help_text="Where its actual effort and result can be looked up.")
    finished = models.ForeignKey(
        Outcome, null=True, blank=True, on_delete=models.PROTECT, related_name="chosen_by", help_text="Of the library."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "finished"], name="projects_precedent_chosen_once"),
            models.UniqueConstraint(fields=["project", "number"], name="projects_precedent_number"),
            models.CheckConstraint(condition=Q(actual_effort__gt=0), name="projects_precedent_effort"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        return str(self.number)


class Sheet(models.Model):
    """How one of two persons rates our problem against a precedent. Neither sees the other's before both are in."""

    precedent = models.ForeignKey(Precedent, on_delete=models.CASCADE, related_name="sheets")
    rater = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_second = models.BooleanField()
    version = models.PositiveIntegerField(default=1)
    ratings = models.JSONField(help_text="Dimension to -1, 0, 1, 2, 3, or null for unknown.")
    evidence = models.JSONField(default=dict, help_text="Dimension to where it can be looked up.")
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["precedent", "is_second"], name="projects_sheet_once"),
            models.UniqueConstraint(fields=["precedent", "rater"], name="projects_sheet_two_persons"),
        ]

    def __str__(self) -> str:
        return f"{self.precedent}, {'second rater' if self.is_second else 'team'}"

    @property
    def project_id(self) -> int:
        return self.precedent.project_id


class Ceiling(models.Model):
    """What the project may take at most: sealed before the options are costed, shown when it is opened."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="ceiling")
    version = models.PositiveIntegerField(default=1)
    money = models.FloatField(null=True, blank=True, help_text="For building.")
    skills = models.JSONField(default=dict, blank=True, help_text="Person-months for each skill.")
    run_cost = models.FloatField(null=True, blank=True, help_text="A year.")
    latency_ms = models.FloatField(null=True, blank=True)
    alerts = models.FloatField(null=True, blank=True, help_text="That people can look at, a year.")
    is_blind = models.BooleanField(help_text="No option was costed when it was sealed.")
    sealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return "Ceiling"


class ScopeOption(models.Model):
    """One way to do it, down to doing nothing. Effort is in person-months, running cost a year."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="options")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=OptionKind)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    estimate = models.FloatField(null=True, blank=True, help_text="The team's P50, in person-months.")
    effort = _range()
    recall = _range()
    false_alarm_rate = _range()
    run_cost = _range()
    latency_ms = _range()
    skills = models.JSONField(default=dict, blank=True, help_text="Person-months for each skill: name to range.")
    precedent = models.ForeignKey(Precedent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    costed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    """Who last gave a figure; None while there is none."""
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_option_number"),
            models.CheckConstraint(condition=Q(kind__in=OptionKind.values), name="projects_option_kind"),
            *_ordered(OPTION_RANGES, "option"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        return str(self.number)
