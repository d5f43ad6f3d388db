"""What the forms share."""

import re
from typing import Any

from django import forms
from django.forms.formsets import TOTAL_FORM_COUNT

from projects.operations.values import FIRST_DAY, LAST_DAY


def long(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def day(label: str | None = None, *, required: bool = True) -> forms.DateField:
    bounds = {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
    return forms.DateField(required=required, label=label, widget=forms.DateInput(attrs={"type": "date"} | bounds))


class Rows(forms.BaseFormSet):
    """Rows that take the place of all that stood there: taken as a whole or not at all. Our pages send one row at
    least, and as many as they announce; what came otherwise was cut off or made up, and would take rows out."""

    default_error_messages = {
        "missing_management_form": "The form came without the number of its rows. Load the page again."
    }

    def clean(self) -> None:
        if not self.management_form.is_valid():
            return  # said already
        announced = self.management_form.cleaned_data[TOTAL_FORM_COUNT] or 0
        pattern = re.compile(rf"{self.prefix}-([0-9]+)-")
        sent = {found[1] for found in map(pattern.match, self.data) if found}
        if not sent or sent != {str(row) for row in range(announced)}:
            said = f"The form announced {announced} rows and came with {len(sent)}. Load the page again."
            raise forms.ValidationError(said, code="rows")


def tidy(value: Any) -> Any:
    """A whole number without its decimals."""
    if isinstance(value, list):
        return [tidy(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
