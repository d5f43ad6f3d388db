"""One field of a card, changed in place: it takes effect unless somebody changed the same field meanwhile."""

import re
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from core.errors import DomainError, NotFound
from core.pages import now, user_of
from projects import operations, queries
from projects.forms.items_in_place import FIELDS, ItemInPlaceForm, label_of, value_of
from projects.models import Project, WorkItem
from projects.operations import Overtaken
from projects.pages import project_page
from projects.views.board import once_beneath, place_of, plan_back

LOOKS_LIKE_ID = re.compile(r"[0-9]{1,18}")


@project_page
@require_POST
def field(request: HttpRequest, project: Project, number: int, name: str) -> HttpResponse:
    """Takes `value` and `was`, what the page showed. Answers value and label as they are now; 409 with the values of
    both when somebody was faster, else the sentence of what was refused. Of the sprint and the status it answers as
    well the `lane` and the cards `below` that put the card back to its place when they are sent with the undo."""
    if name not in FIELDS:
        raise NotFound(f"A card has no field {name[:40]!r} that is changed in place.")
    item = queries.item(project, number)
    asked = ItemInPlaceForm(project, item).fields[name]
    try:
        value = asked.clean(request.POST.get("value", ""))
    except forms.ValidationError as exc:
        return JsonResponse({"detail": f"{asked.label or name.capitalize()}: {' '.join(exc.messages)}"}, status=422)
    seen = _read(asked, request.POST.get("was", ""))
    place = place_of(item) if name in ("sprint", "status") else {}
    try:
        _change(request, item, name, value, seen)
    except Overtaken:
        return JsonResponse(_both(project, item, asked, name, value), status=409)
    except DomainError as exc:
        return JsonResponse({"detail": exc.message}, status=exc.status)
    return JsonResponse(_said(asked, value) | place)


def _change(request: HttpRequest, item: WorkItem, name: str, value: Any, seen: Any) -> None:
    who: dict[str, Any] = {"seen": {name: seen}, "by": user_of(request), "now": now()}
    if name == "status":
        operations.move_item(item=item, state=value, below=once_beneath(request, item.project), **who)
    elif name == "sprint" and "below" in request.POST:
        plan_back(request, item, value, **who)
    else:
        operations.revise_item(item=item, values={name: value}, **who)


def _read(asked: forms.Field, text: str) -> Any:
    """What the page showed: also what no longer can be chosen, such as who left the team or a closed sprint."""
    try:
        return asked.clean(text)
    except forms.ValidationError:
        return _once_chosen(asked, text) or text


def _once_chosen(asked: forms.Field, text: str) -> Model | None:
    if not isinstance(asked, forms.ModelChoiceField) or asked.queryset is None or not LOOKS_LIKE_ID.fullmatch(text):
        return None
    found: Model | None = asked.queryset.model._default_manager.filter(pk=int(text)).first()
    return found


def _said(asked: forms.Field, value: Any) -> dict[str, str]:
    return {"value": str(asked.prepare_value(value) if value is not None else ""), "label": label_of(asked, value)}


def _both(project: Project, item: WorkItem, asked: forms.Field, name: str, mine: Any) -> dict[str, Any]:
    current = queries.item(project, item.number)
    by = queries.last_changed_by(current) or "Somebody"
    theirs = _said(asked, value_of(current, name))
    return {"detail": f"{by} changed this meanwhile.", "mine": _said(asked, mine), "theirs": theirs}
