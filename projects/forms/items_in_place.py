"""The fields of a card that are changed in place, one at a time."""

from typing import Any

from django import forms

from projects import queries
from projects.enums import LANES, OUTSIDE_SPRINTS, Priority
from projects.forms.board import ItemForm
from projects.models import Project, WorkItem
from projects.operations.items import status_key

FIELDS = ("status", "kind", "priority", "assignee", "sprint", "points", "title", "description")
NOTHING = {"assignee": "Nobody yet", "sprint": "Backlog", "points": "Not estimated", "description": "Nothing said yet"}


class ItemInPlaceForm(ItemForm):
    status = forms.ChoiceField()
    priority = forms.TypedChoiceField(choices=Priority.choices, coerce=int)

    def __init__(self, project: Project, item: WorkItem | None = None) -> None:
        people = queries.people(project)
        sprints = queries.sprints_for(item) if item else queries.open_sprints(project)
        given = {name: value_of(item, name) for name in FIELDS} if item else None
        super().__init__(people=people, sprints=sprints, initial=given, prefix="in-place")
        self.fields["status"].choices = _statuses(project, item) if item else []  # type: ignore[attr-defined]  # a choice field

    def in_place(self) -> list[dict[str, Any]]:
        """What the page draws: each field with its value as text, as the form says it, and as people read it."""
        found = []
        for name in FIELDS:
            bound, value = self[name], self.initial.get(name)
            said = "" if value is None else str(self.fields[name].prepare_value(value))
            nothing = NOTHING.get(name, "None")
            label = label_of(self.fields[name], value) or nothing
            found.append({"name": name, "field": bound, "value": said, "label": label, "nothing": nothing})
        return found


def value_of(item: WorkItem, name: str) -> Any:
    """Where it stands is its status: one of the project's own, or the main one of its group."""
    return status_key(item) if name == "status" else getattr(item, name)


def _statuses(project: Project, item: WorkItem) -> list[tuple[str, str]]:
    """Those that it can have where it is, and the one that it has."""
    groups, here = LANES if item.sprint_id else OUTSIDE_SPRINTS, status_key(item)
    return [(one.key, one.name) for one in queries.item_statuses(project) if one.group in groups or one.key == here]


def label_of(field: forms.Field, value: Any) -> str:
    """The value as people read it."""
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return "" if value is None else str(value)
