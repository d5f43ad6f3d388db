"""A job: its progress, what it says, and a button to end it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core.enums import JobState
from core.models import JobLog
from core.pages import now, user_of
from experiments import operations, queries, rules, tables
from projects.models import Project
from projects.pages import part_of, project_page

MOST_LINES = 500


@project_page
@require_GET
def job(request: HttpRequest, project: Project, job_id: int) -> HttpResponse:
    found = queries.job_by_id(project=project, job_id=job_id)
    url = reverse("experiments:job", args=[project.key, job_id])
    context = {
        "project": project,
        "job": found,
        "tone": tables.JOB_TONES[JobState(found.state)],
        "job_subject": f"job:{found.pk}",
        "why_not_cancel": rules.why_not_cancel(user_of(request), found),
        "part_url": f"{url}?part=job",
        "lines": list(JobLog.objects.filter(job=found).order_by("-pk")[:MOST_LINES])[::-1],
        "subject": queries.subject_of_job(found),
    }
    template = "experiments/parts/job_page.html" if part_of(request) == "job" else "experiments/job.html"
    return render(request, template, context)


@project_page
@require_POST
def cancel(request: HttpRequest, project: Project, job_id: int) -> HttpResponse:
    found = queries.job_by_id(project=project, job_id=job_id)
    operations.cancel_job(job=found, by=user_of(request), now=now())
    if getattr(request, "htmx", False):
        return HttpResponse(status=204)  # the events of the cancellation refresh the page
    return redirect("experiments:job", key=project.key, job_id=job_id)
