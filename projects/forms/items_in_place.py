"""The fields of a card that are changed in place, one at a time."""

from typing import Any

from django import forms

from projects import queries
from projects.enums import Priority
from projects.forms.board import ItemForm
from projects.models import Project, WorkItem

FIELDS = ("title", "kind", "priority", "assignee", "sprint", "points", "description")
NOTHING = {"assignee": "Nobody yet", "sprint": "Backlog", "points": "Not estimated", "description": "Nothing said yet"}


class ItemInPlaceForm(ItemForm):
    priority = forms.TypedChoiceField(choices=Priority.choices, coerce=int)

    def __init__(self, project: Project, item: WorkItem | None = None) -> None:
        people = queries.people(project)
        sprints = queries.sprints_for(item) if item else queries.open_sprints(project)
        given = {name: getattr(item, name) for name in FIELDS} if item else None
        super().__init__(people=people, sprints=sprints, initial=given, prefix="in-place")

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


def label_of(field: forms.Field, value: Any) -> str:
    """The value as people read it."""
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return "" if value is None else str(value)
