"""The sprints of a project, the page of one, and its planning."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Invalid, PreconditionFailed
from core.pages import now, user_of
from core.refusals import status_of
from projects import operations, queries, reviewing, rules, sprintsheet
from projects.enums import SprintState
from projects.forms.sprints import CapacityForms, SprintChangeForm
from projects.models import Project, Sprint
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission
from projects.views.board import lane_key, once_beneath, seen_version, whole

SHOWN = 100


@project_page
@require_GET
def sprints(request: HttpRequest, project: Project) -> HttpResponse:
    """Newest first."""
    rows = queries.sprints(project).select_related("review").order_by("-number")[:SHOWN]
    template = "projects/parts/sprints.html" if part_of(request) == "sprints" else "projects/sprints.html"
    return render(request, template, {"project": project, "rows": rows})


@project_page
@require_GET
def sprint(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    found = asked(project, number)
    content = reviewing.review_of(found, now=now())
    context = {"project": project, "sprint": found, "is_planned": found.state == SprintState.PLANNED}
    context |= sprintsheet.shown(content, project=project, is_closed=found.state == SprintState.CLOSED)
    template = "projects/parts/sprint_figures.html" if part_of(request) == "figures" else "projects/sprint.html"
    return render(request, template, context)


@project_page
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """What goes into the sprint, against who is there; posted, its goal and days."""
    found = asked(project, number)
    initial = {name: getattr(found, name) for name in ("goal", "start_date", "end_date", "version")}
    form = SprintChangeForm(request.POST or None, initial=initial)

    def act() -> None:
        values = dict(form.cleaned_data)
        version = values.pop("version")
        operations.revise_sprint(sprint=found, values=values, by=user_of(request), now=now(), expected_version=version)

    if takes_effect(form, act):
        return redirect("projects:sprint-plan-page", key=project.key, number=number)
    return _show_plan(request, project, found, form=form)


@project_page
@require_POST
def capacity(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    found = asked(project, number)
    forms: Any = CapacityForms(request.POST, form_kwargs={"people": queries.people(project)})
    if not forms.is_valid():
        return _show_plan(request, project, found, forms=forms)
    rows, version = [form.row for form in forms.saying()], seen_version(request)
    try:
        operations.set_capacity(sprint=found, rows=rows, by=user_of(request), now=now(), expected_version=version)
    except (Invalid, PreconditionFailed) as exc:
        forms.show(exc)
        return _show_plan(request, project, found, forms=forms)
    messages.success(request, "The capacity is set.")
    return redirect("projects:sprint-plan-page", key=project.key, number=number)


@project_page
@require_POST
def commit(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """What a card dropped on the backlog or on the sprint sends: item, lane, position among the cards shown there,
    version. The answer tells the status that it had, which an undo sends with it."""
    found, item = asked(project, number), queries.item(project, whole(request, "item"))
    wanted = found if request.POST.get("lane") == "sprint" else None
    shown = queries.cards(found) if wanted else queries.backlog(project)[:SHOWN]
    others = [one for one in shown if one.pk != item.pk]
    below = others[whole(request, "position") :] if request.POST.get("position") else []
    moved = operations.plan_item(
        item=item,
        sprint=wanted,
        state=request.POST.get("status", ""),
        below=[*once_beneath(request, project), *below],
        by=user_of(request),
        now=now(),
        expected_version=seen_version(request),
    )
    return HttpResponse(status=204, headers={"X-Version": str(moved.version), "X-Was": lane_key(item)})


def asked(project: Project, number: int) -> Sprint:
    """Raises NotFound."""
    found = queries.sprint(project, number)
    found.project = project
    return found


def _show_plan(
    request: HttpRequest,
    project: Project,
    sprint: Sprint,
    *,
    form: SprintChangeForm | None = None,
    forms: Any = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "project": project,
        "sprint": sprint,
        "rooms": reviewing.plan_of(sprint),
        "days": reviewing.working_days(sprint.start_date, sprint.end_date),
        "why_not": rules.why_not(user_of(request), Permission.PLAN, project.pk),
        "is_closed": sprint.state == SprintState.CLOSED,
        "move_url": reverse("projects:sprint-commit", args=[project.key, sprint.number]),
        "lanes": [
            {"key": "backlog", "name": "Backlog", "cards": list(queries.backlog(project)[:SHOWN])},
            {"key": "sprint", "name": str(sprint), "cards": list(queries.cards(sprint))},
        ],
    }
    parts = {"rooms": "projects/parts/plan_rooms.html", "board": "projects/parts/plan_board.html"}
    template = parts.get(part_of(request))
    if template is None:
        template = "projects/sprint_plan.html"
        context |= {"form": form or SprintChangeForm(), "forms": forms or _capacity_forms(project, sprint)}
    return render(request, template, context, status=422 if forms is not None else status_of(form))


def _capacity_forms(project: Project, sprint: Sprint) -> Any:
    """What is said, a row for each of the team of whom nothing is, and one more."""
    said = list(queries.capacities(sprint))
    rows: list[dict[str, Any]] = [
        {"user": one.user, "discipline": one.discipline, "points": one.points, "days_off": one.days_off} for one in said
    ]
    known = {one.user_id for one in said}
    rows += [
        {"user": one.user, "discipline": rules.DISCIPLINES[one.role]}
        for one in queries.members(project)
        if one.role in rules.DISCIPLINES and one.user_id not in known
    ]
    return CapacityForms(initial=[*rows, {}], form_kwargs={"people": queries.people(project)})
