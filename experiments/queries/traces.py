"""Traces of runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, QuerySet

from core.errors import NotFound
from experiments.models import (
    Run,
    Trace,
    TraceSpan,
)


@dataclass(frozen=True)
class RunTrace:
    """A trace of a run, as its page lists it. `duration_ms` is None while it goes on."""

    trace_id: str
    name: str
    status: str
    duration_ms: int | None
    started_at: datetime
    span_count: int


def traces_of(run: Run, *, limit: int = 100) -> list[RunTrace]:
    """The newest traces of a run, at most `limit`."""
    rows = Trace.objects.filter(run=run).annotate(span_count=Count("spans")).order_by("-request_time_ms", "-pk")
    return [
        RunTrace(
            trace_id=one.trace_id,
            name=one.tags.get("mlflow.traceName") or one.trace_id,
            status=one.state,
            duration_ms=one.duration_ms,
            started_at=datetime.fromtimestamp(one.request_time_ms / 1000, UTC),
            span_count=one.span_count,
        )
        for one in rows[:limit]
    ]


def trace_of(run: Run, trace_id: str) -> Trace:
    """Raises NotFound."""
    found = Trace.objects.filter(run=run, trace_id=trace_id).first()
    if found is None:
        raise NotFound(f"The run {run.run_id} has no trace {trace_id[:80]!r}.")
    return found


def spans_of(trace: Trace) -> QuerySet[TraceSpan]:
    """In the order in which they began."""
    return TraceSpan.objects.filter(trace=trace).order_by("start_ns", "pk")


def spans_of_traces(traces: Iterable[Trace]) -> dict[int, list[TraceSpan]]:
    """The spans of each trace by its primary key, in the order in which they began."""
    found: dict[int, list[TraceSpan]] = {trace.pk: [] for trace in traces}
    for span in TraceSpan.objects.filter(trace__in=list(found)).order_by("start_ns", "pk"):
        found[span.trace_id].append(span)
    return found
