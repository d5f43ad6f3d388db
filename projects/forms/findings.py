"""Forms of findings."""

from django import forms

from projects.enums import Severity
from projects.forms.fields import day, long
from projects.forms.risks import OwnedForm


class FindingForm(OwnedForm):
    title = forms.CharField(max_length=200, label="Finding", help_text="What was found wrong.")
    detail = forms.CharField(required=False, widget=long(2))
    severity = forms.ChoiceField(choices=Severity.choices, initial=Severity.MEDIUM)
    due_date = day("Due", required=False)


class FindingChangeForm(FindingForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class NewFindingForm(FindingForm):
    about = forms.ChoiceField(choices=[], help_text="The project, or one of its risks.")
