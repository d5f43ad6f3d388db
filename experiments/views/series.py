"""The points of charts: metrics of one run or of several, downsampled in the database."""

import math
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.errors import Invalid
from core.numbers import BIG, whole_of
from experiments import queries, runtable
from experiments.models import Run
from experiments.queries import MAX_STEP, Sample
from projects.models import Project
from projects.pages import project_page

BUCKETS = 320
MAX_SERIES = 60
AXES = {"step": "step", "relative": "seconds since the start", "time": "time"}


def address(project: Project, runs: Iterable[Run], keys: Iterable[str]) -> str:
    """Where the points of these metrics of these runs are."""
    pairs = [("run", run.run_id) for run in runs] + [("key", key) for key in keys]
    return f"{reverse('experiments:series', args=[project.key])}?{urlencode(pairs)}"


@project_page
@require_GET
def series(request: HttpRequest, project: Project) -> JsonResponse:
    """`?run=&run=&key=&x=step|relative|time&low=&high=`: a series for each run and key.

    One run is drawn in the colours of its metrics, several in their own.
    """
    run_ids, keys = (list(dict.fromkeys(request.GET.getlist(name))) for name in ("run", "key"))
    x = request.GET.get("x", "step")
    if x not in AXES:
        raise Invalid(f"x is one of {', '.join(AXES)}: got {x[:40]!r}.", field="x")
    if not 1 <= len(run_ids) * len(keys) <= MAX_SERIES:
        message = f"1 to {MAX_SERIES} series at once: got {len(run_ids)} runs and {len(keys)} metrics."
        raise Invalid(message, field="run", code="too_many")
    low, high = _step(request, "low", -MAX_STEP), _step(request, "high", MAX_STEP)
    runs = [queries.run_by_id(project=project, run_id=run_id) for run_id in run_ids]
    found = [_series(run, key, x, low, high, single=len(runs) == 1) for run in runs for key in keys]
    return JsonResponse({"x_label": AXES[x], "time": x == "time", "series": found, **_extent(found)})


def _step(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    size = whole_of(text.removeprefix("-"), most=BIG)
    if size is None:
        raise Invalid(f"{name} is a step: got {text[:40]!r}.", field=name)
    return -size if text.startswith("-") else size


def _series(run: Run, key: str, x: str, low: int, high: int, *, single: bool) -> dict[str, Any]:
    samples = queries.downsampled(run=run, key=key, buckets=BUCKETS, low=low, high=high)
    points = _by_x(samples, x, run)
    return {
        "label": key if single else run.name,
        "run": run.run_id,
        "key": key,
        "shade": None if single else runtable.shade_of(run),
        "x": [at for at, _ in points],
        "y": [value if math.isfinite(value) else None for _, value in points],
        "odd": sum(1 for _, value in points if not math.isfinite(value)),
        "is_sampled": len(samples) > BUCKETS,
    }


def _by_x(samples: Sequence[Sample], x: str, run: Run) -> list[tuple[float, float]]:
    """Points in the order of x, at each x the last that was logged there: a chart has one value at a place."""
    start = run.started_at.timestamp()
    places: dict[float, float] = {}
    for one in samples:
        seconds = one.timestamp_ms / 1000
        places[one.step if x == "step" else seconds if x == "time" else seconds - start] = one.value
    return sorted(places.items())


def _extent(found: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    xs = [one["x"] for one in found if one["x"]]
    return {"low": min((x[0] for x in xs), default=None), "high": max((x[-1] for x in xs), default=None)}
