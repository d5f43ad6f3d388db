"""Two to twenty runs beside each other. The address holds which."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from core.errors import Invalid, NotFound
from experiments import comparing, queries, tables
from experiments.comparing import Axis
from experiments.models import Run
from experiments.runtable import shade_of
from experiments.views import series
from projects.models import Project
from projects.pages import project_page

MIN_RUNS, MAX_RUNS = 2, 20
MAX_CHARTS = 24


@project_page
@require_GET
def compare(request: HttpRequest, project: Project) -> HttpResponse:
    runs = _runs(project, list(dict.fromkeys(request.GET.getlist("run"))))
    latest = queries.latest_metrics(runs)
    is_all = request.GET.get("all") == "1"
    sections = [
        ("Parameters", comparing.param_lines(runs)),
        ("Metrics", comparing.metric_lines(runs, latest)),
        ("Tags", comparing.tag_lines(runs)),
    ]
    axes = comparing.axes_of(runs, latest)
    context = {
        "project": project,
        "runs": [(run, shade_of(run), tables.RUN_TONES[run.status], _without(runs, run)) for run in runs],  # type: ignore[index]  # keyed by its values
        "subjects": " ".join(f"run:{run.run_id}" for run in runs),
        "sections": [(title, [line for line in lines if is_all or line.differs]) for title, lines in sections],
        "is_all": is_all,
        "other_url": _url(runs, {} if is_all else {"all": "1"}),
        "charts": _charts(project, runs),
        # Both are made of escaped text and numbers alone.
        "parallel": mark_safe(comparing.parallel(runs, _worth(axes, project.scope.metric))),
        "axes": axes,
        "slice_maps": comparing.slice_maps(runs, latest),
        **_scatter(request, runs, axes, project.scope.metric),
    }
    return render(request, "experiments/compare.html", context)


def _runs(project: Project, run_ids: Sequence[str]) -> list[Run]:
    """In the order of the address. Raises Invalid for too few or too many, NotFound for one that is not there."""
    if not MIN_RUNS <= len(run_ids) <= MAX_RUNS:
        message = f"Choose {MIN_RUNS} to {MAX_RUNS} runs to compare: got {len(run_ids)}."
        raise Invalid(message, field="run", code="too_many")
    rows = Run.objects.select_related("experiment").filter(project=project, run_id__in=run_ids)
    found = {run.run_id: run for run in rows}
    missing = next((run_id for run_id in run_ids if run_id not in found), None)
    if missing is not None:
        raise NotFound(f"Run with id={missing[:40]} not found.")
    return [found[run_id] for run_id in run_ids]


def _url(runs: Sequence[Run], more: dict[str, str]) -> str:
    return "?" + urlencode([*(("run", run.run_id) for run in runs), *more.items()])


def _without(runs: Sequence[Run], left_out: Run) -> str:
    """The comparison without one; empty while there are but two."""
    return _url([run for run in runs if run != left_out], {}) if len(runs) > MIN_RUNS else ""


def _charts(project: Project, runs: Sequence[Run]) -> list[tuple[str, str]]:
    """(metric, address of its points) of what any of the runs logged step by step."""
    keys = [key for key in queries.charted_keys_of(runs) if not key.startswith(queries.SYSTEM)]
    return [(key, series.address(project, runs, [key])) for key in keys[:MAX_CHARTS]]


def _worth(axes: Sequence[Axis], metric: str) -> list[Axis]:
    """What the parallel axes show: params, then the metric that counts last, others before it."""
    params = [one for one in axes if one.spec.startswith("params.")]
    metrics = [one for one in axes if not one.spec.startswith("params.")]
    metrics.sort(key=lambda one: (one.label == metric, not queries.is_of_a_part(one.label)))
    room = comparing.MAX_AXES - min(len(metrics), 3)
    return [*params[:room], *metrics[-(comparing.MAX_AXES - len(params[:room])) :]]


def _scatter(request: HttpRequest, runs: Sequence[Run], axes: Sequence[Axis], metric: str) -> dict[str, Any]:
    by_spec = {one.spec: one for one in axes}
    params = [one for one in axes if one.spec.startswith("params.")]
    metrics = sorted((one for one in axes if one not in params), key=lambda one: one.label != metric)
    usual = [*params[:1], *metrics, *params[1:]]
    if len(usual) < 2:
        return {"scatter": "", "scatter_kept": []}
    x = by_spec.get(request.GET.get("sx", ""), usual[0])
    y = by_spec.get(request.GET.get("sy", ""), usual[1])
    size = by_spec.get(request.GET.get("sz", ""))
    return {
        "scatter": mark_safe(comparing.scatter(runs, x, y, size)),
        "scatter_x": x.spec,
        "scatter_y": y.spec,
        "scatter_z": size.spec if size else "",
        "scatter_kept": [run.run_id for run in runs],
    }
