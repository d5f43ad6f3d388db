"""The documents of a project: which there are, how complete each is, and what it says."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core.models import User
from core.pages import now, user_of
from core.refusals import status_of
from documents import assembly, files, operations, paper, rules, sprint_reviews, tables
from documents import queries as written
from documents.evidence import Subject
from documents.forms import PassageForm
from documents.models import Passage
from projects import queries
from projects.models import Project
from projects.pages import project_page, takes_effect
from projects.tables import GATE_LIVE

LIVE = f"{GATE_LIVE} passage. item. sprint."
"""The event types that may change what a document says."""


@project_page
@require_GET
def documents(request: HttpRequest, project: Project) -> HttpResponse:
    """Each with how much of it is filled."""
    found = assembly.all_assembled(project, now=now())
    rows = [{"kind": kind, "paper": made, "states": tables.counts(made)} for kind, made in found]
    return render(request, "documents/documents.html", {"project": project, "rows": rows, "live": LIVE})


@project_page
@require_GET
def document(request: HttpRequest, project: Project, kind: str) -> HttpResponse:
    """One document as it stands; `?version=model/3` chooses the version that it is about."""
    mapping, subject = assembly.asked(project, kind, request.GET.get("version", ""))
    return _page(request, project, mapping, subject)


@project_page
@require_POST
def write(request: HttpRequest, project: Project, kind: str, paragraph: str) -> HttpResponse:
    """Write a paragraph; what is refused comes back with what was typed."""
    mapping, subject = assembly.asked(project, kind, request.GET.get("version", ""))
    form = PassageForm(request.POST)

    def act() -> Passage:
        return operations.write_passage(
            project=project,
            kind=mapping,
            version=subject.version,
            paragraph=paragraph,
            text=form.cleaned_data["text"],
            expected_version=form.cleaned_data["version"],
            by=user_of(request),
            now=now(),
        )

    if takes_effect(form, act):
        messages.success(request, "Written.")
        return redirect(f"{_url(project, mapping, subject)}#paragraph-{tables.anchor(paragraph)}")
    return _page(request, project, mapping, subject, writing=paragraph, form=form)


def _page(
    request: HttpRequest,
    project: Project,
    mapping: paper.Mapping,
    subject: Subject,
    *,
    writing: str = "",
    form: PassageForm | None = None,
) -> HttpResponse:
    made = assembly.assembled(mapping, subject, now=now())
    context = {
        "project": project,
        "live": LIVE,
        "paper": made,
        "states": tables.counts(made),
        "kind": mapping.key,
        "paragraphs": _paragraphs(project, mapping, subject, made, user_of(request)),
        "writing": writing,
        "form": form,
        "subject": subject,
        "versions": assembly.versions(project) if mapping.subject == "version" else [],
        "files": [(one.label, file_url(project, mapping, subject, one)) for one in files.forms_of(mapping, subject)],
    }
    return render(request, "documents/document.html", context, status=status_of(form))


def _paragraphs(
    project: Project, mapping: paper.Mapping, subject: Subject, made: paper.Paper, user: User
) -> list[dict[str, Any]]:
    """Each as it is shown, with what was written for it and why one may not write it."""
    found = written.newest(project, mapping.key, subject.version)
    about = subject.version.public_id if subject.version else ""
    roles = {one.responsible for one in mapping.paragraphs}
    refusals = {role: rules.why_not_write(user, project, role) for role in roles}
    last = written.last_numbers(project, mapping.key, about)
    query = f"?version={quote(about, safe='')}" if about else ""
    return [
        tables.shown(one)
        | {
            "text": found[one.number].text if one.number in found else "",
            "last": last.get(one.number, 0),
            "why_not": refusals[asked.responsible],
            "write_url": reverse("documents:write", args=[project.key, mapping.key, one.number]) + query,
        }
        for one, asked in zip(made.paragraphs, mapping.paragraphs, strict=True)
    ]


def _url(project: Project, mapping: paper.Mapping, subject: Subject) -> str:
    at = reverse("documents:document", args=[project.key, mapping.key])
    return f"{at}?version={quote(subject.version.public_id, safe='')}" if subject.version else f"{at}?version="


@project_page
@require_GET
def document_file(request: HttpRequest, project: Project, kind: str, form: str) -> HttpResponse:
    """One document as a file."""
    mapping, subject = assembly.asked(project, kind, request.GET.get("version", ""))
    return files.attached(files.made(mapping, subject, form, now=now()))


@project_page
@require_GET
def review_file(request: HttpRequest, project: Project, number: int, form: str) -> HttpResponse:
    """The review of a sprint as a file: pdf, docx or md."""
    sprint = queries.sprint(project, number)
    sprint.project = project
    return files.attached(sprint_reviews.file_of(sprint, form, now=now()))


def file_url(project: Project, kind: paper.Mapping, subject: Subject, form: files.Form) -> str:
    url = reverse("documents:file", args=[project.key, kind.key, form.key])
    return f"{url}?version={quote(subject.version.public_id, safe='')}" if subject.version else url
