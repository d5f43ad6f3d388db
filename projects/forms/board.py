"""Forms of work items and sprints."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.models import User
from projects.enums import ItemKind
from projects.forms.fields import long
from projects.models import ItemTemplate, Sprint


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


class RequestForm(forms.Form):
    title = forms.CharField(max_length=200, label="What do you need?")
    description = forms.CharField(required=False, widget=long(), label="What would be better with it?")


class SprintForm(forms.Form):
    goal = forms.CharField(max_length=200, help_text="What will be true when it ends.")
    start_date = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    end_date = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))

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
