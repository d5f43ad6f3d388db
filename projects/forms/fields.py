"""What the forms share."""

from typing import Any

from django import forms

from projects.operations.values import FIRST_DAY, LAST_DAY


def long(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def day(label: str | None = None, *, required: bool = True) -> forms.DateField:
    bounds = {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
    return forms.DateField(required=required, label=label, widget=forms.DateInput(attrs={"type": "date"} | bounds))


def tidy(value: Any) -> Any:
    """A whole number without its decimals."""
    if isinstance(value, list):
        return [tidy(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
