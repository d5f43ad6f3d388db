"""A revision of the dossier as a document to print or to take along, and what changed since an earlier one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core import files
from core.errors import NotFound
from core.numbers import whole_of
from projects import dossier_document, queries
from projects.models import DossierRevision, Project
from projects.pages import project_page


@project_page
def document(request: HttpRequest, project: Project) -> HttpResponse:
    """The revision asked for, else the last; with `since`, first what changed since that one."""
    revision = _asked(request, project, "revision")
    since = _asked(request, project, "since") if request.GET.get("since") else None
    context = {
        "project": project,
        "revision": revision,
        "since": since,
        "markdown_url": f"{reverse('projects:studio-markdown', args=[project.key])}?revision={revision.number}",
        "sections": dossier_document.sections(revision.content),
        "changes": dossier_document.differences(since.content, revision.content) if since else [],
        "revisions": queries.dossier_revisions(project).order_by("-number")[:100],
    }
    return render(request, "projects/dossier.html", context)


@project_page
def markdown(request: HttpRequest, project: Project) -> HttpResponse:
    revision = _asked(request, project, "revision")
    return files.download(
        dossier_document.text_of(project, revision),
        name=f"{project.key}-dossier-{revision.number}.md",
        media_type="text/markdown; charset=utf-8",
    )


def _asked(request: HttpRequest, project: Project, name: str) -> DossierRevision:
    """The revision that the address names; the last one if it names none. Raises NotFound."""
    asked = request.GET.get(name, "")
    if asked:
        number = whole_of(asked)
        if number is None:
            raise NotFound(f"There is no revision {asked[:40]} of this dossier.")
        return queries.dossier_revision(project, number)
    last = queries.dossier_revisions(project).order_by("-number").first()
    if last is None:
        raise NotFound("Nobody has begun the dossier yet: there is no revision to show.")
    return last
