"""Forms of assumptions."""

from collections.abc import Iterable
from typing import Any

from django import forms

from projects.enums import AssumptionState, Importance
from projects.forms.dossier import StudioForm
from projects.forms.fields import long


class AssumptionForm(StudioForm):
    optional = ("owner", "test", "spike", "item", "experiment")

    text = forms.CharField(max_length=1000, widget=long(2), label="What we assume")
    importance = forms.ChoiceField(choices=Importance.choices, label="If it is wrong")
    owner = forms.TypedChoiceField(required=False, empty_value=None, label="Whose it is")
    test = forms.CharField(required=False, max_length=1000, widget=long(2), label="How it will be found out")
    spike = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Spike that tests it")
    item = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Card that tests it")
    experiment = forms.CharField(
        required=False, max_length=200, label="Experiment that tests it", help_text="Its name, as runs log to it."
    )

    def __init__(
        self,
        *args: Any,
        people: Iterable[tuple[str, str]] = (),
        spikes: Iterable[tuple[int, str]] = (),
        items: Iterable[tuple[int, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", "Nobody yet"), *people]  # type: ignore[attr-defined]
        self.fields["spike"].choices = [("", "None"), *spikes]  # type: ignore[attr-defined]
        self.fields["item"].choices = [("", "None"), *items]  # type: ignore[attr-defined]


class NewAssumptionForm(forms.Form):
    text = forms.CharField(max_length=1000, widget=long(2), label="What we assume")
    importance = forms.ChoiceField(choices=Importance.choices, initial=Importance.MEDIUM, label="If it is wrong")


class SettleForm(forms.Form):
    state = forms.ChoiceField(choices=AssumptionState.choices, label="It is")
    finding = forms.CharField(max_length=4000, widget=long(2), label="What was found, and where")
