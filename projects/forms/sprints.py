"""Forms of a sprint's plan and of its review."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from core.models import User
from projects.enums import CardKind, Discipline, SprintVerdict
from projects.forms.board import SprintForm
from projects.forms.fields import long


class SprintChangeForm(SprintForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class CapacityForm(forms.Form):
    """One person in one discipline; without points the row says nothing."""

    user = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Nobody", label="Person")
    discipline = forms.ChoiceField(choices=Discipline.choices, required=False)
    points = forms.IntegerField(min_value=0, max_value=200, required=False)
    days_off = forms.IntegerField(min_value=0, max_value=61, required=False, label="Days off")

    def __init__(self, *args: Any, people: "QuerySet[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people  # type: ignore[attr-defined]

    @property
    def row(self) -> dict[str, Any] | None:
        read = self.cleaned_data
        if not read.get("user") or read.get("points") is None:
            return None
        return {**read, "days_off": read.get("days_off") or 0}


CapacityForms = forms.formset_factory(CapacityForm, extra=0, max_num=100, validate_max=True)


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(choices=SprintVerdict.choices)
    note = forms.CharField(required=False, max_length=2000, widget=long(), label="Why")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CardForm(forms.Form):
    kind = forms.ChoiceField(choices=CardKind.choices, label="What it is")
    text = forms.CharField(max_length=500, label="Card")


class LinkForm(forms.Form):
    label = forms.CharField(max_length=80, label="For whom")
    days = forms.IntegerField(min_value=1, max_value=90, initial=14, label="Open for how many days")
