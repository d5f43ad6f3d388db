"""Forms of a project's own statuses, fields, templates of items and saved views."""

from typing import Any

from django import forms

from projects.enums import PRIORITIES, Discipline, FieldType, ItemKind, ItemState, Layout, Priority
from projects.forms.fields import long
from projects.forms.item_details import ESTIMATE
from projects.models import ItemField, ItemStatus, ItemTemplate, SavedView


class StatusForm(forms.Form):
    name = forms.CharField(max_length=40)
    wip_limit = forms.IntegerField(required=False, min_value=1, max_value=999, label="At most")

    @classmethod
    def of(cls, status: ItemStatus, data: Any = None) -> "StatusForm":
        initial = {"name": status.name, "wip_limit": status.wip_limit}
        return cls(data, initial=initial, auto_id=f"status-{status.key}-%s")


class NewStatusForm(StatusForm):
    group = forms.ChoiceField(choices=ItemState.choices, help_text="It cannot be changed later.")

    field_order = ("group", "name", "wip_limit")


class FieldForm(forms.Form):
    name = forms.CharField(max_length=40)
    choices = forms.CharField(required=False, widget=long(2), help_text="One on each line.")

    @classmethod
    def of(cls, field: ItemField, data: Any = None) -> "FieldForm":
        initial = {"name": field.name, "choices": "\n".join(field.choices)}
        form = cls(data, initial=initial, auto_id=f"field-{field.key}-%s")
        if field.type != FieldType.CHOICE:
            del form.fields["choices"]
        return form

    def clean_choices(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()]


class NewFieldForm(FieldForm):
    type = forms.ChoiceField(choices=FieldType.choices, help_text="It cannot be changed later.")
    choices = forms.CharField(required=False, widget=long(2), help_text="Of a choice: one on each line.")

    field_order = ("name", "type", "choices")


class TemplateNameForm(forms.Form):
    name = forms.CharField(max_length=60, label="Name of the template")


class TemplateForm(TemplateNameForm):
    """`values` gives them as `save_template` takes them; what the form does not show stays as it was."""

    title = forms.CharField(max_length=200, required=False, label="Title begins with")
    kind = forms.ChoiceField(choices=ItemKind.choices, initial=ItemKind.TASK, label="Type")
    priority = forms.TypedChoiceField(choices=Priority.choices, coerce=int, initial=Priority.NONE)
    points = forms.IntegerField(min_value=0, max_value=100, required=False, help_text="Where no discipline estimates.")
    labels = forms.CharField(required=False, max_length=800, help_text="With commas between them.")
    time_box_days = forms.IntegerField(required=False, min_value=1, max_value=365, label="Time box, days")
    description = forms.CharField(required=False, widget=long())
    hypothesis = forms.CharField(required=False, widget=long(2))

    def __init__(self, data: Any = None, *, template: ItemTemplate | None = None) -> None:
        self.kept: dict[str, Any] = dict(template.values) if template else {}
        initial = self.kept | {"labels": ", ".join(self.kept.get("labels", []))}
        initial |= {ESTIMATE + name: points for name, points in self.kept.get("estimates", {}).items()}
        initial |= {"name": template.name} if template else {}
        super().__init__(data, initial=initial, auto_id=f"template-{template.pk if template else 'new'}-%s")
        for name, label in Discipline.choices:
            self.fields[ESTIMATE + name] = forms.IntegerField(required=False, min_value=0, max_value=100, label=label)

    def differing(self) -> list[dict[str, str]]:
        """Where what was typed is not what the template says."""
        found = [(str(one.label), _read_out(one, one.initial), _read_out(one, one.value())) for one in self]
        return [{"label": label, "theirs": theirs, "yours": yours} for label, theirs, yours in found if theirs != yours]

    def estimates(self) -> list[forms.BoundField]:
        return [self[ESTIMATE + name] for name in Discipline.values]

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        estimates = {name: given[ESTIMATE + name] for name in Discipline.values if given[ESTIMATE + name] is not None}
        plain = ("title", "kind", "priority", "time_box_days", "description", "hypothesis")
        values = self.kept | {name: given[name] for name in plain}
        values |= {"labels": [one.strip() for one in given["labels"].split(",") if one.strip()]}
        values |= {"estimates": estimates, "points": None if estimates else given["points"]}
        return {name: value for name, value in values.items() if value not in (None, "", [], {})}


class ViewForm(forms.Form):
    name = forms.CharField(max_length=60)
    is_shared = forms.BooleanField(required=False, label="Shared")

    @classmethod
    def of(cls, view: SavedView, data: Any = None) -> "ViewForm":
        return cls(data, initial={"name": view.name, "is_shared": view.is_shared}, auto_id=f"view-{view.pk}-%s")


class NewViewForm(ViewForm):
    """A view to keep: the look at the items as the page has it, under a name."""

    is_shared = forms.BooleanField(required=False, label="Share it with everybody in the project")
    layout = forms.ChoiceField(choices=Layout.choices, widget=forms.HiddenInput)
    query = forms.CharField(required=False, widget=forms.HiddenInput)


def _read_out(bound: forms.BoundField, value: Any) -> str:
    words = {str(key): label for key, label in getattr(bound.field, "choices", [])}
    said = "" if value is None else "\n".join(str(value).splitlines())
    return str(words.get(said, said)) or "empty"


def said_of(values: dict[str, Any]) -> list[str]:
    """What a template says, in words."""
    points = values.get("points") or sum(values.get("estimates", {}).values())
    words = {one.value: one.label for one in PRIORITIES.values()}
    return [
        *([str(dict(ItemKind.choices).get(values["kind"], values["kind"]))] if values.get("kind") else []),
        *([str(words[values["priority"]])] if values.get("priority") in words and values["priority"] else []),
        *([f"{points} point{'s' * (points != 1)}"] if points else []),
        *([f"{values['time_box_days']} days"] if values.get("time_box_days") else []),
        *(f"#{label}" for label in values.get("labels", [])),
    ]
