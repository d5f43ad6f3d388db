"""Writes about traces. Told again, a trace or a span is replaced: clients send them again when an answer was lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from core import events
from core.errors import Conflict, Invalid, NotFound
from core.models import User
from core.rules import require
from experiments import rules
from experiments.enums import Lifecycle, TraceState
from experiments.events import TRACE_LOGGED, TRACE_UPDATED, TRACES_DELETED
from experiments.models import Experiment, Run, Trace, TraceSpan

MAX_SPANS = 10_000
MAX_PAIRS = 200
MAX_KEY = 250
MAX_VALUE = 8_000
MAX_PREVIEW = 10_000
RUN_KEY = "mlflow.sourceRun"
NAME_TAG = "mlflow.traceName"

SpanKey = tuple[str, str]


@dataclass(frozen=True)
class TraceEntry:
    """What a client says of a trace."""

    trace_id: str
    request_time_ms: int
    state: str = TraceState.IN_PROGRESS
    duration_ms: int | None = None
    client_request_id: str = ""
    request_preview: str = ""
    response_preview: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SpanEntry:
    trace_id: str
    span_id: str
    parent_id: str
    name: str
    start_ns: int
    end_ns: int
    is_error: bool
    body: bytes


@transaction.atomic
def log_trace(*, experiment: Experiment, entry: TraceEntry, by: User, now: datetime) -> Trace:
    """Keep a trace as its client tells it, with whatever spans have arrived already.

    Raises NotAllowed, Invalid, NotFound (a run of another project), Conflict (`deleted`; `foreign_experiment`).
    """
    _require_open(experiment, by)
    metadata, tags = checked_pairs("trace_metadata", entry.metadata), checked_pairs("tags", entry.tags)
    facts = {
        "run": _run_of(experiment, metadata),
        "state": _checked_state(entry.state),
        "request_time_ms": entry.request_time_ms,
        "duration_ms": entry.duration_ms,
        "client_request_id": entry.client_request_id[:MAX_KEY],
        "request_preview": entry.request_preview[:MAX_PREVIEW],
        "response_preview": entry.response_preview[:MAX_PREVIEW],
        "metadata": metadata,
    }
    trace = _trace(experiment, entry.trace_id, facts)
    for name, value in facts.items():
        setattr(trace, name, value)
    trace.tags = trace.tags | tags
    trace.save(update_fields=[*facts, "tags"])
    name = trace.tags.get(NAME_TAG, "")
    events.record(TRACE_LOGGED, trace, by=by, name=name[:MAX_KEY], state=trace.state, duration_ms=trace.duration_ms)
    return trace


@transaction.atomic
def log_spans(*, experiment: Experiment, spans: Sequence[SpanEntry], by: User, now: datetime) -> None:
    """Keep spans, all or none; a trace that was not told yet is made of them. Raises as `log_trace`."""
    _require_open(experiment, by)
    if len(spans) > MAX_SPANS:
        raise Invalid(f"At most {MAX_SPANS} spans come in one call: got {len(spans)}.", field="spans")
    by_trace: dict[str, list[SpanEntry]] = {}
    for span in spans:
        by_trace.setdefault(span.trace_id, []).append(span)
    for trace_id in sorted(by_trace):  # in one order, so that two writers cannot wait for each other
        _keep(_trace(experiment, trace_id, _facts(by_trace[trace_id])), by_trace[trace_id])


@transaction.atomic
def change_trace_tags(
    *, trace: Trace, set_tags: Mapping[str, str], unset: Sequence[str] = (), by: User, now: datetime
) -> Trace:
    """Raises NotAllowed, Invalid, NotFound (a tag that is not there)."""
    require(rules.why_not_train(by, trace.project_id))
    given = checked_pairs("tags", set_tags)
    trace = Trace.objects.select_for_update(no_key=True).get(pk=trace.pk)
    for key in unset:
        if key not in trace.tags:
            raise NotFound(f"No trace tag with key {key[:MAX_KEY]!r} in trace {trace.trace_id}.")
    trace.tags = {key: value for key, value in (trace.tags | given).items() if key not in unset}
    trace.save(update_fields=["tags"])
    events.record(TRACE_UPDATED, trace, by=by, tags=sorted(given), untagged=list(unset))
    return trace


@transaction.atomic
def delete_traces(
    *,
    experiment: Experiment,
    trace_ids: Sequence[str] = (),
    until_ms: int | None = None,
    most: int | None = None,
    by: User,
    now: datetime,
) -> int:
    """Delete these traces of the experiment, or the oldest ones until a moment. Returns how many. Raises NotAllowed."""
    require(rules.why_not_train(by, experiment.project_id))
    found = Trace.objects.filter(experiment=experiment)
    if trace_ids:
        found = found.filter(trace_id__in=list(trace_ids))
    else:
        found = found.filter(request_time_ms__lte=until_ms).order_by("request_time_ms", "pk")
    rows = list(found.values_list("pk", flat=True)[:most])
    Trace.objects.filter(pk__in=rows).delete()
    events.record(TRACES_DELETED, experiment, by=by, count=len(rows))
    return len(rows)


def checked_pairs(what: str, given: Mapping[str, str]) -> dict[str, str]:
    """Raises Invalid."""
    if len(given) > MAX_PAIRS:
        raise Invalid(f"A trace has at most {MAX_PAIRS} {what}: got {len(given)}.", field=what)
    for key, value in given.items():
        if not 1 <= len(key) <= MAX_KEY:
            raise Invalid(f"A key of {what} has 1 to {MAX_KEY} characters: got {len(key)}.", field=what)
        if not isinstance(value, str):
            raise Invalid(f"The value of {key!r} in {what} must be text.", field=what)
    return {key: value[:MAX_VALUE] for key, value in given.items()}


def _require_open(experiment: Experiment, by: User) -> None:
    require(rules.why_not_train(by, experiment.project_id))
    if experiment.lifecycle != Lifecycle.ACTIVE:
        raise Conflict(f"The experiment {experiment.name!r} is deleted. Restore it first.", code="deleted")


def _trace(experiment: Experiment, trace_id: str, facts: Mapping[str, object]) -> Trace:
    """The trace's row, locked; made of these facts if it is new."""
    if not 1 <= len(trace_id) <= 64:
        raise Invalid(f"A trace's id has 1 to 64 characters: got {len(trace_id)}.", field="trace_id")
    trace, _ = Trace.objects.select_for_update(no_key=True).get_or_create(
        project_id=experiment.project_id, trace_id=trace_id, defaults={"experiment": experiment, **facts}
    )
    if trace.experiment_id != experiment.pk:
        raise Conflict(f"The trace {trace_id} is another experiment's.", code="foreign_experiment")
    return trace


def _run_of(experiment: Experiment, metadata: Mapping[str, str]) -> Run | None:
    run_id = metadata.get(RUN_KEY)
    if not run_id:
        return None
    run = Run.objects.filter(project=experiment.project_id, run_id=run_id).first()
    if run is None:
        raise NotFound(f"Run with id={run_id[:100]} not found")
    return run


def _checked_state(state: str) -> str:
    if state not in TraceState.values:
        raise Invalid(f"A trace's state is one of {', '.join(TraceState.values)}: got {state[:40]!r}.", field="state")
    return state


def _facts(spans: Sequence[SpanEntry]) -> dict[str, object]:
    """What spans tell of their trace, until it is told itself."""
    start, root = min(span.start_ns for span in spans), next((one for one in spans if not one.parent_id), None)
    if root is None:
        return {"request_time_ms": start // 1_000_000}
    return {
        "request_time_ms": root.start_ns // 1_000_000,
        "duration_ms": (root.end_ns - root.start_ns) // 1_000_000,
        "state": TraceState.ERROR if root.is_error else TraceState.OK,
        "tags": {NAME_TAG: root.name},
    }


def _keep(trace: Trace, spans: Sequence[SpanEntry]) -> None:
    rows = {
        one.span_id: TraceSpan(
            trace=trace,
            span_id=one.span_id,
            parent_id=one.parent_id,
            name=one.name[:250],
            start_ns=one.start_ns,
            end_ns=one.end_ns,
            is_error=one.is_error,
            body=one.body,
        )
        for one in spans
    }
    TraceSpan.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["trace", "span_id"],
        update_fields=["parent_id", "name", "start_ns", "end_ns", "is_error", "body"],
    )
    count = TraceSpan.objects.filter(trace=trace).aggregate(count=Count("pk"))["count"]
    if count > MAX_SPANS:
        raise Invalid(f"A trace has at most {MAX_SPANS} spans: got {count}.", field="spans")
    _end_by_root(trace, spans)


def _end_by_root(trace: Trace, spans: Sequence[SpanEntry]) -> None:
    """A trace that only spans told of ends when its first span does, in whatever order they came."""
    root = next((one for one in spans if not one.parent_id), None)
    if root is None or trace.state != TraceState.IN_PROGRESS:
        return
    facts = _facts([root])
    trace.tags = {NAME_TAG: root.name} | trace.tags
    trace.state, trace.duration_ms = str(facts["state"]), (root.end_ns - root.start_ns) // 1_000_000
    trace.request_time_ms = root.start_ns // 1_000_000
    trace.save(update_fields=["tags", "state", "duration_ms", "request_time_ms"])
