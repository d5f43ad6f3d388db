"""Pages of imports: asking for one, watching it, and its report."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from core import files
from core.enums import JobState
from core.files import attachment
from core.pages import now, user_of
from core.refusals import status_of
from experiments.queries import visible_experiments
from experiments.rules import why_not_cancel
from experiments.tables import JOB_TONES
from porting import operations, queries, rules, tables
from porting.forms import ArchiveForm, ExportForm, ServerForm
from porting.models import Export, Import, ImportNote
from projects.models import Project
from projects.pages import part_of, project_page, takes_effect

MOST_IMPORTS = 50
MOST_NOTES = 200


@project_page
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest, project: Project) -> HttpResponse:
    """The form that was sent is the one with a file, or the one without."""
    is_archive = request.method == "POST" and request.POST.get("form") == "archive"
    is_server = request.method == "POST" and not is_archive
    server = ServerForm(request.POST if is_server else None)
    archive = ArchiveForm(request.POST if is_archive else None, request.FILES if is_archive else None)
    started: list[Import] = []
    sent = archive if is_archive else server
    if request.method == "POST" and takes_effect(sent, lambda: started.append(_start(request, project, sent))):
        return redirect("porting:import", key=project.key, import_id=started[0].pk)
    found = queries.visible_imports(project).order_by("-pk")[:MOST_IMPORTS]
    context = {
        "project": project,
        "imports": [(one, JOB_TONES[JobState(one.job.state)] if one.job else "") for one in found],
        "server": server,
        "archive": archive,
        "max_bytes": settings.IMPORT_MAX_ARCHIVE_BYTES,
        "why_not": rules.why_not_import(user_of(request), project.pk),
    }
    if part_of(request) == "imports":
        return render(request, "porting/parts/imports.html", context)
    return render(request, "porting/imports.html", context, status=status_of(sent))


def _start(request: HttpRequest, project: Project, form: Any) -> Import:
    given = form.cleaned_data
    upload = given.get("file")
    return operations.start_import(
        project=project,
        url=given.get("url", ""),
        credentials={name: given.get(name, "") for name in ("username", "password", "token")},
        upload=upload,
        filename=upload.name if upload else "",
        by=user_of(request),
        now=now(),
    )


@project_page
@require_GET
def one_import(request: HttpRequest, project: Project, import_id: int) -> HttpResponse:
    found = queries.import_by_id(project=project, import_id=import_id)
    url = reverse("porting:import", args=[project.key, import_id])
    context = {
        "project": project,
        "one": found,
        "job": found.job,
        "tone": JOB_TONES[JobState(found.job.state)] if found.job else "",
        "counted": tables.counted(found),
        "notes": ImportNote.objects.filter(of=found).order_by("pk")[:MOST_NOTES],
        "part_url": f"{url}?part=import",
        "why_not_cancel": why_not_cancel(user_of(request), found.job) if found.job else None,
    }
    template = "porting/parts/import.html" if part_of(request) == "import" else "porting/import.html"
    return render(request, template, context)


@project_page
@require_GET
def report(request: HttpRequest, project: Project, import_id: int) -> HttpResponseBase:
    """Every line of the report, as a file."""
    found = queries.import_by_id(project=project, import_id=import_id)
    rows = ImportNote.objects.filter(of=found).order_by("pk").values_list("kind", "item", "name", "reason")
    content = "".join(tables.csv_lines(rows.iterator()))
    return files.download(content, name=f"import-{found.pk}-report.csv", media_type="text/csv; charset=utf-8")


@project_page
@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest, project: Project) -> HttpResponse:
    names = list(visible_experiments(project).order_by("name").values_list("name", flat=True))
    form = ExportForm(request.POST if request.method == "POST" else None, names=names)
    if form.is_bound and takes_effect(form, lambda: _start_export(request, project, form)):
        return redirect("porting:exports", key=project.key)
    found = queries.visible_exports(project).order_by("-pk")[:MOST_IMPORTS]
    context = {
        "project": project,
        "exports": [(one, JOB_TONES[JobState(one.job.state)] if one.job else "") for one in found],
        "form": form,
        "why_not": rules.why_not_export(user_of(request), project.pk),
    }
    if part_of(request) == "exports":
        return render(request, "porting/parts/exports.html", context)
    return render(request, "porting/exports.html", context, status=status_of(form))


def _start_export(request: HttpRequest, project: Project, form: ExportForm) -> Export:
    wanted = form.cleaned_data["experiments"]
    return operations.start_export(project=project, experiments=wanted, by=user_of(request), now=now())


@project_page
@require_GET
def export_file(request: HttpRequest, project: Project, export_id: int) -> HttpResponseBase:
    found = queries.exported_file(project=project, export_id=export_id)
    assert found.archive is not None
    name = f"{project.key}-export-{found.pk}.zip"
    return attachment(request, digest=found.archive.digest, size=found.archive.size, filename=name)
