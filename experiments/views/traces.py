"""The traces of a run, and one of them span by span."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from experiments import queries
from experiments.enums import TraceState
from experiments.models import Run
from experiments.waterfall import waterfall
from projects.models import Project
from projects.pages import project_page

MOST_TRACES = 100
MOST_SPANS = 500
TONES = {TraceState.OK: "ok", TraceState.ERROR: "bad", TraceState.IN_PROGRESS: "thread"}


def section(project: Project, run: Run) -> dict[str, Any]:
    """The context of `experiments/parts/traces.html`, which the page of a run includes."""
    found = queries.traces_of(run, limit=MOST_TRACES)
    traces = [(one, TraceState(one.status).label, TONES.get(TraceState(one.status), "")) for one in found]
    return {"project": project, "run": run, "traces": traces, "most_traces": MOST_TRACES}


@project_page
@require_GET
def trace(request: HttpRequest, project: Project, run_id: str, trace_id: str) -> HttpResponse:
    run = queries.run_by_id(project=project, run_id=run_id)
    found = queries.trace_of(run, trace_id)
    spans = list(queries.spans_of(found)[: MOST_SPANS + 1])
    context = {
        "project": project,
        "run": run,
        "trace": found,
        "tone": TONES.get(TraceState(found.state), ""),
        "name": found.tags.get("mlflow.traceName") or found.trace_id,
        "bars": waterfall(spans[:MOST_SPANS]),
        "is_cut": len(spans) > MOST_SPANS,
        "most_spans": MOST_SPANS,
    }
    return render(request, "experiments/trace.html", context)
