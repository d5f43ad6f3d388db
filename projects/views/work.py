"""All items of a project: found by filters that live in the address, as table, list or board; changed many at once."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from core.errors import DomainError, Invalid
from core.numbers import wholes_of
from core.pages import has_nul, now, user_of
from core.refusals import status_of
from projects import itemtable, operations, queries, rules, tables
from projects.enums import PRIORITIES, FieldType, ItemKind, Layout
from projects.forms.board import ManyItemsForm
from projects.forms.work_settings import NewViewForm
from projects.models import Project, Sprint, WorkItem
from projects.operations.quick import Outcome
from projects.pages import part_of, project_page, takes_effect
from projects.queries import ItemLook
from projects.roles import Permission
from projects.views.board import drop, lanes_of, more_of_lane, new_item_form, whole
from projects.views.tabs import work_tabs

ROWS = 50
PARTS = {"items": "projects/parts/items.html"}
HEADS = (
    ("number", "Item", ""),
    ("title", "Title", ""),
    ("", "Status", ""),
    ("priority", "Priority", ""),
    ("", "Assignee", ""),
    ("", "Sprint", ""),
    ("points", "Points", "r"),
    ("moved", "There since", ""),
)


@project_page
@require_GET
def items(request: HttpRequest, project: Project) -> HttpResponse:
    return show_items(request, project)


def show_items(
    request: HttpRequest,
    project: Project,
    *,
    line: str = "",
    wrong: DomainError | None = None,
    chosen: Sequence[int] = (),
    **refused: BaseForm,
) -> HttpResponse:
    """The list; a quick line that could not be read, or a form that was refused, stands in it again as it was sent,
    with the items that were chosen for it."""
    asked = _asked(request, project)
    layout = asked.get("layout", Layout.TABLE)
    layout = layout if layout in Layout.values else Layout.TABLE
    context: dict[str, Any] = {
        "project": project,
        "layout": layout,
        "why_not": rules.why_not(user_of(request), Permission.PLAN, project.pk),
        "line": line,
        "line_wrong": wrong.message if wrong else "",
        "chosen": chosen,
    }
    try:
        look = queries.read_look(project, asked, order="rank" if layout == Layout.BOARD else "-number")
    except Invalid as exc:
        look = ItemLook()
        context["filter_wrong"] = exc.message
    shown = look.ordered("board") if layout == Layout.BOARD else look
    context |= {"look": look, "query": _query(look, layout), "export_query": shown.query_string}
    found = queries.found_items(look, project, by=user_of(request))
    if part_of(request) == "lane" and layout == Layout.BOARD:
        return more_of_lane(request, project, found, context | _board_urls(project, look))
    context |= _board(project, look, found) if layout == Layout.BOARD else _rows(project, look, found, layout)
    if template := PARTS.get(part_of(request)):
        return render(request, template, context)
    context |= _frame(request, project, look, layout) | refused
    status = wrong.status if wrong else status_of(*refused.values())
    return render(request, "projects/items.html", context, status=status)


def _asked(request: HttpRequest, project: Project) -> QueryDict:
    """What the address of the list asks for: of a form that was sent, the list that it stood on."""
    if request.method == "GET":
        return request.GET
    asked = QueryDict(urlsplit(back_to(request, project)).query)
    return QueryDict() if has_nul({}, asked) else asked


def _query(look: ItemLook, layout: str, **more: Any) -> str:
    pairs = look.pairs() + ([("layout", layout)] if layout != Layout.TABLE else [])
    return urlencode([*pairs, *more.items()])


def _rows(project: Project, look: ItemLook, found: Any, layout: str) -> dict[str, Any]:
    total = found.count()
    begin = (look.page - 1) * ROWS
    own = list(queries.item_fields(project))
    names = queries.status_names(project)
    shown = list(found[begin : begin + ROWS])
    return {
        "rows": [
            _row(item, card, own, names) for item, card in zip(shown, tables.cards_of(shown, project), strict=True)
        ],
        "heads": [*(_head(look, layout, *head) for head in HEADS), *({"label": one.name} for one in own)],
        "total": total,
        "first": begin + 1,
        "last": begin + len(shown),
        "prev_query": _query(look, layout, page=look.page - 1) if look.page > 1 else "",
        "next_query": _query(look, layout, page=look.page + 1) if begin + ROWS < total else "",
    }


def _row(item: WorkItem, card: dict[str, Any], own: list[Any], names: dict[str, str]) -> dict[str, Any]:
    return card | {
        "status": itemtable.status_name(item, names),
        "state": item.state,
        "tone": {"in_progress": "thread", "review": "warn", "done": "ok"}.get(item.state, ""),
        "sprint": str(item.sprint) if item.sprint else "",
        "own": [(one.name, item.custom.get(one.key, "")) for one in own],
    }


def _head(look: ItemLook, layout: str, order: str, label: str, css: str) -> dict[str, str]:
    if not order:
        return {"label": label, "css": css}
    is_up, is_down = look.order == order, look.order == f"-{order}"
    turned = look.ordered(order if is_down else f"-{order}")
    sorted_as = "ascending" if is_up else "descending" if is_down else ""
    return {"label": label, "css": css, "query": _query(turned, layout), "sorted": sorted_as}


def _board(project: Project, look: ItemLook, found: Any) -> dict[str, Any]:
    groups = [*look.get("state")] or None
    lanes = lanes_of(found, project, groups=["backlog", "ready", "in_progress", "review", "done", "dropped"])
    shown = [lane for lane in lanes if lane["count"] or (groups is None and lane["key"] != "dropped")]
    return {"lanes": shown, "total": sum(lane["count"] for lane in lanes)} | _board_urls(project, look)


def _board_urls(project: Project, look: ItemLook) -> dict[str, str]:
    query = _query(look, Layout.BOARD)
    return {
        "more_url": f"{reverse('projects:items', args=[project.key])}?{query}&part=lane",
        "move_url": f"{reverse('projects:items-move', args=[project.key])}?{query}",
    }


def _frame(request: HttpRequest, project: Project, look: ItemLook, layout: str) -> dict[str, Any]:
    """What stands around the list: filters, views, the forms that change many."""
    sprints, here = queries.sprints(project).order_by("-number"), reverse("projects:items", args=[project.key])
    asked, many_form = _asked(request, project).urlencode(), many_items_form(project)
    return {
        "tabs": work_tabs(project, "items"),
        "item_form": new_item_form(project),
        "layouts": [(one.value, one.label, _query(look, one.value), one.value == layout) for one in Layout],
        "filters": _filters(project, look, list(sprints[:30])),
        "views": list(queries.saved_views(project, user_of(request))),
        "why_not_share": rules.why_not_save_view(user_of(request), project.pk, is_shared=True),
        "user": user_of(request),
        "view_form": NewViewForm(initial={"layout": layout, "query": look.query_string}),
        "many_form": many_form,
        "somebody": next(iter(many_form.people), ""),
        "back": f"{here}?{asked}" if asked else here,
    }


def _filters(project: Project, look: ItemLook, sprints: list[Sprint]) -> list[dict[str, Any]]:
    """The choices of each filter; one that the address names and nobody offers stands there too."""
    offered: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("state", "Status", [(one.key, one.name) for one in queries.item_statuses(project)]),
        ("kind", "Type", list(ItemKind.choices)),
        (
            "assignee",
            "Assignee",
            [("me", "Me"), ("none", "Nobody"), *((one.username, str(one)) for one in queries.people(project))],
        ),
        ("priority", "Priority", [(word, one.label) for word, one in PRIORITIES.items()]),
        ("label", "Label", [(one, one) for one in queries.labels(project)]),
        (
            "sprint",
            "Sprint",
            [("active", "The active one"), ("none", "None"), *((str(s.number), str(s)) for s in sprints)],
        ),
        ("blocked", "Blocked", [("yes", "Blocked"), ("no", "Not blocked")]),
    ]
    found = [
        {"name": name, "label": label, "choices": choices, "chosen": next(iter(look.get(name)), "")}
        for name, label, choices in offered
    ]
    own = [one for one in queries.item_fields(project) if one.type == FieldType.CHOICE]
    return found + [
        {
            "name": queries.OWN + one.key,
            "label": one.name,
            "choices": [(choice, choice) for choice in one.choices],
            "chosen": look.own.get(one.key, ""),
        }
        for one in own
    ]


@project_page
@require_POST
def move(request: HttpRequest, project: Project) -> HttpResponse:
    """What a card dropped on a lane of the filtered board sends: it goes above the card that it was dropped on, or
    the next one of its own sprint: ranks are within a sprint."""
    item = queries.item(project, whole(request, "item"))
    look = queries.read_look(project, request.GET, order="rank")
    status = queries.item_status(project, request.POST.get("lane", ""))
    found = queries.found_items(look, project, by=user_of(request))
    lane = found.filter(state=status.group, status=None if status.is_main else status).order_by("rank", "pk")
    below = lane.exclude(pk=item.pk)[whole(request, "position") :]
    above = next((card for card in below.iterator(chunk_size=100) if card.sprint_id == item.sprint_id), None)
    return drop(request, item, state=status.key, above=above)


@project_page
@require_POST
def change(request: HttpRequest, project: Project) -> HttpResponse:
    """Change the same in what is chosen, and say which were refused and why."""
    numbers = wholes_of(request.POST.getlist("item"))
    items = list(queries.items(project).filter(number__in=numbers[:1000]).order_by("number"))
    form, outcomes = many_items_form(project, request.POST), list[Outcome]()

    def act() -> None:
        given = form.values()
        outcomes.append(
            operations.change_items(project=project, items=items, values=given, by=user_of(request), now=now())
        )

    if not takes_effect(form, act):
        return show_items(request, project, chosen=[one.number for one in items], many_form=form)
    done = outcomes[0]
    if done.changed:
        messages.success(request, f"{len(done.changed)} item{'s' * (len(done.changed) > 1)} changed.")
    for number, reason in done.refused[:5]:
        messages.warning(request, f"{project.key}-{number} is as it was: {reason}")
    if len(done.refused) > 5:
        messages.warning(request, f"{len(done.refused) - 5} more are as they were.")
    return redirect(back_to(request, project))


def many_items_form(project: Project, data: Any = None) -> ManyItemsForm:
    return ManyItemsForm(
        data,
        statuses=queries.item_statuses(project),
        people=queries.people(project),
        sprints=queries.open_sprints(project),
    )


@project_page
@require_POST
def quick(request: HttpRequest, project: Project) -> HttpResponse:
    """Add the item that the quick line says."""
    line = request.POST.get("line", "")[:400]
    try:
        item = operations.add_quickly(project=project, line=line, by=user_of(request), now=now())
    except DomainError as exc:
        return show_items(request, project, line=line, wrong=exc)
    messages.success(request, f"{project.key}-{item.number} {item.title} is in the backlog.")
    return redirect(back_to(request, project))


@project_page
@require_GET
def export(request: HttpRequest, project: Project) -> HttpResponse:
    """Exactly what the list finds, as a file."""
    return itemtable.exported(project, request.GET, by=user_of(request), kind=request.GET.get("as", "csv"))


@project_page
@require_POST
def view_save(request: HttpRequest, project: Project) -> HttpResponse:
    form = NewViewForm(request.POST)
    if not takes_effect(form, lambda: operations.save_view(project=project, by=user_of(request), **form.cleaned_data)):
        return show_items(request, project, view_form=form)
    messages.success(request, f"The view {form.cleaned_data['name']} is kept.")
    return redirect(back_to(request, project))


@project_page
@require_POST
def view_remove(request: HttpRequest, project: Project, view: int) -> HttpResponse:
    operations.remove_view(view=queries.saved_view(project, user_of(request), view), by=user_of(request))
    return redirect(back_to(request, project))


def back_to(request: HttpRequest, project: Project) -> str:
    """Where the form was sent from, if that is here."""
    to = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return to if is_ours and to.startswith("/") else reverse("projects:items", args=[project.key])
