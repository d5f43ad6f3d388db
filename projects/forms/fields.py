"""What the forms share."""

from typing import Any

from django import forms


def long(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def tidy(value: Any) -> Any:
    """A whole number without its decimals."""
    if isinstance(value, list):
        return [tidy(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
