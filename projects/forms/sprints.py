"""Forms of a sprint's plan and of its review."""

import re
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.errors import DomainError, FieldError
from core.models import User
from projects.enums import CardKind, Discipline, SprintVerdict
from projects.forms.board import SprintForm
from projects.forms.fields import Rows, long


class SprintChangeForm(SprintForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class CapacityForm(forms.Form):
    """One person in one discipline; without points the row says nothing, and points are somebody's."""

    user = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Nobody", label="Person")
    discipline = forms.ChoiceField(choices=Discipline.choices, required=False)
    points = forms.IntegerField(min_value=0, max_value=200, required=False)
    days_off = forms.IntegerField(min_value=0, max_value=61, required=False, label="Days off")

    def __init__(self, *args: Any, people: "QuerySet[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        read = self.cleaned_data
        if read.get("points") is not None:
            self._ask_for("user", f"Say whose points these are: got {read['points']} of nobody.")
            self._ask_for("discipline", "Say which discipline the points are of.")
        return read

    def _ask_for(self, name: str, said: str) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, said)

    @property
    def row(self) -> dict[str, Any] | None:
        read = self.cleaned_data
        if read.get("points") is None:
            return None
        return {**read, "days_off": read.get("days_off") or 0}


class _CapacityForms(Rows):
    def saying(self) -> list[CapacityForm]:
        """The rows that say something, in the order in which `set_capacity` is given them."""
        return [form for form in self if form.row]

    def show(self, error: DomainError) -> None:
        """Put a refusal on the row that it names, as `rows[1].points`, or on the first."""
        said = self.saying()
        for one in error.errors or [FieldError("", error.code, error.message)]:
            found = _OF_ROW.match(one.field)
            form = said[int(found["row"])] if found else self.forms[0]
            name = found["name"] if found else None
            form.add_error(name if name in form.fields else None, one.message)


_OF_ROW = re.compile(r"rows\[(?P<row>\d+)\](\.(?P<name>\w+))?")
CapacityForms = forms.formset_factory(
    CapacityForm, formset=_CapacityForms, extra=0, max_num=100, absolute_max=101, validate_max=True
)


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
