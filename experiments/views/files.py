"""The files of a run and of the models that it logged: as a tree, one by one, and into a sandbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.errors import NotFound
from core.files import attachment, sandboxed
from experiments import operations, previews, queries, tables
from experiments.models import Artifact, LoggedModel, Run
from projects.models import Project
from projects.pages import project_page

MOST_FILES = 1000
# Up to so many files are shown without opening folders first.
OPEN_AT_MOST = 30


@dataclass(frozen=True)
class Root:
    """Where files lie: in the run itself, or in a model that it logged. `query` is what their addresses end in."""

    title: str
    query: str
    folder: tables.Folder
    model: LoggedModel | None = None


def section(project: Project, run: Run) -> dict[str, Any]:
    """The context of `experiments/parts/files.html`, which the page of a run includes. Three queries."""
    models = list(queries.logged_models_of(run))
    count, size = queries.size_of_files(project, [run, *models])
    files = queries.files_of(project, [run, *models])[:MOST_FILES]
    return {
        "project": project,
        "run": run,
        "roots": [one for one in _roots(run, models, list(files)) if one.folder.count],
        "file_count": count,
        "file_size": size,
        "is_files_cut": count > MOST_FILES,
        "most_files": MOST_FILES,
        "are_folders_open": count <= OPEN_AT_MOST,
    }


def _roots(run: Run, models: Iterable[LoggedModel], files: list[Artifact]) -> Iterable[Root]:
    by_root: dict[str, list[Artifact]] = {}
    for one in files:
        by_root.setdefault(one.root, []).append(one)
    yield Root("", "", tables.tree(by_root.get(queries.root_of(run), [])))
    for model in models:
        folder = tables.tree(by_root.get(queries.root_of(model), []), name=model.model_id)
        yield Root(model.name, "?" + urlencode({"model": model.model_id}), folder, model)


@project_page
@require_GET
def artifact(request: HttpRequest, project: Project, run_id: str, path: str) -> HttpResponseBase:
    _, found = _file(request, project, run_id, path)
    return attachment(request, digest=found.blob_id, size=found.size, filename=found.path)


@project_page
@require_GET
def preview(request: HttpRequest, project: Project, run_id: str, path: str) -> HttpResponse:
    """What can be shown of a file without running anything of it; of any other, that it can be downloaded."""
    run, found = _file(request, project, run_id, path)
    query = "?" + urlencode({"model": request.GET["model"]}) if request.GET.get("model") else ""
    urls = {
        name: reverse(f"experiments:{view}", args=[project.key, run_id, found.path]) + query
        for name, view in (("file_url", "run-artifact"), ("picture_url", "run-picture"), ("page_url", "run-page"))
    }
    context = {"project": project, "run": run, "file": found, "view": previews.preview_of(found)}
    context["name"] = found.path.rsplit("/", 1)[-1]
    return render(request, "experiments/preview.html", context | urls)


@project_page
@require_GET
def picture(request: HttpRequest, project: Project, run_id: str, path: str) -> HttpResponseBase:
    """A picture whose bytes are one, to be shown on a page."""
    _, found = _file(request, project, run_id, path)
    media_type = previews.media_type_of(found)
    if not media_type:
        raise Http404
    return sandboxed(request, digest=found.blob_id, size=found.size, media_type=media_type)


@project_page
@require_GET
def page(request: HttpRequest, project: Project, run_id: str, path: str) -> HttpResponseBase:
    """HTML, for a frame in which it can do nothing."""
    _, found = _file(request, project, run_id, path)
    if not previews.is_page(found):
        raise Http404
    return sandboxed(request, digest=found.blob_id, size=found.size, media_type="text/html; charset=utf-8")


def _file(request: HttpRequest, project: Project, run_id: str, path: str) -> tuple[Run, Artifact]:
    """The run, and its file; with `?model=` the file of a model that it logged. Raises NotFound."""
    run = queries.run_by_id(project=project, run_id=run_id)
    owner: Run | LoggedModel = run
    if model_id := request.GET.get("model", ""):
        owner = queries.logged_model_by_id(project=project, model_id=model_id[:40])
        if owner.source_run_id != run.pk:
            raise NotFound(f"Logged model with ID {model_id[:40]!r} not found.")
    path = operations.clean_path(path)
    return run, queries.artifact(project=project, root=queries.root_of(owner), path=path)
