"""The documents of a project: which there are, how complete each is, and what it says."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.pages import now
from documents import assembly, files, paper, sprint_reviews, tables
from documents.evidence import Subject
from projects import queries
from projects.models import Project
from projects.pages import project_page


@project_page
@require_GET
def documents(request: HttpRequest, project: Project) -> HttpResponse:
    """Each with how much of it is filled."""
    found = assembly.all_assembled(project, now=now())
    rows = [{"kind": kind, "paper": made, "states": tables.counts(made)} for kind, made in found]
    return render(request, "documents/documents.html", {"project": project, "rows": rows})


@project_page
@require_GET
def document(request: HttpRequest, project: Project, kind: str) -> HttpResponse:
    """One document as it stands; `?version=model/3` chooses the version that it is about."""
    mapping, subject = assembly.asked(project, kind, request.GET.get("version", ""))
    made = assembly.assembled(mapping, subject, now=now())
    context = {
        "project": project,
        "paper": made,
        "states": tables.counts(made),
        "paragraphs": [tables.shown(one) for one in made.paragraphs],
        "subject": subject,
        "versions": assembly.versions(project) if mapping.subject == "version" else [],
        "files": [(one.label, file_url(project, mapping, subject, one)) for one in files.forms_of(mapping, subject)],
    }
    return render(request, "documents/document.html", context)


@project_page
@require_GET
def document_file(request: HttpRequest, project: Project, kind: str, form: str) -> HttpResponse:
    """One document as a file."""
    mapping, subject = assembly.asked(project, kind, request.GET.get("version", ""))
    return files.attached(files.made(mapping, subject, form, now=now()))


@project_page
@require_GET
def review_file(request: HttpRequest, project: Project, number: int, form: str) -> HttpResponse:
    """The review of a sprint as a file: md or pdf."""
    sprint = queries.sprint(project, number)
    sprint.project = project
    return files.attached(sprint_reviews.file_of(sprint, form, now=now()))


def file_url(project: Project, kind: paper.Mapping, subject: Subject, form: files.Form) -> str:
    url = reverse("documents:file", args=[project.key, kind.key, form.key])
    return f"{url}?version={quote(subject.version.public_id, safe='')}" if subject.version else url
