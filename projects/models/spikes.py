"""Spikes, whose zones are locked before their first run, and the criteria by which a project ends."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from projects.enums import KillDecision, SpikeState, SpikeZone
from projects.models.dossier import ScopeOption
from projects.models.items import WorkItem
from projects.models.project import Project

MOST_DAYS = 28


class Spike(models.Model):
    """A time-boxed test of one assumption of one option. Once locked its plan never changes, once ended nothing does:
    the database itself refuses it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="spikes")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=SpikeState, default=SpikeState.PLANNED)
    option = models.ForeignKey(ScopeOption, on_delete=models.PROTECT, related_name="spikes")
    item = models.OneToOneField(WorkItem, on_delete=models.PROTECT, related_name="spike")
    tests = models.CharField(max_length=40, help_text="The dimension or the assumption that it tests.")
    title = models.CharField(max_length=200)
    hypothesis = models.TextField(blank=True)
    days = models.PositiveSmallIntegerField(default=14, help_text="Its time box, from the lock on.")
    spending_cap = models.FloatField(default=0)
    experiment = models.CharField(max_length=200, help_text="Every run in it counts that begins after the lock.")
    dataset = models.CharField(max_length=120, blank=True, help_text="name@v1: only runs on it count.")
    metric = models.CharField(max_length=250, blank=True)
    is_higher_better = models.BooleanField(default=True)
    proceed_at = models.FloatField(null=True, blank=True)
    kill_at = models.FloatField(null=True, blank=True)
    least_runs = models.PositiveSmallIntegerField(default=3, help_text="Fewer say nothing.")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the locked plan as canonical JSON.")
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    locked_at = models.DateTimeField(null=True)
    samples = models.JSONField(default=dict, help_text="Run to its value and, where it logged one, its interval.")
    zone = models.CharField(max_length=10, choices=SpikeZone, blank=True)
    comment = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_spike_number"),
            models.CheckConstraint(condition=Q(state__in=SpikeState.values), name="projects_spike_state"),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=MOST_DAYS), name="projects_spike_days"),
            models.CheckConstraint(
                condition=Q(state=SpikeState.PLANNED, locked_at=None, locked_by=None, digest="")
                | (~Q(state=SpikeState.PLANNED) & Q(locked_at__isnull=False, locked_by__isnull=False) & ~Q(digest="")),
                name="projects_spike_locked",
            ),
            models.CheckConstraint(
                condition=Q(state=SpikeState.ENDED, ended_at__isnull=False, zone__in=SpikeZone.values)
                | (~Q(state=SpikeState.ENDED) & Q(ended_at=None, zone="")),
                name="projects_spike_ended",
            ),
            models.CheckConstraint(
                condition=Q(proceed_at=None)
                | Q(kill_at=None)
                | Q(is_higher_better=True, kill_at__lte=F("proceed_at"))
                | Q(is_higher_better=False, kill_at__gte=F("proceed_at")),
                name="projects_spike_zones",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        return str(self.number)


class KillCriterion(models.Model):
    """By this day this has to be reached, or the project stops, unless whoever decides says otherwise, and why."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="kill_criteria")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    text = models.TextField(help_text="What has to be so.")
    due_date = models.DateField()
    metric = models.CharField(max_length=250, blank=True)
    threshold = models.FloatField(null=True, blank=True)
    is_higher_better = models.BooleanField(default=True)
    decider = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reached_at = models.DateTimeField(null=True)
    reached_by = models.CharField(max_length=64, blank=True, help_text="The run that reached the threshold.")
    decision = models.CharField(max_length=10, choices=KillDecision, blank=True)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_killcriterion_number"),
            models.CheckConstraint(
                condition=Q(metric="", threshold=None) | (~Q(metric="") & Q(threshold__isnull=False)),
                name="projects_killcriterion_metric",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | Q(decision__in=KillDecision.values, decided_at__isnull=False),
                name="projects_killcriterion_decided",
            ),
        ]

    def __str__(self) -> str:
        return self.text.split("\n", 1)[0][:120]

    @property
    def public_id(self) -> str:
        return str(self.number)
