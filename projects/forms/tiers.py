"""The form of a classification: one field for each question of the regime."""

from typing import Any

from django import forms

from projects.forms.fields import long
from projects.models import Classification
from projects.regimes import NO, YES, Question, Regime
from projects.tiering import AUTOMATIONS, EXPOSURES


class ClassificationForm(forms.Form):
    exposure = forms.TypedChoiceField(
        coerce=int, choices=[(n, f"{n}: {said}") for n, said in EXPOSURES.items()], label="At stake"
    )
    automation = forms.TypedChoiceField(
        coerce=int, choices=[(n, f"{n}: {said}") for n, said in AUTOMATIONS.items()], label="How far it acts by itself"
    )
    is_complex = forms.BooleanField(
        required=False, label="Opaque, changing by itself, or of a third party", help_text="Raises the tier by one."
    )
    population = forms.CharField(required=False, widget=long(2), label="Who is affected")
    derogates = forms.BooleanField(required=False)
    note = forms.CharField(widget=long(4), max_length=4000, label="Why these answers")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, regime: Regime, last: Classification | None) -> None:
        super().__init__(data, initial=_initial(last))
        self.questions = regime.questions
        for question in regime.questions:
            self.fields[question.key] = _field(question)
        if regime.derogation is None:
            del self.fields["derogates"]
        else:
            self.fields["derogates"].label = f"{regime.derogation.citation}: {regime.derogation.text}"

    def asked(self) -> list[Any]:
        """The bound fields of the questions, in their order."""
        return [self[question.key] for question in self.questions]

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        values = dict(self.cleaned_data)
        answers = {question.key: values.pop(question.key) for question in self.questions}
        values["expected_version"] = values.pop("version")
        return values | {"answers": {key: said for key, said in answers.items() if said}}


def _field(question: Question) -> forms.ChoiceField:
    lifted = [(one.key, f"Yes, but {_lower(one.text)} ({one.citation})") for one in question.exceptions]
    return forms.ChoiceField(
        label=question.text,
        help_text=question.citation,
        choices=[(NO, "No"), (YES, "Yes"), *lifted],
        widget=forms.RadioSelect,
        required=False,
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


def _initial(last: Classification | None) -> dict[str, Any]:
    if last is None:
        return {"version": 0}
    names = ("exposure", "automation", "is_complex", "population", "derogates", "note")
    return last.answers | {name: getattr(last, name) for name in names} | {"version": last.number}
