"""Forms of the risk register."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from core.models import User
from projects.enums import ControlKind, ControlState, Knowledge, Operator, RiskCategory, RiskPhase, TreatmentKind
from projects.forms.fields import day, long
from projects.risk_matrix import IMPACTS, LIKELIHOODS


def _anchored(anchors: dict[int, str], **kwargs: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(coerce=int, choices=[(n, f"{n}: {said}") for n, said in anchors.items()], **kwargs)


def _perhaps(anchors: dict[int, str], label: str) -> forms.TypedChoiceField:
    choices = [("", "Not set"), *((n, f"{n}: {said}") for n, said in anchors.items())]
    return forms.TypedChoiceField(coerce=int, choices=choices, required=False, empty_value=None, label=label)


def _amount(label: str, **kwargs: Any) -> forms.FloatField:
    return forms.FloatField(required=False, label=label, widget=forms.NumberInput(attrs={"step": "any"}), **kwargs)


class OwnedForm(forms.Form):
    """A form with an owner out of the project's people."""

    owner = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Nobody yet")

    def __init__(self, *args: Any, people: "QuerySet[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class RiskForm(OwnedForm):
    title = forms.CharField(max_length=200, label="Risk", help_text="In a few words.")
    cause = forms.CharField(required=False, widget=long(2), help_text="Because of what.")
    event = forms.CharField(required=False, widget=long(2), help_text="What may happen.")
    consequence = forms.CharField(required=False, widget=long(2), help_text="And then.")
    phase = forms.ChoiceField(choices=RiskPhase.choices, label="Belongs to")
    category = forms.ChoiceField(choices=[("", "Not set"), *RiskCategory.choices], required=False)
    likelihood = _anchored(LIKELIHOODS, initial=3)
    impact = _anchored(IMPACTS, initial=3)
    knowledge = forms.ChoiceField(
        choices=Knowledge.choices,
        initial=Knowledge.MEDIUM,
        label="What this rests on",
        help_text="Weak knowledge shows the risk one level higher.",
    )


class RiskChangeForm(RiskForm):
    inherent_likelihood = _anchored(LIKELIHOODS, label="Inherent likelihood", help_text="Before anything is done.")
    inherent_impact = _anchored(IMPACTS, label="Inherent impact")
    target_likelihood = _perhaps(LIKELIHOODS, "Target likelihood")
    target_impact = _perhaps(IMPACTS, "Target impact")
    affected = forms.CharField(required=False, widget=long(2), label="What and whom it hits")
    frequency = _amount("Comes true so often a year", help_text="0.2 is once in five years.")
    loss_low = _amount("Costs each time from", help_text="Nine of ten cases lie in between.")
    loss_high = _amount("Up to")
    treatment_kind = forms.ChoiceField(
        choices=[("", "Not decided"), *TreatmentKind.choices], required=False, label="Treatment"
    )
    treatment = forms.CharField(required=False, widget=long(2), label="What is done about it")
    next_review_date = day(required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why: of a treatment, a gate."""

    text = forms.CharField(widget=long(2), max_length=4000)


class AcceptanceForm(ReasonForm):
    text = forms.CharField(widget=long(2), max_length=4000, label="Why")
    until = day(required=False)


class ControlForm(OwnedForm):
    title = forms.CharField(max_length=200, label="Control", help_text="What holds the risk in check.")
    kind = forms.ChoiceField(choices=ControlKind.choices)
    state = forms.ChoiceField(choices=ControlState.choices)
    evidence = forms.CharField(max_length=500, required=False, help_text="An address where it can be seen.")


class ControlStateForm(forms.Form):
    state = forms.ChoiceField(choices=ControlState.choices)


class IndicatorForm(forms.Form):
    """What a risk is bound to; metrics and subjects are those that are measured in the project."""

    metric = forms.ChoiceField(choices=[])
    subject = forms.ChoiceField(choices=[], label="Of")
    operator = forms.ChoiceField(choices=Operator.choices, label="Breached when it is")
    threshold = forms.FloatField()
    window_seconds = forms.IntegerField(label="Over the last seconds", initial=3600)
    breach_likelihood = _anchored(LIKELIHOODS, label="A breach makes it", initial=4)

    def __init__(self, *args: Any, metrics: list[tuple[str, str]], subjects: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = metrics  # type: ignore[attr-defined]
        self.fields["subject"].choices = [(name, name) for name in subjects]  # type: ignore[attr-defined]
