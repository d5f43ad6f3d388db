"""Forms of the risk register."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from core.models import User
from projects.enums import RiskPhase
from projects.forms.fields import long
from projects.risk_matrix import IMPACTS, LIKELIHOODS


class RiskForm(forms.Form):
    title = forms.CharField(max_length=200, label="Risk", help_text="What may happen.")
    cause = forms.CharField(required=False, widget=long(2), help_text="Because of what.")
    consequence = forms.CharField(required=False, widget=long(2), help_text="And then.")
    phase = forms.ChoiceField(choices=RiskPhase.choices, label="Belongs to")
    likelihood = forms.TypedChoiceField(
        coerce=int, choices=[(n, f"{n}: {said}") for n, said in LIKELIHOODS.items()], initial=3
    )
    impact = forms.TypedChoiceField(coerce=int, choices=[(n, f"{n}: {said}") for n, said in IMPACTS.items()], initial=3)
    owner = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Nobody yet")

    def __init__(self, *args: Any, people: "QuerySet[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class RiskChangeForm(RiskForm):
    treatment = forms.CharField(required=False, widget=long(2), help_text="What is done about it.")
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why: of a treatment, an acceptance, a gate."""

    text = forms.CharField(widget=long(2), max_length=4000)
