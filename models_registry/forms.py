"""Forms of models, reviews and deployments. What a value may be is said in the operations; forms only shape it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from experiments.models import DatasetVersion
from models_registry import signatures
from models_registry.models import Deployment


def _long(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ProposeForm(forms.Form):
    name = forms.CharField(
        max_length=250, label="Model", help_text="An existing name makes its next version, a new one its first."
    )
    description = forms.CharField(
        required=False, widget=_long(), label="What is new about this version", help_text="For whoever reviews it."
    )


class ReviewForm(forms.Form):
    reason = forms.CharField(required=False, widget=_long(), label="Why it should serve")
    deployment = forms.ModelChoiceField(
        queryset=Deployment.objects.none(),
        required=False,
        empty_label="None yet: it is deployed by hand",
        label="Serves once approved",
    )

    def __init__(self, *args: Any, deployments: "QuerySet[Deployment]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deployment"].queryset = deployments  # type: ignore[attr-defined]


class EvaluationForm(forms.Form):
    dataset = forms.ModelChoiceField(
        queryset=DatasetVersion.objects.none(),
        label="Data",
        empty_label=None,
        help_text="A quarter of the rows is held out by their content, as every training here does.",
    )
    target = forms.CharField(max_length=200, strip=False, label="Target", help_text="The column that it predicts.")

    def __init__(self, *args: Any, versions: "QuerySet[DatasetVersion]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dataset"].queryset = versions  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    comment = forms.CharField(
        widget=_long(4), label="Why, for the record", help_text="Kept with the decision, in the audit chain."
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    evidence = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class DeployForm(forms.Form):
    name = forms.CharField(
        max_length=60, label="Deployment", help_text="Part of the address: small letters, digits and dashes."
    )


class AliasForm(forms.Form):
    alias = forms.CharField(max_length=255, help_text="champion and production are for approved versions.")


class PauseForm(forms.Form):
    reason = forms.CharField(widget=_long(2), help_text="Callers get 503 until it is resumed.")
    version = forms.IntegerField(widget=forms.HiddenInput)


class RetireForm(forms.Form):
    reason = forms.CharField(label="Why")


class RowForm(forms.Form):
    """One row, a field for each column that the model takes, filled with an example."""

    def __init__(self, *args: Any, signature: dict[str, Any] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        example = signatures.example_row(signature)
        self._kinds = {}
        for number, column in enumerate(signatures.inputs_of(signature)):
            name = str(column["name"])
            self._kinds[f"c{number}"] = (name, column["kind"])
            self.fields[f"c{number}"] = _field(column, example[name])

    def row(self) -> dict[str, Any]:
        """The row as JSON would carry it; what cannot be read stays text, for the model's own check to name."""
        return {name: _value(self.cleaned_data[field], kind) for field, (name, kind) in self._kinds.items()}


def _field(column: dict[str, Any], example: Any) -> forms.Field:
    label, known = str(column["name"]), column.get("categories")
    given: dict[str, Any] = {
        "label": label,
        "required": not column.get("nullable"),
        "initial": example,
        "help_text": _range(column),
    }
    if column["kind"] == "boolean":
        return forms.ChoiceField(choices=_choices(["false", "true"]), **given | {"initial": "false"})
    if known and len(known) <= 30:
        return forms.ChoiceField(choices=_choices(known), **given)
    return forms.CharField(**given)


def _choices(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


def _range(column: dict[str, Any]) -> str:
    low, high = column.get("low"), column.get("high")
    return "" if low is None or high is None else f"{low:g} to {high:g} in training"


def _value(text: str, kind: str) -> Any:
    if text == "":
        return None
    if kind == "boolean":
        return text == "true"
    if kind not in ("numeric", "integer", "any"):
        return text
    try:
        return int(text) if kind == "integer" else float(text)
    except ValueError:
        return text
