"""Forms of spikes, kill criteria and objections."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from core.models import User
from projects.forms.dossier import StudioForm
from projects.forms.fields import day, long

_BETTER = (("True", "Higher is better"), ("False", "Lower is better"))


def _is_true(value: str) -> bool:
    return value == "True"


class SpikeForm(StudioForm):
    optional = ("dataset",)

    title = forms.CharField(max_length=200, label="Spike")
    hypothesis = forms.CharField(required=False, widget=long(2), label="Hypothesis")
    days = forms.IntegerField(label="Time box, days", help_text="From the lock on; at most 28.")
    spending_cap = forms.FloatField(label="Spending cap")
    experiment = forms.CharField(
        max_length=200, label="Experiment", help_text="Every run in it counts that begins after the lock."
    )
    dataset = forms.CharField(
        required=False, max_length=120, label="Dataset version", help_text="As in card-transactions@v1; else any."
    )
    metric = forms.CharField(required=False, max_length=250, label="Metric", help_text="As the runs log it.")
    is_higher_better = forms.TypedChoiceField(choices=_BETTER, coerce=_is_true, label="Direction")
    proceed_at = forms.FloatField(required=False, label="Proceed from")
    kill_at = forms.FloatField(required=False, label="Kill beyond", help_text="Between the two: pivot.")
    least_runs = forms.IntegerField(label="Runs at least", help_text="Fewer say nothing.")


class StopForm(forms.Form):
    comment = forms.CharField(widget=long(2), label="Why it stops without a result")


class CriterionForm(forms.Form):
    text = forms.CharField(widget=long(2), label="What has to be so")
    due_date = day("By")
    decider = forms.ModelChoiceField(queryset=User.objects.none(), label="Who decides")
    metric = forms.CharField(required=False, max_length=250, label="Metric, if a run can show it")
    threshold = forms.FloatField(required=False, label="It reaches")
    is_higher_better = forms.TypedChoiceField(choices=_BETTER, coerce=_is_true, label="Direction")

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decider"].queryset = people  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=(("stop", "Stop"), ("go_on", "Go on")), label="Decision")
    reason = forms.CharField(widget=long(2), label="Why")

    def __init__(self, data: Any = None, *, number: int) -> None:
        super().__init__(data, auto_id=f"decide-{number}-%s")
        self.number = number


class ObjectionForm(forms.Form):
    text = forms.CharField(widget=long(3), label="Objections, or why there is none")
    has_none = forms.BooleanField(required=False, label="We have none")
