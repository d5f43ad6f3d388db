"""The active sprint's board, the backlog, and the sprints to come."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from core.errors import Invalid
from core.pages import now, user_of
from projects import operations, queries, rules, tables
from projects.forms.board import CloseSprintForm, ItemForm, SprintForm
from projects.models import Project, Sprint, WorkItem
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission
from projects.views.tabs import work_tabs

PARTS = {"board": "projects/parts/board.html", "backlog": "projects/parts/backlog.html"}
BACKLOG_SHOWN = 100


@project_page
@require_GET
def board(request: HttpRequest, project: Project) -> HttpResponse:
    return show_board(request, project)


@project_page
@require_POST
def move(request: HttpRequest, project: Project) -> HttpResponse:
    """What a card dropped on a lane sends: item, lane, position among the cards shown there, version."""
    found = queries.item(project, whole(request, "item"))
    state, position = request.POST.get("lane", ""), whole(request, "position")
    return drop(request, found, state=state, before=_card_at(request, found, state, position))


def drop(request: HttpRequest, item: WorkItem, *, state: str, before: WorkItem | None) -> HttpResponse:
    """Put a card where it was dropped; the answer tells its new version."""
    moved = operations.move_item(
        item=item,
        state=state,
        before=before,
        by=user_of(request),
        now=now(),
        expected_version=whole(request, "version") if request.POST.get("version") else None,
    )
    return HttpResponse(status=204, headers={"X-Version": str(moved.version)})


@project_page
@require_POST
def plan(request: HttpRequest, project: Project) -> HttpResponse:
    form = SprintForm(request.POST)
    if takes_effect(
        form, lambda: operations.plan_sprint(project=project, by=user_of(request), now=now(), **form.cleaned_data)
    ):
        return redirect("projects:board", key=project.key)
    return show_board(request, project, sprint_form=form)


@project_page
@require_POST
def start(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    sprint = operations.start_sprint(sprint=queries.sprint(project, number), by=user_of(request), now=now())
    messages.success(request, f"{sprint} has started.")
    return redirect("projects:board", key=project.key)


@project_page
@require_POST
def close(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    form = CloseSprintForm(request.POST, sprints=queries.planned_sprints(project))
    if not form.is_valid():
        raise Invalid("That sprint is no longer planned. Choose again where the open items go.", field="carry_to")
    sprint = operations.close_sprint(
        sprint=queries.sprint(project, number),
        carry_to=form.cleaned_data["carry_to"],
        by=user_of(request),
        now=now(),
    )
    messages.success(request, f"{sprint} is closed, and its review is frozen.")
    return redirect("projects:sprint-review", key=project.key, number=number)


def show_board(
    request: HttpRequest,
    project: Project,
    *,
    sprint_form: SprintForm | None = None,
    item_form: ItemForm | None = None,
) -> HttpResponse:
    """The board; a form that came back wrong stands open on it."""
    sprint, planned = queries.active_sprint(project), list(queries.planned_sprints(project))
    who = request.GET.get("who", "")
    context: dict[str, Any] = {
        "project": project,
        "sprint": sprint,
        "planned": planned,
        "who": who,
        "people": list(queries.people(project)),
        "query": f"&{urlencode({'who': who})}" if who else "",
        "why_not": rules.why_not(user_of(request), Permission.PLAN, project.pk),
        "lanes": lanes_of(_shown(sprint, who), project) if sprint else [],
        "more_url": reverse("projects:board", args=[project.key]) + "?" + urlencode({"part": "lane", "who": who}),
        "tabs": work_tabs(project, "board"),
        "move_url": reverse("projects:item-move", args=[project.key]) + (f"?{urlencode({'who': who})}" if who else ""),
        "backlog": list(queries.backlog(project)[: BACKLOG_SHOWN + 1]),
        "backlog_shown": BACKLOG_SHOWN,
    }
    if part_of(request) == "lane" and sprint:
        return more_of_lane(request, project, _shown(sprint, who), context)
    template = PARTS.get(part_of(request))
    if template is None:
        template, context = "projects/board.html", context | _forms(project, sprint, sprint_form, item_form)
    is_wrong = sprint_form is not None or item_form is not None
    return render(request, template, context, status=422 if is_wrong else 200)


def lanes_of(rows: "QuerySet[WorkItem]", project: Project, **which: Any) -> list[dict[str, Any]]:
    """The rows as lanes, each with its first cards."""
    tops = queries.lane_tops(rows, at_most=tables.LANE_SHOWN)
    return tables.lanes(tops, queries.lane_totals(rows), project, queries.item_statuses(project), **which)


def more_of_lane(
    request: HttpRequest, project: Project, rows: "QuerySet[WorkItem]", context: dict[str, Any]
) -> HttpResponse:
    """The next cards of a lane, as one scrolls to its foot: `lane`, and `from` how many are there."""
    status = queries.item_status(project, request.GET.get("lane", ""))
    begin = begin_of(request)
    mine = rows.filter(state=status.group, status=None if status.is_main else status).order_by("rank", "pk")
    found = list(mine[begin : begin + tables.LANE_SHOWN + 1])
    cards = tables.cards_of(found[: tables.LANE_SHOWN], project)
    more = begin + tables.LANE_SHOWN if len(found) > tables.LANE_SHOWN else 0
    lane = {"key": status.key, "cards": cards, "more": more}
    return render(request, "projects/parts/lane_cards.html", context | {"lane": lane})


def begin_of(request: HttpRequest) -> int:
    text = request.GET.get("from", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0


def new_item_form(project: Project, data: Any = None, *, sprint: Sprint | None = None) -> ItemForm:
    return ItemForm(
        data, initial={"sprint": sprint}, people=queries.people(project), sprints=queries.open_sprints(project)
    )


def _forms(
    project: Project, sprint: Sprint | None, sprint_form: SprintForm | None, item_form: ItemForm | None
) -> dict[str, Any]:
    return {
        "item_form": item_form or new_item_form(project, sprint=sprint),
        "item_wrong": item_form is not None,
        "sprint_form": sprint_form or SprintForm(initial=SprintForm.two_weeks_from(now().date())),
        "sprint_wrong": sprint_form is not None,
        "close_form": CloseSprintForm(sprints=queries.planned_sprints(project)),
    }


def _shown(sprint: Sprint, who: str) -> "QuerySet[WorkItem]":
    cards = queries.cards(sprint)
    return cards.filter(assignee__username=who) if who and who.isprintable() else cards


def _card_at(request: HttpRequest, item: WorkItem, state: str, position: int) -> WorkItem | None:
    """The card above which the item was dropped: the one that stands at that position without it."""
    status = queries.item_statuses(item.project).filter(key=state).first()
    if item.sprint is None or status is None:
        return None
    own = None if status.is_main else status
    others = _shown(item.sprint, request.GET.get("who", "")).filter(state=status.group, status=own).exclude(pk=item.pk)
    return others[position : position + 1].first() if position >= 0 else None


def whole(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid(f"{name} must be a whole number: got {text[:40]!r}.", field=name)
    return int(text)
