"""Items from another tracker: a file is looked at first, then taken in."""

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import Conflict
from core.pages import now, user_of
from core.refusals import status_of
from projects import itemreading, operations, rules
from projects.forms.item_import import ItemImportForm
from projects.models import Project
from projects.operations.item_import import Outcome, Report
from projects.pages import project_page, takes_effect
from projects.roles import Permission
from projects.views.tabs import work_tabs

MOST_SHOWN = 200
ORDER = ("refused", "changed", "added")


@project_page
@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest, project: Project) -> HttpResponse:
    """Posted, the file is tried and what would come of it is shown; with `act=import` it is taken in."""
    form = ItemImportForm(request.POST or None, request.FILES or None)
    found: dict[str, Any] = {}
    takes = request.POST.get("act") == "import"
    if takes_effect(form, lambda: found.update(_tried(request, project, form, takes=takes))) and takes:
        report: Report = found["report"]
        said = f"{report.added} added, {report.changed} changed, {report.same} as they were."
        messages.success(request, said)
        return _to_items(request, project)
    context = found | {
        "project": project,
        "form": form,
        "why_not": rules.why_not(user_of(request), Permission.PLAN, project.pk),
        "tabs": work_tabs(project, "items"),
        "most_bytes": itemreading.MOST_BYTES,
        "most_rows": itemreading.MOST_ROWS,
    }
    is_fragment = getattr(request, "htmx", False)
    template = "projects/parts/import_preview.html" if is_fragment else "projects/item_import.html"
    return render(request, template, context, status=status_of(form))


def _tried(request: HttpRequest, project: Project, form: ItemImportForm, *, takes: bool) -> dict[str, Any]:
    data = form.cleaned_data["file"].read()
    kind, digest = form.cleaned_data["kind"], sha256(data).hexdigest()
    if takes and form.cleaned_data["digest"] != digest:
        raise Conflict("This is not the file that was looked at: look at it again.", field="file", code="other_file")
    report = operations.import_items(
        project=project, kind=kind, data=data, is_trial=not takes, by=user_of(request), now=now()
    )
    shown = sorted((one for one in report.rows if one.what in ORDER), key=lambda one: ORDER.index(one.what))
    return {
        "report": report,
        "refused": sum(one.what == "refused" for one in report.rows),
        "rows": [_row(one, project) for one in shown[:MOST_SHOWN]],
        "more": max(0, len(shown) - MOST_SHOWN),
        "columns": itemreading.columns(kind, data),
        "place": "Issue" if kind == "github" else "Line",
        "digest": digest,
    }


def _row(outcome: Outcome, project: Project) -> dict[str, Any]:
    tone, word = {"refused": ("bad", "refused"), "changed": ("warn", "would change"), "added": ("ok", "new")}[
        outcome.what
    ]
    row = outcome.row
    return {
        "number": row.number,
        "id": row.id,
        "title": _sendable(row.values.get("title", "")),
        "tone": tone,
        "word": word,
        "said": outcome.said if outcome.what == "refused" else [", ".join(outcome.said)],
    }


def _sendable(text: str) -> str:
    """What JSON may hold, and no answer: a title with half a surrogate pair is refused, and shown all the same."""
    return text.encode(errors="replace").decode()


def _to_items(request: HttpRequest, project: Project) -> HttpResponse:
    there = redirect("projects:items", key=project.key)
    return HttpResponse(status=204, headers={"HX-Redirect": there.url}) if getattr(request, "htmx", False) else there
