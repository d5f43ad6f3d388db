"""The small menus of an item: what it can become by one key, wherever it stands in a list."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_http_methods

from core.errors import Invalid, NotFound
from core.models import User
from core.numbers import whole_of
from core.pages import now, user_of
from projects import operations, queries
from projects.enums import LANES, OUTSIDE_SPRINTS, Priority
from projects.models import Project, Sprint, WorkItem
from projects.pages import project_page
from projects.views.board import lane_key, once_beneath, place_of, plan_back, seen_version

Options = list[tuple[str, str]]
"""Value and label of each."""


@project_page
@require_http_methods(["GET", "POST"])
def menu(request: HttpRequest, project: Project, number: int) -> JsonResponse:
    """`for` names the menu. Asked for, its options, and which hold; posted with `value` and the item's `version`, the
    choice takes effect: the answer tells the version then, and the value that undoes it, with the `lane` and the cards
    `below` that put it back to its place when they are sent with it."""
    name = (request.POST if request.method == "POST" else request.GET).get("for", "")
    if name not in MENUS:
        raise NotFound(f"An item has no menu {name[:40]!r}; there is {', '.join(MENUS)}.")
    item = queries.item_in_full(project, number)
    options, chosen = MENUS[name](project, item)
    if request.method == "GET":
        shown = [{"value": value, "label": label, "here": value in chosen} for value, label in options]
        return JsonResponse({"version": item.version, "options": shown, "free": name == "labels"})
    value = request.POST.get("value", "").strip()
    place = place_of(item) if name in ("status", "sprint") else {"lane": "", "below": ""}
    changed = _change(request, item, name, value)
    label = dict(options).get(value, value)
    said = f"not {label}" if name == "labels" and value in chosen else label
    undo = value if name == "labels" else chosen[0]
    return JsonResponse({"version": changed.version, "said": said, "undo": undo, **place})


def _change(request: HttpRequest, item: WorkItem, name: str, value: str) -> WorkItem:
    who: dict[str, Any] = {"by": user_of(request), "now": now()}
    who |= {"expected_version": seen_version(request)}
    if name == "status":
        return operations.move_item(item=item, state=value, below=once_beneath(request, item.project), **who)
    field, read = READS[name]
    if name == "sprint" and "below" in request.POST:
        return plan_back(request, item, _sprint(item.project, item, value), **who)
    return operations.revise_item(item=item, values={field: read(item.project, item, value)}, **who)


# --- what can be chosen, and what is --------------------------------------------------------------------------------


def _statuses(project: Project, item: WorkItem) -> tuple[Options, list[str]]:
    groups = LANES if item.sprint else OUTSIDE_SPRINTS
    found = [(one.key, one.name) for one in queries.item_statuses(project) if one.group in groups]
    return found, [lane_key(item)]


def _priorities(project: Project, item: WorkItem) -> tuple[Options, list[str]]:
    return [(str(value), str(label)) for value, label in Priority.choices], [str(item.priority)]


def _people(project: Project, item: WorkItem) -> tuple[Options, list[str]]:
    found = [(one.username, str(one)) for one in queries.people(project)]
    return [("", "Nobody"), *found], [item.assignee.username if item.assignee else ""]


def _sprints(project: Project, item: WorkItem) -> tuple[Options, list[str]]:
    found = [(str(one.number), f"{one}: {one.goal}") for one in queries.sprints_for(item)]
    return [("", "Backlog"), *found], [str(item.sprint.number) if item.sprint else ""]


def _labels(project: Project, item: WorkItem) -> tuple[Options, list[str]]:
    known = dict.fromkeys([*item.labels, *queries.labels(project)])
    return [(one, one) for one in known], list(item.labels)


MENUS: dict[str, Callable[[Project, WorkItem], tuple[Options, list[str]]]] = {
    "status": _statuses,
    "priority": _priorities,
    "assignee": _people,
    "sprint": _sprints,
    "labels": _labels,
}


# --- what was chosen ------------------------------------------------------------------------------------------------


def _priority(project: Project, item: WorkItem, value: str) -> int:
    if value not in {str(one) for one in Priority.values}:
        raise Invalid(f"Priority is one of 0 to {max(Priority.values)}: got {value[:40]!r}.", field="value")
    return int(value)


def _assignee(project: Project, item: WorkItem, value: str) -> User | None:
    return queries.member(project, value).user if value else None


def _sprint(project: Project, item: WorkItem, value: str) -> Sprint | None:
    if not value:
        return None
    number = whole_of(value)
    if number is None:
        raise Invalid(f"A sprint is a number: got {value[:40]!r}.", field="value")
    return queries.sprint(project, number)


def _toggled(project: Project, item: WorkItem, value: str) -> list[str]:
    """With the label, or without it if it is there."""
    label = value.lower()
    return [one for one in item.labels if one != label] if label in item.labels else [*item.labels, label]


READS: dict[str, tuple[str, Callable[[Project, WorkItem, str], Any]]] = {
    "priority": ("priority", _priority),
    "assignee": ("assignee", _assignee),
    "sprint": ("sprint", _sprint),
    "labels": ("labels", _toggled),
}
"""The item's field, and its value as what was chosen says it."""
