"""What can be done with the whole ledger: verify it, export it, take the export along."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.files import attachment
from core.pages import user_of
from projects import operations
from projects.models import Project
from projects.pages import project_page


@project_page
@require_POST
def verify(request: HttpRequest, project: Project) -> HttpResponse:
    operations.verify_ledger(project=project, by=user_of(request))
    return redirect("projects:activity", key=project.key)


@project_page
@require_POST
def export(request: HttpRequest, project: Project) -> HttpResponse:
    operations.export_ledger(project=project, by=user_of(request))
    return redirect("projects:activity", key=project.key)


@project_page
@require_POST
def take(request: HttpRequest, project: Project, job_id: int) -> HttpResponseBase:
    """A form, not a link: taking the ledger along is written down."""
    blob = operations.take_ledger(project=project, job_id=job_id, by=user_of(request))
    name = f"{project.key}-ledger-{job_id}.zip"
    return attachment(request, digest=blob.digest, size=blob.size, filename=name)
