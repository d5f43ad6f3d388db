"""A run on its page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.pages import user_of
from experiments import operations, queries, rules, runtable, tables
from experiments.enums import RunStatus
from experiments.models import Run
from experiments.views import files, reproducing, series
from projects.models import Project
from projects.pages import part_of, project_page


@project_page
@require_GET
def run(request: HttpRequest, project: Project, run_id: str) -> HttpResponse:
    found = queries.run_by_id(project=project, run_id=run_id)
    part = part_of(request)
    if part == "charts":
        return render(request, "experiments/parts/charts.html", _charts(project, found))
    if part == "job":
        return render(request, "experiments/parts/job.html", _job(request, project, found))
    if part == "files":
        return render(request, "experiments/parts/files.html", files.section(project, found))
    context = _record(project, found)
    if part == "record":
        return render(request, "experiments/parts/record.html", context)
    context |= _charts(project, found) | _job(request, project, found) | reproducing.section(request, project, found)
    context |= files.section(project, found)
    return render(request, "experiments/run.html", context)


def _record(project: Project, run: Run) -> dict[str, Any]:
    """Status, metrics, params, tags and lineage."""
    tags = {key: value for key, value in sorted(run.tags.items()) if not key.startswith("mlflow.log-model")}
    return {
        "project": project,
        "run": run,
        "shade": runtable.shade_of(run),
        "tone": tables.RUN_TONES[RunStatus(run.status)],
        "seconds": (run.ended_at - run.started_at).total_seconds() if run.ended_at else None,
        "failure": run.tags.get(operations.FAILURE_TAG),
        "metrics": tables.figures(queries.latest_metrics([run])[run.pk]),
        "params": sorted(run.params.items()),
        "tags": tags.items(),
        "inputs": run.inputs.select_related("dataset_version__dataset").order_by("pk"),
        "training": getattr(run, "training", None),
        "propose_url": _propose_url(project, run),
    }


def _propose_url(project: Project, run: Run) -> str:
    """Where the registry, an app above this one, takes a finished run as a model: an address, not an import."""
    return f"/p/{project.key}/models/new?run={run.run_id}" if run.status == RunStatus.FINISHED else ""


def _charts(project: Project, run: Run) -> dict[str, Any]:
    found = tables.groups(queries.charted_keys(run))
    charts = [(one, series.address(project, [run], one.keys)) for one in found]
    return {
        "project": project,
        "run": run,
        "charts": [(one, url) for one, url in charts if not one.name.startswith(queries.SYSTEM)],
        "system_charts": [(one, url) for one, url in charts if one.name.startswith(queries.SYSTEM)],
    }


def _job(request: HttpRequest, project: Project, run: Run) -> dict[str, Any]:
    training = getattr(run, "training", None)
    job = training.job if training else None
    why_not = rules.why_not_cancel(user_of(request), job) if job else None
    url = reverse("experiments:run", args=[project.key, run.run_id])
    return {
        "project": project,
        "job": job,
        "why_not_cancel": why_not,
        "part_url": f"{url}?part=job",
        "job_subject": f"job:{job.pk}" if job else "",
    }
