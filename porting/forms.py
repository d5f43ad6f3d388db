"""The forms of an import. What a source may be is said in the operations; forms only shape it."""

from collections.abc import Sequence
from typing import Any

from django import forms


class ServerForm(forms.Form):
    url = forms.CharField(
        max_length=500,
        label="Address",
        help_text="What MLFLOW_TRACKING_URI is set to.",
        widget=forms.TextInput(attrs={"placeholder": "https://mlflow.example.com"}),
    )
    username = forms.CharField(
        max_length=2000, required=False, label="User", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        max_length=2000,
        required=False,
        strip=False,
        label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    token = forms.CharField(
        max_length=2000,
        required=False,
        label="Or a token",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class ArchiveForm(forms.Form):
    file = forms.FileField(
        max_length=200, label="File", help_text="A zip or tar.gz of a directory with mlruns, mlartifacts or mlflow.db."
    )


class ExportForm(forms.Form):
    experiments = forms.MultipleChoiceField(
        required=False,
        label="Experiments",
        help_text="None chosen: all, with everything that is registered.",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any, *, names: Sequence[str]) -> None:
        super().__init__(data)
        self.fields["experiments"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
