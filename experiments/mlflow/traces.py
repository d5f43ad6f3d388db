"""Traces: `/v1/traces` takes spans as OpenTelemetry sends them, `traces/*` is how MLflow's clients tell and find them.

Spans are kept here and not among a run's files; clients are told so by a tag, and ask `traces/batchGet` for them.
"""

import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db.models import F, QuerySet
from django.http import HttpResponse
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from core.errors import Invalid, NotFound, TooLarge
from experiments import operations, queries
from experiments.mlflow import filters, paging, wire
from experiments.mlflow.door import Call, Route, read
from experiments.mlflow.errors import NotServed
from experiments.mlflow.experiments import experiment_named
from experiments.mlflow.shapes import EPOCH, set_only
from experiments.models import Experiment, Trace
from experiments.operations import SpanEntry, TraceEntry

MAX_PAGE = 500
MAX_BATCH = 100
MAX_BYTES = 20 * 1024 * 1024
PROTOBUF = "application/x-protobuf"
EXPERIMENT_HEADER = "x-mlflow-experiment-id"
# Tells the client to ask for spans here, and to upload no file of them.
KEPT_HERE = {"mlflow.trace.spansLocation": "TRACKING_STORE"}

_DURATION = re.compile(r"(\d{1,12})(?:\.(\d{1,9}))?s")
_STATES = {"1": "OK", "2": "ERROR", "3": "IN_PROGRESS"}
_INT64 = 2**63


def export(call: Call) -> HttpResponse:
    """`/v1/traces`: all of the spans or none of them."""
    experiment = experiment_named(call, call.request.headers.get(EXPERIMENT_HEADER, ""))
    spans = [_span(one) for one in _spans(_message(call))]
    if not spans:
        raise Invalid("The message holds no spans.", field="spans")
    operations.log_spans(experiment=experiment, spans=spans, by=call.by, now=call.now)
    return HttpResponse(ExportTraceServiceResponse().SerializeToString(), content_type=PROTOBUF)


def start(call: Call) -> dict[str, Any]:
    """`POST traces`: a trace as its client tells it, when it has ended. Clients 2.x tell its beginning: NotServed."""
    if "trace" not in call.data and "experiment_id" in call.data:
        raise NotServed(
            "Traces are kept as clients of MLflow 3 and OpenTelemetry tell them; those of MLflow 2 are not."
        )
    info = _object(_object(call.data, "trace"), "trace_info")
    experiment = experiment_named(call, _experiment_id(_object(info, "trace_location")))
    trace = operations.log_trace(experiment=experiment, entry=_entry(info), by=call.by, now=call.now)
    return {"trace": {"trace_info": shape(trace)}}


def get_info(call: Call) -> dict[str, Any]:
    return {"trace": {"trace_info": shape(given_trace(call, call.parts["trace_id"]))}}


def get(call: Call) -> dict[str, Any]:
    return {"trace": whole([given_trace(call, wire.required(call.data, "trace_id"))])[0]}


def batch_get(call: Call) -> dict[str, Any]:
    return {"traces": whole(_batch(call))}


def batch_get_infos(call: Call) -> dict[str, Any]:
    return {"trace_infos": [shape(one) for one in _batch(call)]}


def search(call: Call) -> dict[str, Any]:
    locations = wire.items(call.data, "locations")
    named = [experiment_named(call, _experiment_id(one)).pk for one in locations]
    if not named:
        raise Invalid("Say which experiments' traces to search.", field="locations")
    found = filtered(
        Trace.objects.filter(experiment__in=named), wire.text(call.data, "filter"), wire.texts(call.data, "order_by")
    )
    size = wire.page_size(call.data, default=100, most=MAX_PAGE)
    page, token = paging.page(found, size=size, token=wire.text(call.data, "page_token"))
    return {"traces": [shape(one) for one in page], **set_only(next_page_token=token)}


def set_tag(call: Call) -> dict[str, Any]:
    tags = {wire.required(call.data, "key"): wire.text(call.data, "value")}
    trace = given_trace(call, call.parts["trace_id"])
    operations.change_trace_tags(trace=trace, set_tags=tags, by=call.by, now=call.now)
    return {}


def delete_tag(call: Call) -> dict[str, Any]:
    trace, key = given_trace(call, call.parts["trace_id"]), wire.required(call.data, "key")
    operations.change_trace_tags(trace=trace, set_tags={}, unset=[key], by=call.by, now=call.now)
    return {}


def delete(call: Call) -> dict[str, Any]:
    ids = wire.texts(call.data, "request_ids") or wire.texts(call.data, "trace_ids")
    until = wire.integer(call.data, "max_timestamp_millis")
    if bool(ids) == (until is not None):
        raise Invalid("Say either request_ids or max_timestamp_millis.", field="request_ids")
    count = operations.delete_traces(
        experiment=_experiment(call),
        trace_ids=ids,
        until_ms=until,
        most=wire.integer(call.data, "max_traces"),
        by=call.by,
        now=call.now,
    )
    return {"traces_deleted": count}


def given_trace(call: Call, trace_id: str) -> Trace:
    """Raises NotFound, with the same words whether it is missing or another project's."""
    found = Trace.objects.filter(project=call.project, trace_id=trace_id).first()
    if found is None:
        raise NotFound(f"Trace with ID '{trace_id[:100]}' not found.")
    return found


def shape(trace: Trace) -> dict[str, Any]:
    """A trace's facts as proto3 JSON of MLflow's TraceInfoV3."""
    place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": str(trace.experiment_id)}}
    duration = None if trace.duration_ms is None else f"{trace.duration_ms / 1000:.3f}s"
    return {
        "trace_id": trace.trace_id,
        "trace_location": place,
        "request_time": (EPOCH + timedelta(milliseconds=trace.request_time_ms)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "state": str(trace.state),
        "trace_metadata": trace.metadata,
        "tags": trace.tags | KEPT_HERE,
        **set_only(
            client_request_id=trace.client_request_id,
            request_preview=trace.request_preview,
            response_preview=trace.response_preview,
            execution_duration=duration,
        ),
    }


def whole(traces: list[Trace]) -> list[dict[str, Any]]:
    """Traces with all their spans, in one query for all of them."""
    spans = queries.spans_of_traces(traces)
    return [
        {"trace_info": shape(one), "spans": [_span_shape(bytes(span.body)) for span in spans[one.pk]]} for one in traces
    ]


def filtered(found: QuerySet[Trace], filter_string: str, order_by: list[str]) -> QuerySet[Trace]:
    """MLflow's grammar: attributes, tags and metadata. Raises Invalid, also for what is looked for inside spans."""
    parser: Any = filters.parser_of("SearchTraceUtils") if filter_string.strip() or order_by else None
    columns = {
        "request_id": F("trace_id"),
        "client_request_id": F("client_request_id"),
        "status": F("state"),
        "timestamp_ms": F("request_time_ms"),
        "execution_time_ms": F("duration_ms"),
        "end_time_ms": F("request_time_ms") + F("duration_ms"),
    }
    for clause in _clauses(parser, filter_string):
        found = found.filter(_condition(clause, columns))
    order = [
        filters.ordered(_order_column(kind, key, columns), up)
        for kind, key, up in filters.ordering(parser, "search_traces", order_by)
    ]
    return found.order_by(*order, "-request_time_ms", "-pk")


def _clauses(parser: Any, filter_string: str) -> list[filters.Clause]:
    if not filter_string.strip():
        return []
    if len(filter_string) > filters.MAX_LENGTH:
        raise Invalid(f"A filter has at most {filters.MAX_LENGTH} characters.", field="filter")
    with filters.translated():
        clauses: list[filters.Clause] = parser.parse_search_filter_for_search_traces(filter_string)
        return [one | {"comparator": one["comparator"].upper()} for one in clauses]


def _condition(clause: filters.Clause, columns: dict[str, Any]) -> Any:
    kind, key, comparator = clause["type"], clause["key"], clause["comparator"]
    if comparator == "RLIKE":
        raise Invalid("RLIKE is not served: use LIKE or ILIKE.", field="filter")
    if kind in ("tag", "request_metadata"):
        return filters.text_clause("tags" if kind == "tag" else "metadata", clause)
    if kind != "attribute" or key not in columns:
        raise Invalid(f"Traces are not searched by {kind} '{str(key)[:80]}' here.", field="filter")
    return filters.compare(columns[key], comparator, clause["value"])


def _order_column(kind: str, key: str, columns: dict[str, Any]) -> Any:
    if kind in ("tag", "request_metadata"):
        return filters.text_of("tags" if kind == "tag" else "metadata", key)
    if key == "experiment_id":
        return F("experiment_id")
    if key not in columns:
        raise Invalid(f"Traces are not ordered by '{str(key)[:80]}' here.", field="order_by")
    return columns[key]


def _experiment(call: Call) -> Experiment:
    return experiment_named(call, wire.required(call.data, "experiment_id"))


def _batch(call: Call) -> list[Trace]:
    """The traces that the call names and that are there, in the order of their names."""
    ids = wire.texts(call.data, "trace_ids")
    if len(ids) > MAX_BATCH:
        raise Invalid(f"At most {MAX_BATCH} traces are asked for at once: got {len(ids)}.", field="trace_ids")
    found = {one.trace_id: one for one in Trace.objects.filter(project=call.project, trace_id__in=ids)}
    return [found[one] for one in dict.fromkeys(ids) if one in found]


def _message(call: Call) -> ExportTraceServiceRequest:
    """The body, unpacked within bounds. Raises Invalid, TooLarge."""
    if call.request.content_type != PROTOBUF:
        raise Invalid(f"Content-Type must be {PROTOBUF}.", field="Content-Type")
    try:
        body = _unpacked(call.request.body, call.request.headers.get("Content-Encoding", "").lower())
    except RequestDataTooBig:
        raise TooLarge("Spans come in messages of at most 10 MB.") from None
    message = ExportTraceServiceRequest()
    try:
        message.ParseFromString(body)
    except DecodeError:
        raise Invalid("The body is not a message of OpenTelemetry's traces.", field="body") from None
    return message


def _unpacked(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "deflate"):
        raise Invalid(f"Content-Encoding is gzip, deflate or nothing: got {encoding[:40]!r}.", field="Content-Encoding")
    stream = zlib.decompressobj(wbits=31 if encoding == "gzip" else 15)
    try:
        found = stream.decompress(body, MAX_BYTES)
    except zlib.error:
        raise Invalid(f"The body is not {encoding}.", field="body") from None
    if stream.unconsumed_tail or not stream.eof:
        raise TooLarge(f"The body is cut off, or unpacks to more than {MAX_BYTES} bytes.")
    return found


def _spans(message: ExportTraceServiceRequest) -> list[Span]:
    return [
        span
        for of_resource in message.resource_spans
        for of_scope in of_resource.scope_spans
        for span in of_scope.spans
    ]


def _span(span: Span) -> SpanEntry:
    """Raises Invalid for ids and times that cannot be."""
    if len(span.trace_id) != 16 or len(span.span_id) != 8 or len(span.parent_span_id) not in (0, 8):
        raise Invalid("A span's trace_id has 16 bytes, its span_id and parent_span_id 8.", field="span_id")
    if not 0 < span.start_time_unix_nano < _INT64 or not 0 <= span.end_time_unix_nano < _INT64:
        raise Invalid("A span's times are nanoseconds since 1970.", field="start_time_unix_nano")
    return SpanEntry(
        trace_id=f"tr-{span.trace_id.hex()}",
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        name=span.name.replace("\0", ""),
        start_ns=span.start_time_unix_nano,
        end_ns=max(span.end_time_unix_nano, span.start_time_unix_nano),
        is_error=span.status.code == Status.STATUS_CODE_ERROR,
        body=span.SerializeToString(),
    )


def _span_shape(body: bytes) -> dict[str, Any]:
    return MessageToDict(Span.FromString(body), preserving_proto_field_name=True)


def _object(data: Any, name: str) -> dict[str, Any]:
    found = data.get(name)
    if not isinstance(found, dict):
        raise Invalid(f"Missing value for required parameter '{name}'.", field=name)
    return found


def _experiment_id(location: dict[str, Any]) -> str:
    return wire.required(_object(location, "mlflow_experiment"), "experiment_id")


def _entry(info: dict[str, Any]) -> TraceEntry:
    state = str(info.get("state") or "IN_PROGRESS")
    return TraceEntry(
        trace_id=wire.required(info, "trace_id"),
        request_time_ms=_moment(wire.required(info, "request_time")),
        state=_STATES.get(state, state),
        duration_ms=_milliseconds(wire.text(info, "execution_duration")),
        client_request_id=wire.text(info, "client_request_id"),
        request_preview=wire.text(info, "request_preview"),
        response_preview=wire.text(info, "response_preview"),
        metadata=_object({"trace_metadata": {}} | info, "trace_metadata"),
        tags=_object({"tags": {}} | info, "tags"),
    )


def _moment(text: str) -> int:
    """Milliseconds since 1970 of a time as proto3 JSON writes it, which may have nine decimals. Raises Invalid."""
    try:
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
        return (found.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        raise wire.invalid("request_time", text, "it must be a time as 2026-01-31T12:00:00Z") from None


def _milliseconds(text: str) -> int | None:
    if not text:
        return None
    match = _DURATION.fullmatch(text)
    if match is None:
        raise wire.invalid("execution_duration", text, "it must be seconds as 1.5s")
    return int(match[1]) * 1000 + int((match[2] or "0").ljust(9, "0")[:3])


OTLP_ROUTES = [Route("POST", "traces", export, raw=True)]

ROUTES = [
    Route("POST", "traces", start),
    read("POST", "traces/search", search),
    read("GET", "traces/get", get),
    read("GET", "traces/batchGet", batch_get),
    read("POST", "traces/batchGetInfos", batch_get_infos),
    Route("POST", "traces/delete-traces", delete),
    read("GET", "traces/{trace_id}", get_info),
    Route("PATCH", "traces/{trace_id}/tags", set_tag),
    Route("DELETE", "traces/{trace_id}/tags", delete_tag),
]
