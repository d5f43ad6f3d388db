"""Traces: spans by OpenTelemetry, and MLflow's calls to tell and find them."""

import gzip
import zlib

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from core.models import Event
from experiments import queries
from experiments.models import Run, Trace, TraceSpan
from projects.roles import Role
from tests.factories import make_member, make_project, make_user
from tests.mlflow.door import Mlflow, refusal, token_of
from tests.mlflow.live import run_script

START_NS = 1_700_000_000_000_000_000
TRACE = "0123456789abcdef" * 2


@pytest.fixture
def experiment(api):
    return api.experiment()


def message(*spans, trace=TRACE):
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number, (name, parent, status) in enumerate(spans, start=1):
        span = scope.spans.add(
            name=name,
            trace_id=bytes.fromhex(trace),
            span_id=number.to_bytes(8, "big"),
            parent_span_id=parent.to_bytes(8, "big") if parent else b"",
            start_time_unix_nano=START_NS + number * 1_000_000,
            end_time_unix_nano=START_NS + 500_000_000,
        )
        span.status.code = status
        span.attributes.add(key="mlflow.spanType").value.string_value = "CHAIN"
    return request.SerializeToString()


TWO = message(("predict", 0, 1), ("look up", 1, 1))


def export(api, experiment, body=TWO, *, content_type="application/x-protobuf", **headers):
    return api.client.generic(
        "POST",
        f"{api.prefix}/v1/traces",
        body,
        content_type,
        headers=api.headers | {"x-mlflow-experiment-id": experiment} | headers,
    )


def info(experiment, trace_id=f"tr-{TRACE}", **given):
    return {
        "trace": {
            "trace_info": {
                "trace_id": trace_id,
                "trace_location": {
                    "type": "MLFLOW_EXPERIMENT",
                    "mlflow_experiment": {"experiment_id": experiment},
                },
                "request_time": "2023-11-14T22:13:20.001Z",
                "execution_duration": "0.499s",
                "state": "OK",
                "trace_metadata": {},
                "tags": {"mlflow.traceName": "predict"},
                **given,
            }
        }
    }


def tell(api, experiment, trace_id=f"tr-{TRACE}", **given):
    return api.call("POST", "traces", protocol="3.0", **info(experiment, trace_id, **given))


def search(api, experiment, **given):
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}
    response = api.call("POST", "traces/search", protocol="3.0", locations=[location], **given)
    assert response.status_code == 200, response.content
    return [one["trace_id"] for one in response.json()["traces"]]


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_spans_make_a_trace(api, experiment, encoding):
    packed = {"": TWO, "gzip": gzip.compress(TWO), "deflate": zlib.compress(TWO)}[encoding]

    response = export(api, experiment, packed, **({"Content-Encoding": encoding} if encoding else {}))

    assert (response.status_code, response["Content-Type"]) == (200, "application/x-protobuf")
    shown = api.ok("GET", "traces/get", protocol="3.0", trace_id=f"tr-{TRACE}")["trace"]
    assert [span["name"] for span in shown["spans"]] == ["predict", "look up"]
    assert shown["trace_info"]["state"] == "OK"
    assert shown["trace_info"]["execution_duration"] == "0.499s"
    assert shown["trace_info"]["request_time"] == "2023-11-14T22:13:20.001000Z"


def test_the_same_spans_again_are_the_same_spans(api, experiment):
    for _ in range(2):
        assert export(api, experiment).status_code == 200

    assert (Trace.objects.count(), TraceSpan.objects.count()) == (1, 2)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_spans_and_the_trace_may_come_in_any_order(api, experiment, order):
    run = api.run(experiment)["info"]["run_id"]
    calls = [
        lambda: export(api, experiment),
        lambda: tell(api, experiment, trace_metadata={"mlflow.sourceRun": run}, request_preview="{}"),
    ]
    for number in order:
        assert calls[number]().status_code == 200

    shown = api.ok("GET", f"traces/tr-{TRACE}", protocol="3.0")["trace"]["trace_info"]
    assert shown["trace_metadata"] == {"mlflow.sourceRun": run}
    assert shown["tags"] == {"mlflow.traceName": "predict", "mlflow.trace.spansLocation": "TRACKING_STORE"}
    assert TraceSpan.objects.count() == 2
    found = queries.traces_of(Run.objects.get(run_id=run))
    assert [(one.name, one.status, one.duration_ms, one.span_count) for one in found] == [("predict", "OK", 499, 2)]


def test_traces_of_a_run_cost_the_same_for_one_and_for_three(api, experiment, django_assert_num_queries):
    run = Run.objects.get(run_id=api.run(experiment)["info"]["run_id"])
    for number in range(3):
        tell(api, experiment, f"tr-{number}", trace_metadata={"mlflow.sourceRun": run.run_id})
        with django_assert_num_queries(1):
            assert len(queries.traces_of(run)) == number + 1


def test_search(api, experiment):
    run = api.run(experiment)["info"]["run_id"]
    tell(api, experiment, "tr-a", trace_metadata={"mlflow.sourceRun": run}, tags={"team": "fraud"})
    tell(api, experiment, "tr-b", state="ERROR", request_time="2023-11-15T00:00:00Z", tags={"mlflow.traceName": "fit"})
    tell(api, experiment, "tr-c", execution_duration="9s", request_time="2023-11-16T00:00:00.123456789Z")
    other = api.experiment("other")
    tell(api, other, "tr-elsewhere")

    for filter_string, expected in [
        ("", ["tr-c", "tr-b", "tr-a"]),
        ("status = 'ERROR'", ["tr-b"]),
        ("attributes.status != 'ERROR'", ["tr-c", "tr-a"]),
        ("timestamp_ms > 1700006400000", ["tr-c"]),
        ("execution_time_ms >= 9000", ["tr-c"]),
        ("tags.team = 'fraud'", ["tr-a"]),
        ("tags.team LIKE 'fr%'", ["tr-a"]),
        ("name = 'fit'", ["tr-b"]),
        (f"run_id = '{run}'", ["tr-a"]),
        (f"request_metadata.`mlflow.sourceRun` = '{run}'", ["tr-a"]),
        ("status = 'OK' AND name = 'predict'", ["tr-c"]),
        ("request_id IN ('tr-a', 'tr-b')", ["tr-b", "tr-a"]),
    ]:
        assert search(api, experiment, filter=filter_string) == expected, filter_string
    assert search(api, experiment, order_by=["execution_time_ms DESC"])[0] == "tr-c"
    assert search(api, experiment, order_by=["timestamp_ms ASC"]) == ["tr-a", "tr-b", "tr-c"]
    assert search(api, experiment, max_results=2) == ["tr-c", "tr-b"]


@pytest.mark.parametrize(
    "given",
    [
        {"filter": "status = "},
        {"filter": "nothing.at = 'all'"},
        {"filter": "span.name = 'x'"},
        {"filter": "name RLIKE '('"},
        {"filter": "x" * 30_000},
        {"order_by": ["nothing"]},
        {"max_results": 0},
        {"max_results": 501},
        {"page_token": "?"},
    ],
)
def test_a_search_that_cannot_be(api, experiment, given):
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}

    response = api.call("POST", "traces/search", protocol="3.0", locations=[location], **given)

    assert refusal(response) == (400, "INVALID_PARAMETER_VALUE")


def test_many_at_once_in_two_queries(api, experiment):
    for number in range(3):
        export(api, experiment, message(("a", 0, 1), trace=f"{number:032x}"))
    ids = [f"tr-{number:032x}" for number in (2, 0, 9)]

    shown = api.ok("GET", "traces/batchGet", protocol="3.0", trace_ids=ids)["traces"]
    infos = api.ok("POST", "traces/batchGetInfos", protocol="3.0", trace_ids=ids)["trace_infos"]

    assert [one["trace_info"]["trace_id"] for one in shown] == ids[:2]
    assert [one["trace_id"] for one in infos] == ids[:2]
    assert refusal(api.call("GET", "traces/batchGet", protocol="3.0", trace_ids=["x"] * 101))[0] == 400


def test_tags_and_deletion(api, experiment):
    tell(api, experiment, "tr-a")
    tell(api, experiment, "tr-b")

    api.ok("PATCH", "traces/tr-a/tags", key="seen", value="yes")
    assert search(api, experiment, filter="tags.seen = 'yes'") == ["tr-a"]
    api.ok("DELETE", "traces/tr-a/tags", key="seen")
    assert refusal(api.call("DELETE", "traces/tr-a/tags", key="seen")) == (404, "RESOURCE_DOES_NOT_EXIST")
    both = {"request_ids": ["tr-a"], "max_timestamp_millis": 1}
    assert refusal(api.post("traces/delete-traces", experiment_id=experiment, **both))[0] == 400
    assert refusal(api.post("traces/delete-traces", experiment_id=experiment))[0] == 400
    assert api.ok("POST", "traces/delete-traces", experiment_id=experiment, request_ids=["tr-a", "tr-x"]) == {
        "traces_deleted": 1
    }
    assert api.ok("POST", "traces/delete-traces", experiment_id=experiment, max_timestamp_millis=2_000_000_000_000) == {
        "traces_deleted": 1
    }
    assert Trace.objects.count() == 0


def span_of(**change):
    request = ExportTraceServiceRequest.FromString(message(("a", 0, 1)))
    for name, value in change.items():
        setattr(request.resource_spans[0].scope_spans[0].spans[0], name, value)
    return request.SerializeToString()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {}),
        (b"\xff\xff\xff", {}),
        (TWO, {"Content-Encoding": "br"}),
        (TWO, {"Content-Encoding": "gzip"}),
        (span_of(trace_id=b"short"), {}),
        (span_of(span_id=b""), {}),
        (span_of(parent_span_id=b"123"), {}),
        (span_of(start_time_unix_nano=0), {}),
        (span_of(start_time_unix_nano=2**63), {}),
    ],
)
def test_spans_that_cannot_be(api, experiment, body, headers):
    assert refusal(export(api, experiment, body, **headers)) == (400, "INVALID_PARAMETER_VALUE")
    assert Trace.objects.count() == 0


def test_a_bomb_and_a_message_cut_off_are_refused(api, experiment):
    bomb = gzip.compress(b"\0" * 50_000_000)

    assert refusal(export(api, experiment, bomb, **{"Content-Encoding": "gzip"})) == (413, "INVALID_PARAMETER_VALUE")
    cut = gzip.compress(TWO)[:-10]
    assert refusal(export(api, experiment, cut, **{"Content-Encoding": "gzip"})) == (413, "INVALID_PARAMETER_VALUE")
    assert refusal(export(api, experiment, b"{}", content_type="application/json"))[0] == 400


def test_one_bad_span_keeps_none(api, experiment, monkeypatch):
    monkeypatch.setattr("experiments.operations.traces.MAX_SPANS", 2)

    assert refusal(export(api, experiment, message(*[("a", 0, 1)] * 3)))[0] == 400
    assert (Trace.objects.count(), TraceSpan.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "LOST"},
        {"request_time": "yesterday"},
        {"request_time": "0000-01-01T00:00:00Z"},
        {"execution_duration": "-1s"},
        {"execution_duration": "long"},
        {"trace_id": "x" * 65},
        {"trace_id": ""},
        {"tags": {"a": 1}},
        {"tags": ["a"]},
        {"tags": {"": "a"}},
        {"trace_metadata": {str(number): "" for number in range(201)}},
        {"trace_location": {}},
    ],
)
def test_a_trace_that_cannot_be(api, experiment, change):
    assert refusal(tell(api, experiment, **change)) == (400, "INVALID_PARAMETER_VALUE")
    assert Trace.objects.count() == 0


def test_who_may_trace(project, api, experiment):
    export(api, experiment)
    run = api.run(experiment)["info"]["run_id"]
    owner = make_user()
    stranger = Mlflow(project=make_project(owner=owner), token=token_of(owner))
    mine = stranger.experiment("mine")
    viewer = Mlflow(project=project, token=token_of(make_member(project, Role.VIEWER)))

    assert refusal(export(viewer, experiment)) == (403, "PERMISSION_DENIED")
    assert refusal(viewer.call("PATCH", f"traces/tr-{TRACE}/tags", key="a", value="b")) == (403, "PERMISSION_DENIED")
    assert viewer.call("GET", f"traces/tr-{TRACE}", protocol="3.0").status_code == 200
    for answer in (
        export(stranger, experiment),
        tell(stranger, experiment),
        stranger.call("GET", f"traces/tr-{TRACE}", protocol="3.0"),
        stranger.call("GET", "traces/get", protocol="3.0", trace_id=f"tr-{TRACE}"),
        stranger.call("PATCH", f"traces/tr-{TRACE}/tags", key="a", value="b"),
        tell(stranger, mine, "tr-z", trace_metadata={"mlflow.sourceRun": run}),
    ):
        assert refusal(answer) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert stranger.ok("GET", "traces/batchGet", protocol="3.0", trace_ids=[f"tr-{TRACE}"]) == {"traces": []}
    assert stranger.ok("POST", "traces/delete-traces", experiment_id=mine, request_ids=[f"tr-{TRACE}"]) == {
        "traces_deleted": 0
    }
    assert Trace.objects.get().tags == {"mlflow.traceName": "predict"}


def test_a_trace_stays_in_its_experiment(api, experiment):
    tell(api, experiment)

    assert refusal(tell(api, api.experiment("other"))) == (409, "RESOURCE_CONFLICT")


def test_what_is_told_is_in_the_log(project, api, experiment):
    tell(api, experiment)

    event = Event.objects.get(type="trace.logged")
    assert (event.subject_id, event.data) == (f"tr-{TRACE}", {"name": "predict", "state": "OK", "duration_ms": 499})


SCRIPT = """
import json, mlflow
mlflow.set_experiment("traced")

@mlflow.trace(name="look up", span_type="RETRIEVER")
def look_up(x):
    return {"found": x * 2}

@mlflow.trace
def predict(x):
    return look_up(x)["found"] + 1

with mlflow.start_run() as run:
    assert predict(20) == 41
try:
    mlflow.trace(lambda: 1 / 0, name="broken")()
except ZeroDivisionError:
    pass
mlflow.flush_trace_async_logging()
of_run = mlflow.search_traces(run_id=run.info.run_id, return_type="list")
broken = mlflow.search_traces(filter_string="status = 'ERROR'", return_type="list")
one = mlflow.get_trace(of_run[0].info.trace_id)
mlflow.set_trace_tag(one.info.trace_id, "checked", "yes")
tagged = mlflow.search_traces(filter_string="tags.checked = 'yes'", return_type="list")
print(json.dumps({
    "names": [span.name for span in one.data.spans],
    "inputs": one.data.spans[0].inputs,
    "outputs": one.data.spans[0].outputs,
    "types": [span.span_type for span in one.data.spans],
    "of_run": len(of_run),
    "broken": [span.events[0].name for span in broken[0].data.spans],
    "tagged": [trace.info.trace_id for trace in tagged] == [one.info.trace_id],
    "frame": [str(state).split(".")[-1] for state in mlflow.search_traces()["state"]],
}))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_real_client_traces_and_finds(server, tmp_path):
    project = make_project()
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    said = run_script(
        f"{server}/p/{project.key}",
        tmp_path,
        script,
        MLFLOW_TRACKING_TOKEN=token_of(make_member(project, Role.DATA_SCIENTIST)),
    )

    assert said == {
        "names": ["predict", "look up"],
        "inputs": {"x": 20},
        "outputs": 41,
        "types": ["UNKNOWN", "RETRIEVER"],
        "of_run": 1,
        "broken": ["exception"],
        "tagged": True,
        "frame": ["ERROR", "OK"],
    }


def test_the_beginning_of_a_trace_as_clients_2_tell_it(api, experiment):
    response = api.post("traces", experiment_id=experiment, timestamp_ms=1, request_metadata=[], tags=[])

    assert refusal(response) == (501, "NOT_IMPLEMENTED")
    assert not Trace.objects.exists()
