"""The form of a project's health."""

from django import forms

from projects.enums import Health
from projects.forms.fields import long


class HealthForm(forms.Form):
    light = forms.ChoiceField(choices=Health.choices, label="How is it?")
    note = forms.CharField(max_length=500, required=False, widget=long(), help_text="Why, where it is not green.")
