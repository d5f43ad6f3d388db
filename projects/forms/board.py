"""Forms of work items and sprints."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.models import User
from projects.enums import PRIORITIES, ItemKind
from projects.forms.fields import day, long
from projects.models import ItemStatus, ItemTemplate, Sprint


class ItemForm(forms.Form):
    title = forms.CharField(max_length=200)
    kind = forms.ChoiceField(choices=ItemKind.choices, initial=ItemKind.TASK)
    points = forms.IntegerField(min_value=0, max_value=100, required=False)
    assignee = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Nobody yet")
    sprint = forms.ModelChoiceField(queryset=Sprint.objects.none(), required=False, empty_label="Backlog")
    description = forms.CharField(required=False, widget=long())

    def __init__(self, *args: Any, people: "QuerySet[User]", sprints: "QuerySet[Sprint]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = people  # type: ignore[attr-defined]
        self.fields["sprint"].queryset = sprints  # type: ignore[attr-defined]


class NewItemForm(ItemForm):
    template = forms.ModelChoiceField(
        queryset=ItemTemplate.objects.none(), required=False, empty_label="Nothing", label="Begin with"
    )

    field_order = ("template",)

    def __init__(self, *args: Any, templates: "QuerySet[ItemTemplate]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = templates  # type: ignore[attr-defined]


class ItemChangeForm(ItemForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ManyItemsForm(forms.Form):
    """What is changed in each item that is chosen; what is left empty stays as it is."""

    state = forms.ChoiceField(required=False, label="Status")
    priority = forms.ChoiceField(
        required=False, choices=[("", "Priority"), *((word, one.label) for word, one in PRIORITIES.items())]
    )
    assignee = forms.ChoiceField(required=False)
    sprint = forms.ChoiceField(required=False)
    add_labels = forms.CharField(
        required=False,
        max_length=40,
        label="Add label",
        widget=forms.TextInput(attrs={"placeholder": "Add label", "autocomplete": "off"}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        statuses: Iterable[ItemStatus],
        people: Iterable[User],
        sprints: Iterable[Sprint],
    ) -> None:
        super().__init__(data, auto_id="many-%s")
        self.people = {one.username: one for one in people}
        self.sprints = {str(one.number): one for one in sprints}
        self._offer("state", "Status", ((one.key, one.name) for one in statuses))
        self._offer(
            "assignee", "Assignee", [("none", "Nobody"), *((key, str(one)) for key, one in self.people.items())]
        )
        self._offer("sprint", "Sprint", [("none", "Backlog"), *((key, str(one)) for key, one in self.sprints.items())])

    def _offer(self, name: str, label: str, choices: Iterable[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", label), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if not any(self.cleaned_data.values()) and not self.errors:
            raise forms.ValidationError("Say what to change: status, priority, assignee, sprint or label.")
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """As `change_items` takes them."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        found: dict[str, Any] = {"state": given["state"]} if "state" in given else {}
        if "priority" in given:
            found["priority"] = PRIORITIES[given["priority"]].value
        if "assignee" in given:
            found["assignee"] = self.people.get(given["assignee"])
        if "sprint" in given:
            found["sprint"] = self.sprints.get(given["sprint"])
        if "add_labels" in given:
            found["add_labels"] = [given["add_labels"]]
        return found


class RequestForm(forms.Form):
    title = forms.CharField(max_length=200, label="What do you need?")
    description = forms.CharField(required=False, widget=long(), label="What would be better with it?")


class DeclineForm(forms.Form):
    reason = forms.CharField(
        max_length=500, label="Why not", widget=forms.TextInput(attrs={"placeholder": "Why not", "autocomplete": "off"})
    )

    def __init__(self, data: Any = None, *, number: int) -> None:
        super().__init__(data, auto_id=f"decline-{number}-%s")
        self.number = number


class SprintForm(forms.Form):
    goal = forms.CharField(max_length=200, help_text="What will be true when it ends.")
    start_date = day("First day")
    end_date = day("Last day")

    @staticmethod
    def two_weeks_from(today: date) -> dict[str, str]:
        return {"start_date": today.isoformat(), "end_date": (today + timedelta(days=13)).isoformat()}


class CloseSprintForm(forms.Form):
    carry_to = forms.ModelChoiceField(
        queryset=Sprint.objects.none(),
        required=False,
        empty_label="Back to the backlog",
        label="What is still open goes to",
    )

    def __init__(self, *args: Any, sprints: "QuerySet[Sprint]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["carry_to"].queryset = sprints  # type: ignore[attr-defined]
