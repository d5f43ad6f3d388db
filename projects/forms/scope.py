"""The form of what is promised."""

from typing import Any

from django import forms

from projects.forms.fields import long
from projects.models import Scope


class ScopeForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.CharField(
        required=False,
        widget=long(),
        label="Decision and action",
        help_text="Who does what differently, how often, with which deadline.",
    )
    metric = forms.CharField(max_length=60, required=False, help_text="For example average_precision.")
    direction = forms.ChoiceField(choices=Scope.Direction.choices, label="Which way is better")
    baseline = forms.FloatField(required=False, label="Today's value", help_text="Measured, not remembered.")
    baseline_source = forms.CharField(
        required=False, widget=long(2), label="Source of today's value", help_text="On which data, when, which query."
    )
    minimal_useful = forms.FloatField(
        required=False, label="Minimal useful value", help_text="Below this it is not worth running."
    )
    benefit_low = forms.DecimalField(required=False, max_digits=14, decimal_places=2, label="Lowest benefit a year")
    benefit_high = forms.DecimalField(required=False, max_digits=14, decimal_places=2, label="Highest benefit a year")
    cost_low = forms.DecimalField(required=False, max_digits=14, decimal_places=2, label="Lowest cost a year")
    cost_high = forms.DecimalField(required=False, max_digits=14, decimal_places=2, label="Highest cost a year")
    precedent = forms.CharField(
        required=False,
        widget=long(2),
        label="Precedent",
        help_text="The nearest finished project, and what it really took.",
    )
    precedent_difference = forms.CharField(
        required=False, widget=long(2), label="Where ours is harder", help_text="What the precedent did not have."
    )

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def as_asked(self) -> "ScopeForm":
        """For showing: a draft may leave anything out, but nothing here is optional, since the gate asks for it."""
        assert self.errors is not None  # reading them decides what is wrong, before the fields ask for more
        self.use_required_attribute = False
        for field in self.fields.values():
            field.required = True
        return self
