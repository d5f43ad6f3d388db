"""Forms. What a value may be is said in the operations and the registry of estimators; forms only shape it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from experiments.models import DatasetVersion
from experiments.operations.trainings import MAX_MEMORY_MB, MAX_SECONDS, MIN_MEMORY_MB, MIN_SECONDS
from experiments.training import ESTIMATORS, Param


class UploadForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        label="Dataset",
        help_text="A new name begins a dataset; a known one gets its next version.",
        widget=forms.TextInput(attrs={"placeholder": "transactions", "list": "datasets"}),
    )
    file = forms.FileField(max_length=200, allow_empty_file=True, label="File")
    note = forms.CharField(max_length=200, required=False, label="What changed")


class ReproduceForm(forms.Form):
    relative_tolerance = forms.FloatField(
        initial=1e-9, min_value=0, max_value=1, help_text="Of the larger of the two values."
    )
    absolute_tolerance = forms.FloatField(initial=0, min_value=0, help_text="Whichever of both allows more counts.")


class TrainForm(forms.Form):
    """One training. Its targets follow from the version chosen, and its settings from the estimator chosen."""

    version = forms.ChoiceField(label="Data")
    target = forms.ChoiceField(label="Target", help_text="The column to predict; its values are the classes.")
    estimator = forms.ChoiceField(
        choices=[(one.name, one.label) for one in ESTIMATORS.values()], widget=forms.RadioSelect
    )
    experiment = forms.CharField(max_length=500, initial="Training")
    run_name = forms.CharField(max_length=250, required=False, help_text="Empty: one is found.")
    seed = forms.IntegerField(initial=0, min_value=0)
    max_seconds = forms.IntegerField(
        initial=600,
        min_value=MIN_SECONDS,
        max_value=MAX_SECONDS,
        label="Seconds at most",
        help_text=f"{MIN_SECONDS} to {MAX_SECONDS:,}",
    )
    max_memory_mb = forms.IntegerField(
        initial=4096,
        min_value=MIN_MEMORY_MB,
        max_value=MAX_MEMORY_MB,
        label="Memory at most, MB",
        help_text=f"{MIN_MEMORY_MB:,} to {MAX_MEMORY_MB:,}",
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        versions: Sequence[DatasetVersion],
        version: DatasetVersion,
        estimator: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        names = [column["name"] for column in version.columns]
        self._choice("version").choices = [(str(one.pk), f"{one}, {one.rows:,} rows") for one in versions]
        self._choice("target").choices = [(name, name) for name in names]
        self.initial.update({"version": str(version.pk), "target": names[-1], "estimator": estimator})
        self.params = ESTIMATORS[estimator].params
        for param in self.params:
            self.fields[param.name] = setting_field(param)

    def settings(self) -> dict[str, Any]:
        """The estimator's settings, as they were typed: the registry cleans them."""
        return {param.name: self.cleaned_data[param.name] for param in self.params}

    @property
    def setting_fields(self) -> list[forms.BoundField]:
        return [self[param.name] for param in self.params]

    def _choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field


def setting_field(param: Param) -> forms.Field:
    """One setting with its range; what was typed goes to the registry as it is."""
    initial = "" if param.default is None else param.default
    shared: dict[str, Any] = {"label": param.label, "required": not param.nullable, "initial": initial}
    if param.type == "choice":
        choices = [("", "none")] if param.nullable else []
        choices += [(choice, choice) for choice in param.choices]
        return forms.ChoiceField(choices=choices, help_text=param.help, **shared)
    attrs = {"step": "1" if param.type == "int" else "any", "min": param.minimum, "max": param.maximum}
    given = {name: value for name, value in attrs.items() if value is not None}
    return forms.CharField(widget=forms.NumberInput(attrs=given), help_text=_range(param), **shared)


def _range(param: Param) -> str:
    parts = []
    if param.minimum is not None and param.maximum is not None:
        parts.append(f"{param.minimum:,.10g} to {param.maximum:,.10g}.")
    if param.help:
        parts.append(param.help)
    return " ".join(parts)


class ConnectForm(forms.Form):
    label = forms.CharField(max_length=120, initial="My notebook", label="What it is for")
    days = forms.IntegerField(min_value=1, max_value=365, initial=90, label="Days until it expires")
