"""Durable jobs: the database is the queue."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.enums import JobState


class JobQuerySet(models.QuerySet["Job"]):
    def open(self) -> "JobQuerySet":
        return self.filter(state__in=JobState.open())

    def of(self, subject: models.Model) -> "JobQuerySet":
        return self.filter(subject_type=subject._meta.model_name, subject_id=str(subject.pk))


class Job(models.Model):
    """A piece of work that is done exactly once, whatever dies meanwhile.

    `token` is the fencing token: it grows with each claim, and every write of the worker that holds the job is
    conditional on it, so that a worker that was taken for dead cannot write over its successor.
    """

    kind = models.CharField(max_length=40)
    queue = models.CharField(max_length=20)
    stream = models.ForeignKey("core.Stream", null=True, on_delete=models.CASCADE, related_name="jobs")
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=80, blank=True)
    unique_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 (null: not unique)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    token = models.BigIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True)
    progress = models.FloatField(default=0.0)
    note = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True)
    error = models.JSONField(null=True, help_text='{"code", "message"}')
    cancel_requested_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="core_job_state"),
            models.CheckConstraint(
                condition=Q(finished_at=None) ^ Q(state__in=["succeeded", "failed", "cancelled"]),
                name="core_job_finished_with_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False), name="core_job_leased"
            ),
            models.UniqueConstraint(
                fields=["unique_key"], condition=Q(state__in=["queued", "running"]), name="core_job_one_open"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="queued"), name="core_job_due"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="core_job_lease"),
            models.Index(fields=["stream", "-id"], name="core_job_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def project_id(self) -> int | None:
        return self.stream_id

    @property
    def is_open(self) -> bool:
        return self.state in JobState.open()

    @property
    def percent(self) -> int:
        return round(self.progress * 100)


class JobLog(models.Model):
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="log")
    attempt = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    line = models.CharField(max_length=2000)

    def __str__(self) -> str:
        return self.line


class Schedule(models.Model):
    """Work that comes back: each slot makes exactly one job, however many schedulers run."""

    kind = models.CharField(max_length=40)
    stream = models.ForeignKey("core.Stream", null=True, on_delete=models.CASCADE, related_name="schedules")
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=80, blank=True)
    payload = models.JSONField(default=dict)
    every_seconds = models.PositiveIntegerField()
    next_at = models.DateTimeField()
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(every_seconds__gte=1), name="core_schedule_every_positive"),
            models.UniqueConstraint(fields=["kind", "subject_type", "subject_id"], name="core_schedule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} every {self.every_seconds} s"


class ScheduleFire(models.Model):
    """That a slot was fired. The constraint is the guarantee."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="fires")
    slot = models.DateTimeField()
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "slot"], name="core_schedulefire_once")]

    def __str__(self) -> str:
        return f"{self.schedule_id} at {self.slot}"
