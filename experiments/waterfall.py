"""A trace as a waterfall: its spans below their parents, each as a bar in the time of the whole. Plain values."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from experiments.models import TraceSpan

MAX_DEPTH = 10
MAX_FACTS, MAX_TEXT = 60, 4000
LEAST_WIDTH = 0.5
# What MLflow notes of every span and nobody asks for.
PLUMBING = ("mlflow.traceRequestId",)


@dataclass(frozen=True)
class Bar:
    """One span. `start` and `width` are in percent of the whole; `facts` are its attributes, then what it told."""

    span_id: str
    name: str
    depth: int
    start: float
    width: float
    milliseconds: float
    is_error: bool
    facts: list[tuple[str, str]]


def waterfall(spans: Sequence[TraceSpan]) -> list[Bar]:
    """Parents before their children, siblings as they began. A span without its parent stands at the edge."""
    if not spans:
        return []
    low, high = min(one.start_ns for one in spans), max(one.end_ns for one in spans)
    whole = max(high - low, 1)
    return [_bar(span, depth, low, whole) for span, depth in _laid_out(spans)]


def _laid_out(spans: Sequence[TraceSpan]) -> Iterator[tuple[TraceSpan, int]]:
    """Each span once, with its depth; those whose parents go round in a circle as well."""
    known = {one.span_id for one in spans}
    children: dict[str, list[TraceSpan]] = {}
    for one in spans:
        children.setdefault(one.parent_id if one.parent_id in known else "", []).append(one)
    seen: set[str] = set()
    for first in [*children.get("", []), *spans]:
        waiting = [(first, 0)]
        while waiting:
            span, depth = waiting.pop()
            if span.span_id in seen:
                continue
            seen.add(span.span_id)
            yield span, min(depth, MAX_DEPTH)
            waiting += [(child, depth + 1) for child in reversed(children.get(span.span_id, []))]


def _bar(span: TraceSpan, depth: int, low: int, whole: int) -> Bar:
    start = min(100 * (span.start_ns - low) / whole, 100 - LEAST_WIDTH)
    width = 100 * max(span.end_ns - span.start_ns, 0) / whole
    return Bar(
        span_id=span.span_id,
        name=span.name,
        depth=depth,
        start=round(start, 3),
        width=round(min(max(width, LEAST_WIDTH), 100 - start), 3),
        milliseconds=max(span.end_ns - span.start_ns, 0) / 1e6,
        is_error=span.is_error,
        facts=list(_facts(bytes(span.body)))[:MAX_FACTS],
    )


def _facts(body: bytes) -> Iterable[tuple[str, str]]:
    try:
        span = Span.FromString(body)
    except DecodeError:
        return
    if span.status.message:
        yield "status", span.status.message[:MAX_TEXT]
    for one in span.attributes:
        if one.key not in PLUMBING:
            yield one.key[:200], _text(one.value)
    for event in span.events:
        said = ", ".join(f"{one.key}: {_text(one.value)}" for one in event.attributes)
        yield f"event {event.name}"[:200], said[:MAX_TEXT]


def _text(value: AnyValue) -> str:
    kind = value.WhichOneof("value")
    if kind in ("string_value", "bool_value", "int_value", "double_value"):
        return str(getattr(value, kind))[:MAX_TEXT]
    return MessageToJson(value, indent=None)[:MAX_TEXT]
