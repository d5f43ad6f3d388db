"""A run on its page."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core import storage
from core.pages import user_of
from experiments import operations, queries, rules, runtable, tables
from experiments.enums import RunStatus
from experiments.files import attachment
from experiments.models import Artifact, Run
from experiments.views import reproducing, series
from projects.models import Project
from projects.pages import part_of, project_page

MOST_FILES = 200


@project_page
@require_GET
def run(request: HttpRequest, project: Project, run_id: str) -> HttpResponse:
    found = queries.run_by_id(project=project, run_id=run_id)
    part = part_of(request)
    if part == "charts":
        return render(request, "experiments/parts/charts.html", _charts(project, found))
    if part == "job":
        return render(request, "experiments/parts/job.html", _job(request, project, found))
    context = _record(project, found)
    if part == "record":
        return render(request, "experiments/parts/record.html", context)
    context |= _charts(project, found) | _job(request, project, found) | reproducing.section(request, project, found)
    return render(request, "experiments/run.html", context)


def _record(project: Project, run: Run) -> dict[str, Any]:
    """Status, metrics, params, tags, lineage and files."""
    files = queries.artifacts(project=project, root=queries.root_of(run))
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
        "files": [(one, tables.is_shown(one.path)) for one in files[:MOST_FILES]],
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


@project_page
@require_GET
def artifact(request: HttpRequest, project: Project, run_id: str, path: str) -> HttpResponseBase:
    found = _artifact(project, run_id, path)
    return attachment(request, digest=found.blob_id, size=found.size, filename=found.path)


@project_page
@require_GET
def preview(request: HttpRequest, project: Project, run_id: str, path: str) -> HttpResponse:
    """A file's text, escaped, or its picture; of anything else, that it can be downloaded."""
    found = _artifact(project, run_id, path)
    context = {"project": project, "run_id": run_id, "file": found, "view": tables.file_view(found)}
    return render(request, "experiments/preview.html", context)


@project_page
@require_GET
def picture(request: HttpRequest, project: Project, run_id: str, path: str) -> HttpResponse:
    """A PNG whose bytes are one, to be shown on a page; nothing else is ever sent this way."""
    found = _artifact(project, run_id, path)
    if not tables.file_view(found).is_picture:
        raise Http404
    response = HttpResponse(storage.read_blob(found.blob_id), content_type="image/png")
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _artifact(project: Project, run_id: str, path: str) -> Artifact:
    run = queries.run_by_id(project=project, run_id=run_id)
    return queries.artifact(project=project, root=queries.root_of(run), path=operations.clean_path(path))
