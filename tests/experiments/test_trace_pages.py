"""The traces of a run on its page, and a trace as a waterfall."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from experiments import operations
from experiments.models import TraceSpan
from experiments.operations import SpanEntry, TraceEntry
from experiments.waterfall import LEAST_WIDTH, MAX_DEPTH, waterfall
from projects.roles import Role
from tests.experiments.factories import make_run
from tests.factories import make_member, make_user, now

HTMX = {"HX-Request": "true"}
MS = 1_000_000


def body(name, **attributes):
    span = Span(name=name)
    for key, value in attributes.items():
        span.attributes.add(key=key).value.string_value = value
    return span.SerializeToString()


def span(span_id, parent="", start=0, end=100, **given):
    facts = {"name": span_id, "is_error": False, "body": body(span_id)} | given
    return TraceSpan(span_id=span_id, parent_id=parent, start_ns=start * MS, end_ns=end * MS, **facts)


def log_trace(run, trace_id, *, spans=2, name="predict"):
    entry = TraceEntry(
        trace_id=trace_id,
        request_time_ms=1_700_000_000_000,
        state="OK",
        duration_ms=1500,
        request_preview="<b>asked</b>",
        metadata={"mlflow.sourceRun": run.run_id},
        tags={"mlflow.traceName": name},
    )
    operations.log_trace(experiment=run.experiment, entry=entry, by=run.created_by, now=now())
    entries = [
        SpanEntry(trace_id, f"{n:016x}", f"{n - 1:016x}" if n else "", f"step {n}", n * MS, 1500 * MS, n == 1,
                  body(f"step {n}", inputs="<i>x</i>"))
        for n in range(spans)
    ]  # fmt: skip
    operations.log_spans(experiment=run.experiment, spans=entries, by=run.created_by, now=now())


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def get(user, run, path, *, client=None, **given):
    return (client or client_of(user)).get(f"/p/{run.project.key}/runs/{run.run_id}/{path}", **given)


def test_waterfall_puts_children_below_their_parents():
    bars = waterfall(
        [span("a"), span("c", "a", 50, 75), span("b", "a", 60, 70), span("d", "c", 55, 60), span("e", "?", 0, 0)]
    )

    assert [(one.name, one.depth, one.start, one.width) for one in bars] == [
        ("a", 0, 0.0, 100.0), ("c", 1, 50.0, 25.0), ("d", 2, 55.0, 5.0), ("b", 1, 60.0, 10.0),
        ("e", 0, 0.0, LEAST_WIDTH),
    ]  # fmt: skip


def test_waterfall_of_circles_depths_and_odd_times_ends():
    circle = waterfall([span("a", "b"), span("b", "a"), span("c", "c")])
    assert sorted(one.name for one in circle) == ["a", "b", "c"]
    deep = waterfall([span(str(n), str(n - 1) if n else "") for n in range(2000)])
    assert (len(deep), deep[-1].depth) == (2000, MAX_DEPTH)
    [odd] = waterfall([span("a", start=100, end=0)])
    assert (odd.milliseconds, 0 <= odd.start <= 100, odd.start + odd.width <= 100) == (0, True, True)
    assert waterfall([]) == []
    assert waterfall([span("a", body=b"\xff\xff")])[0].facts == []


@pytest.mark.django_db
def test_run_page_lists_its_traces_and_leads_to_each():
    run = make_run()
    hidden = get(run.created_by, run, "?part=traces", headers=HTMX).content.decode()
    assert " hidden>" in " ".join(hidden.split())
    log_trace(run, "tr-1")
    log_trace(make_run(run.project), "tr-2", name="of another run")

    shown = get(run.created_by, run, "").content.decode()
    page = get(run.created_by, run, "traces/tr-1/").content.decode()

    assert 'href="' + f"/p/{run.project.key}/runs/{run.run_id}/traces/tr-1/" in shown
    assert "1,500 ms" in shown
    assert "of another run" not in shown
    assert page.count("<rect") == 2
    for said in ("step 0", "step 1", "&lt;i&gt;x", "&lt;b&gt;asked", "Failed"):
        assert said in page
    assert "<i>x" not in page
    assert get(run.created_by, run, "traces/tr-2/").status_code == 404


@pytest.mark.django_db
def test_trace_of_many_spans_says_that_it_is_cut(monkeypatch):
    monkeypatch.setattr("experiments.views.traces.MOST_SPANS", 3)
    run = make_run()
    log_trace(run, "tr-1", spans=4)

    page = get(run.created_by, run, "traces/tr-1/").content.decode()

    assert "Only the first 3 are shown" in page
    assert page.count("<rect") == 3


@pytest.mark.django_db
def test_traces_cost_the_same_queries_for_one_and_for_three():
    run = make_run()
    client, costs = client_of(run.project.created_by), []
    for names in (["tr-1"], ["tr-2", "tr-3"]):
        for name in names:
            log_trace(run, name)
        with CaptureQueriesContext(connection) as captured:
            get(run.created_by, run, "?part=traces", headers=HTMX, client=client)
        costs.append(len(captured))

    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_trace_opens_to_the_team_and_not_to_strangers():
    run = make_run()
    log_trace(run, "tr-1")

    assert get(make_member(run.project, Role.VIEWER), run, "traces/tr-1/").status_code == 200
    assert get(make_user(), run, "traces/tr-1/").status_code == 404
    assert Client().get(f"/p/{run.project.key}/runs/{run.run_id}/traces/tr-1/").status_code == 302
