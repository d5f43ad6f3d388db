"""A run on its page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.pages import user_of
from experiments import peeks, queries, rules, tables
from experiments.models import Run
from experiments.views import files, notes, reproducing, series, traces
from experiments.views.record import record
from projects.models import Project
from projects.pages import part_of, project_page
from projects.views.comments import discussion


@project_page
@require_GET
def run(request: HttpRequest, project: Project, run_id: str) -> HttpResponse:
    found = queries.run_by_id(project=project, run_id=run_id)
    part = part_of(request)
    if part == "peek":
        return render(request, "ui/peek.html", peeks.of_run(found))
    if part == "charts":
        return render(request, "experiments/parts/charts.html", _charts(project, found))
    if part == "job":
        return render(request, "experiments/parts/job.html", _job(request, project, found))
    if part == "files":
        return render(request, "experiments/parts/files.html", files.section(project, found))
    if part == "traces":
        return render(request, "experiments/parts/traces.html", traces.section(project, found))
    context = record(request, project, found)
    if part == "record":
        return render(request, "experiments/parts/record.html", context)
    context |= _charts(project, found) | _job(request, project, found) | reproducing.section(request, project, found)
    context |= files.section(project, found) | discussion(request, project, notes.room(project, found))
    context |= traces.section(project, found)
    return render(request, "experiments/run.html", context)


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
