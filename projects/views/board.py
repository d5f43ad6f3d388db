"""The active sprint's board, the backlog, and the sprints to come."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from core.errors import Invalid
from core.numbers import whole_of, wholes_of
from core.pages import now, user_of, whole_asked
from core.refusals import status_of
from core.shared import Shared
from projects import cardfacts, operations, queries, tables
from projects.attained import MEASURED_LIVE
from projects.enums import FINISHED, TRACKS, Track
from projects.forms.board import CloseSprintForm, NewItemForm, SprintForm
from projects.models import Project, Sprint, WorkItem
from projects.pages import part_of, project_page, takes_effect, why_not
from projects.roles import Permission
from projects.views.tabs import work_tabs

SHARED = {"board": "projects/parts/board.html", "backlog": "projects/parts/backlog.html"}
BACKLOG_SHOWN = 40
LATELY = timedelta(seconds=15)
BOARD_LIVE = f"item. sprint. status. run.linked run.unlinked {MEASURED_LIVE} version. gate."


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
    return drop(request, found, state=state, above=_card_at(request, found, state, position))


def drop(request: HttpRequest, item: WorkItem, *, state: str, above: WorkItem | None) -> HttpResponse:
    """Put a card where it was dropped, or back to where it was; the answer tells its new version."""
    moved = operations.move_item(
        item=item,
        state=state,
        below=[*once_beneath(request, item.project), *([above] if above else [])],
        by=user_of(request),
        now=now(),
        expected_version=seen_version(request),
    )
    return HttpResponse(status=204, headers={"X-Version": str(moved.version)})


def once_beneath(request: HttpRequest, project: Project) -> list[WorkItem]:
    """The cards that stood below the one that is put back, the nearest first: `below`, their numbers."""
    return queries.items_numbered(project, wholes_of(request.POST.get("below", "").split(",")[:MOST_BENEATH]))


def place_of(item: WorkItem) -> dict[str, str]:
    """What an undo sends to put the card back to where it stands now: its lane, and what `once_beneath` reads."""
    below = queries.beneath(item, at_most=MOST_BENEATH)
    return {"lane": lane_key(item), "below": ",".join(str(one.number) for one in below)}


def plan_back(request: HttpRequest, item: WorkItem, sprint: Sprint | None, **who: Any) -> WorkItem:
    """Into that sprint, and to the place in it that the undo sends: what `place_of` told."""
    state, below = request.POST.get("lane", ""), once_beneath(request, item.project)
    return operations.plan_item(item=item, sprint=sprint, state=state, below=below, **who)


def lane_key(item: WorkItem) -> str:
    return item.status.key if item.status else str(item.state)


MOST_BENEATH = 50


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
    item_form: NewItemForm | None = None,
) -> HttpResponse:
    """The board; a form that came back wrong stands open on it."""
    part = part_of(request)
    if part in SHARED:
        return HttpResponse(_shared(request, project, SHARED[part]))
    context = _shown_on(request, project)
    if part == "planned":
        return render(request, "projects/parts/planned.html", context)
    if part == "lane" and context["sprint"]:
        swim = request.GET.get("swim", "")
        context |= {"more_url": _more_url(project, context["who"], swim), "swim_key": swim}
        return more_of_lane(request, project, _of_track(_shown(context["sprint"], context["who"]), swim), context)
    context |= _frame(project, context["sprint"], sprint_form, item_form)
    return render(request, "projects/board.html", context, status=status_of(sprint_form, item_form))


_fragments = Shared[bytes]()


def _shared(request: HttpRequest, project: Project, template: str) -> bytes:
    """Asked for by all who look at the board, at once, after each move: one answer for those who may do the same. There
    is no form in it, and so no token that is one person's."""
    asked = request.GET.get("who", ""), request.GET.get("lanes", "")
    key = (template, project.pk, project.stream.last_seq, why_not(request, Permission.PLAN), *asked)
    return _fragments.get(key, lambda: render(request, template, _shown_on(request, project)).content)


def _shown_on(request: HttpRequest, project: Project) -> dict[str, Any]:
    """What the page, or the fragment that it asks for, shows."""
    sprint, part = queries.active_sprint(project), part_of(request)
    context: dict[str, Any] = {
        "project": project,
        "sprint": sprint,
        "why_not": why_not(request, Permission.PLAN),
    }
    if part not in ("backlog", "planned"):
        who, by_track = request.GET.get("who", ""), request.GET.get("lanes") == "track"
        context |= _board_urls(project, who, by_track=by_track)
        rows = _shown(sprint, who) if sprint and part != "lane" else None
        context["swims"] = _swims(project, rows, who, by_track=by_track) if rows is not None else []
    if part != "lane":
        context["planned"] = list(queries.planned_sprints(project))
    if part in ("", "backlog"):
        context |= {"backlog": list(queries.backlog(project)[: BACKLOG_SHOWN + 1]), "backlog_shown": BACKLOG_SHOWN}
    return context


def _board_urls(project: Project, who: str, *, by_track: bool) -> dict[str, Any]:
    whose = {"who": who} if who else {}
    one, tracked = urlencode(whose), urlencode(whose | {"lanes": "track"})
    query = tracked if by_track else one
    return {
        "who": who,
        "by_track": by_track,
        "query": f"&{query}" if query else "",
        "board_live": BOARD_LIVE,
        "move_url": reverse("projects:item-move", args=[project.key]) + (f"?{one}" if one else ""),
        "lane_links": [("One board", one, not by_track), ("By track", tracked, by_track)],
    }


def _swims(project: Project, rows: "QuerySet[WorkItem]", who: str, *, by_track: bool) -> list[dict[str, Any]]:
    """The board as one, or a lane of it for each track."""
    tracks = [(one.value, one.label) for one in Track] if by_track else [("", "")]
    return [
        {
            "key": key,
            "name": name,
            "lanes": lanes_of(_of_track(rows, key), project),
            "more_url": _more_url(project, who, key),
        }
        for key, name in tracks
    ]


def _of_track(rows: "QuerySet[WorkItem]", track: str) -> "QuerySet[WorkItem]":
    return rows.filter(kind__in=TRACKS[Track(track)]) if track in Track.values else rows


def _more_url(project: Project, who: str, swim: str) -> str:
    query = {"part": "lane", "who": who, "swim": swim}
    return f"{reverse('projects:board', args=[project.key])}?{urlencode(query)}"


def lanes_of(rows: "QuerySet[WorkItem]", project: Project, **which: Any) -> list[dict[str, Any]]:
    """The rows as lanes, each with its first cards."""
    tops = list(queries.lane_tops(rows, at_most=tables.LANE_SHOWN))
    found = tables.lanes(tops, queries.lane_totals(rows), project, queries.item_statuses(project), **which)
    _furnish(project, tops, [card for lane in found for card in lane["cards"]])
    return found


def _furnish(project: Project, items: list[WorkItem], cards: list[dict[str, Any]]) -> None:
    movers = queries.moved_lately_by(project, since=now() - LATELY)
    tables.furnished(cards, cardfacts.facts_of(project, items), movers, now=now())


def more_of_lane(
    request: HttpRequest, project: Project, rows: "QuerySet[WorkItem]", context: dict[str, Any]
) -> HttpResponse:
    """The next cards of a lane, as one scrolls to its foot: `lane`, and `from` how many are there."""
    status = queries.item_status(project, request.GET.get("lane", ""))
    begin = begin_of(request)
    mine = rows.filter(state=status.group, status=None if status.is_main else status).order_by("rank", "pk")
    found = list(mine[begin : begin + tables.LANE_SHOWN + 1])
    cards = tables.cards_of(found[: tables.LANE_SHOWN], project)
    _furnish(project, found[: tables.LANE_SHOWN], cards)
    more = begin + tables.LANE_SHOWN if len(found) > tables.LANE_SHOWN else 0
    lane = {"key": status.key, "cards": cards, "more": more, "is_finished": status.group in FINISHED}
    return render(request, "projects/parts/lane_cards.html", context | {"lane": lane})


def begin_of(request: HttpRequest) -> int:
    """Raises Invalid."""
    return whole_asked(request, "from", most=999_999) or 0


def new_item_form(project: Project, data: Any = None, **initial: Any) -> NewItemForm:
    return NewItemForm(
        data,
        initial=initial,
        people=queries.people(project),
        sprints=queries.open_sprints(project),
        templates=queries.item_templates(project),
    )


def _frame(
    project: Project, sprint: Sprint | None, sprint_form: SprintForm | None, item_form: NewItemForm | None
) -> dict[str, Any]:
    """What stands around the board."""
    return {
        "people": list(queries.people(project)),
        "tabs": work_tabs(project, "board"),
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
    shown = _of_track(_shown(item.sprint, request.GET.get("who", "")), request.POST.get("swim", ""))
    others = shown.filter(state=status.group, status=own).exclude(pk=item.pk)
    return others[position : position + 1].first() if position >= 0 else None


def whole(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    number = whole_of(text)
    if number is None:
        raise Invalid(f"{name} must be a whole number: got {text[:40]!r}.", field=name)
    return number


def seen_version(request: HttpRequest) -> int | None:
    """The version that the page had of what it changes, if it says; None: any will do. Raises Invalid."""
    return whole(request, "version") if request.POST.get("version") else None
