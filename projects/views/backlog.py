"""The backlog in its order, ranked by dragging; and requests, which wait for triage."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.pages import now, user_of
from core.refusals import status_of
from projects import operations, queries, rules, tables
from projects.forms.board import DeclineForm, RequestForm
from projects.models import Project
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission
from projects.views.board import begin_of, lane_key, new_item_form, seen_version, whole
from projects.views.tabs import work_tabs

SHOWN = 100


@project_page
@require_GET
def backlog(request: HttpRequest, project: Project) -> HttpResponse:
    rows = queries.backlog(project)
    begin = begin_of(request)
    found = list(rows[begin : begin + SHOWN + 1])
    context: dict[str, Any] = {
        "project": project,
        "why_not": rules.why_not(user_of(request), Permission.PLAN, project.pk),
        "cards": tables.cards_of(found[:SHOWN], project),
        "more": begin + SHOWN if len(found) > SHOWN else 0,
        "first": begin,
    }
    part = part_of(request)
    if part == "more":
        return render(request, "projects/parts/backlog_rows.html", context)
    context["total"] = rows.count()
    if part == "ranks":
        return render(request, "projects/parts/backlog_ranks.html", context)
    context |= {"tabs": work_tabs(project, "backlog"), "item_form": new_item_form(project)}
    return render(request, "projects/backlog.html", context)


@project_page
@require_POST
def rank(request: HttpRequest, project: Project) -> HttpResponse:
    """What a row dropped elsewhere in the backlog sends: item, position, version. It keeps its state."""
    item, position = queries.item(project, whole(request, "item")), whole(request, "position")
    others = queries.backlog(project).exclude(pk=item.pk)
    moved = operations.move_item(
        item=item,
        state=lane_key(item),
        before=others[position : position + 1].first(),
        by=user_of(request),
        now=now(),
        expected_version=seen_version(request),
    )
    return HttpResponse(status=204, headers={"X-Version": str(moved.version)})


@project_page
@require_http_methods(["GET", "POST"])
def requests(request: HttpRequest, project: Project) -> HttpResponse:
    """What waits for triage; and the form with which anybody of the project asks for something."""
    form = RequestForm(request.POST or None)

    def ask() -> None:
        operations.request_item(project=project, by=user_of(request), now=now(), **form.cleaned_data)

    if takes_effect(form, ask):
        messages.success(request, "Your request waits for the team.")
        return redirect("projects:requests", key=project.key)
    return _show_requests(request, project, form)


def _show_requests(
    request: HttpRequest, project: Project, form: RequestForm, declined: DeclineForm | None = None
) -> HttpResponse:
    """The requests; a form that was refused stands there as it was sent: to ask, or to decline one of them."""
    waiting = [(item, DeclineForm(number=item.number)) for item in queries.requests(project)[:SHOWN]]
    if declined:
        waiting = [(item, declined if item.number == declined.number else form) for item, form in waiting]
    context: dict[str, Any] = {
        "project": project,
        "waiting": waiting,
        "why_not": rules.why_not(user_of(request), Permission.PLAN, project.pk),
        "why_not_ask": rules.why_not_request_item(user_of(request), project.pk),
    }
    if part_of(request) == "waiting":
        return render(request, "projects/parts/requests.html", context)
    context |= {"form": form, "declined": declined, "tabs": work_tabs(project, "requests")}
    return render(request, "projects/requests.html", context, status=status_of(form, declined))


@project_page
@require_POST
def accept(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    item = operations.accept_request(item=queries.item(project, number), by=user_of(request), now=now())
    messages.success(request, f"{project.key}-{item.number} is in the backlog.")
    return redirect("projects:requests", key=project.key)


@project_page
@require_POST
def decline(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    item, form = queries.item(project, number), DeclineForm(request.POST, number=number)

    def decline() -> None:
        operations.decline_request(item=item, by=user_of(request), now=now(), **form.cleaned_data)

    if not takes_effect(form, decline):
        return _show_requests(request, project, RequestForm(), form)
    return redirect("projects:requests", key=project.key)
