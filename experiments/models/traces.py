"""Traces: what a decorated function did, as a tree of spans, told by MLflow's client or any OpenTelemetry exporter."""

from django.db import models
from django.db.models import Q

from experiments.enums import TraceState
from experiments.models.runs import Experiment, Run
from projects.models import Project


class Trace(models.Model):
    """What is searched. Spans may arrive before the trace itself is told, and then make it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="traces")
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="traces")
    trace_id = models.CharField(max_length=64)
    client_request_id = models.CharField(max_length=250, blank=True)
    state = models.CharField(max_length=20, choices=TraceState, default=TraceState.IN_PROGRESS)
    request_time_ms = models.BigIntegerField()
    duration_ms = models.BigIntegerField(null=True)
    request_preview = models.TextField(blank=True)
    response_preview = models.TextField(blank=True)
    metadata = models.JSONField(default=dict)
    tags = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "trace_id"], name="experiments_trace_once"),
            models.CheckConstraint(condition=Q(state__in=TraceState.values), name="experiments_trace_state"),
        ]
        indexes = [
            models.Index(fields=["experiment", "-request_time_ms"], name="experiments_trace_recent"),
            models.Index(fields=["run"], condition=Q(run__isnull=False), name="experiments_trace_of_run"),
        ]

    def __str__(self) -> str:
        return self.trace_id

    @property
    def public_id(self) -> str:
        return self.trace_id


class TraceSpan(models.Model):
    """One span: what a picture of it needs in columns, and the whole as OpenTelemetry's own message (`body`)."""

    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="spans")
    span_id = models.CharField(max_length=16)
    parent_id = models.CharField(max_length=16, blank=True)
    name = models.CharField(max_length=250)
    start_ns = models.BigIntegerField()
    end_ns = models.BigIntegerField()
    is_error = models.BooleanField(default=False)
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trace", "span_id"], name="experiments_span_once")]

    def __str__(self) -> str:
        return self.name
