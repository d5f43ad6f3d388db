"""What a project took, for the library."""

from collections.abc import Iterable
from typing import Any

from django import forms

from projects.forms.dossier import StudioForm
from projects.forms.fields import long


class OutcomeForm(StudioForm):
    optional = ("summary", "option", "metric")

    title = forms.CharField(max_length=200, label="What it was", help_text="What everybody finds it by.")
    summary = forms.CharField(required=False, widget=long(2), label="In a sentence or two", help_text="For outsiders.")
    option = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Option that was built")
    actual_effort = forms.FloatField(required=False, label="It took, person-months")
    months = forms.FloatField(required=False, label="Months to the release")
    run_cost = forms.FloatField(required=False, label="Running cost a year, as it was")
    metric = forms.CharField(required=False, max_length=250, label="Metric", help_text="As in the scope.")
    metric_reached = forms.FloatField(required=False, label="Reached")
    value_realised = forms.FloatField(required=False, label="Value realised a year")
    lessons = forms.CharField(required=False, max_length=4000, widget=long(4), label="What others should know")

    def __init__(self, *args: Any, options: "Iterable[tuple[int, str]]" = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["option"].choices = [("", "None of them"), *options]  # type: ignore[attr-defined]
