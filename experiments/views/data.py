"""Datasets, their versions, and what is in them."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from core.files import attachment
from core.models import Job
from core.pages import now, user_of
from core.refusals import status_of
from experiments import operations, queries, rules, tables
from experiments.forms import UploadForm
from experiments.models import DatasetVersion
from projects.models import Project
from projects.pages import part_of, project_page, takes_effect

MOST_VERSIONS = 100


@project_page
@require_http_methods(["GET", "POST"])
def data(request: HttpRequest, project: Project) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        added: list[DatasetVersion] = []
        if takes_effect(form, lambda: added.append(_upload(request, project, form.cleaned_data))):
            return _to(request, added[0])
    context = {
        "versions": queries.recent_versions(project, at_most=MOST_VERSIONS),
        "names": queries.visible_datasets(project).order_by("name").values_list("name", flat=True)[:500],
        "form": form,
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "why_not": rules.why_not_add_data(user_of(request), project.pk),
        "project": project,
    }
    return render(request, _data_template(request), context, status=status_of(form))


def _data_template(request: HttpRequest) -> str:
    """The page, or the part that htmx asked for: a refused file brings back its form alone."""
    if part_of(request) == "versions":
        return "experiments/parts/versions.html"
    is_refused_form = request.method == "POST" and "HX-Request" in request.headers
    return "experiments/parts/upload.html" if is_refused_form else "experiments/data.html"


@project_page
@require_GET
def version(request: HttpRequest, project: Project, name: str, number: int) -> HttpResponse:
    found = queries.dataset_version(project=project, name=name, number=number)
    context: dict[str, Any] = {"version": found, "project": project, "job": Job.objects.of(found).last()}
    context["columns"] = tables.column_cards(found.profile) if found.profile else []
    if part_of(request) == "profile":
        return render(request, "experiments/parts/profile.html", context)
    context |= {
        "preview": tables.preview(found),
        "shown_columns": found.columns[: tables.SHOWN_COLUMNS],
        "used_by": queries.runs_on(found)[:20],
        "others": queries.visible_versions(project).filter(dataset=found.dataset).order_by("-number")[:20],
        "why_not_train": rules.why_not_train(user_of(request), project.pk),
        "train_url": f"{reverse('experiments:train', args=[project.key])}?version={found.pk}",
    }
    return render(request, "experiments/version.html", context)


@project_page
@require_GET
def file(request: HttpRequest, project: Project, name: str, number: int) -> HttpResponseBase:
    found = queries.dataset_version(project=project, name=name, number=number)
    return attachment(request, digest=found.digest, size=found.original.size, filename=found.filename)


def _upload(request: HttpRequest, project: Project, cleaned: dict[str, Any]) -> DatasetVersion:
    return operations.create_dataset_version(
        project=project,
        name=cleaned["name"],
        upload=cleaned["file"],
        filename=cleaned["file"].name,
        note=cleaned["note"],
        by=user_of(request),
        now=now(),
    )


def _to(request: HttpRequest, version: DatasetVersion) -> HttpResponse:
    """To the version's page: an upload by htmx (for its progress bar) is told by a header."""
    url = reverse("experiments:version", args=[version.project.key, version.dataset.name, version.number])
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
