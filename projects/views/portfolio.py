"""All projects, and a new one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from core.pages import now, page, user_of
from projects import operations, queries, tables
from projects.enums import Stage
from projects.forms.project import ProjectForm
from projects.models import Project
from projects.pages import takes_effect

MOST = 200


@page
@require_GET
def portfolio(request: HttpRequest) -> HttpResponse:
    """Each gate's state is fetched by its own row: checks may ask every app, and a list must not."""
    found = list(queries.portfolio(user_of(request))[:MOST])
    return render(request, "projects/portfolio.html", {"rows": [_row(project) for project in found]})


@page
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    form = ProjectForm(request.POST or None)
    made: list[Project] = []

    def act() -> None:
        made.append(operations.create_project(by=user_of(request), now=now(), **form.cleaned_data))

    if takes_effect(form, act):
        return redirect("projects:overview", key=made[0].key)
    return render(request, "projects/create.html", {"form": form}, status=422 if form.is_bound else 200)


def _row(project: Any) -> dict[str, Any]:
    """`project` as `queries.portfolio` gives it."""
    stages = list(Stage)
    return {
        "project": project,
        "stage": Stage(project.stage).label,
        "passed": stages.index(Stage(project.stage)) + (project.stage == Stage.RETIRED),
        "stages": len(stages),
        "is_open": project.stage != Stage.RETIRED,
        "worst": tables.worst(project.open_risks),
        "value": tables.value_a_year(project.scope),
        "team": [str(membership.user) for membership in project.team],
    }
