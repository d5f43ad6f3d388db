"""Values from outside, checked before they are written: every one that is wrong is named, with its limit."""

import math
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import FieldError, Invalid

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
"""Every day that somebody names lies between: one outside was mistyped."""

MOST_GOT = 100


class Values:
    """Reads values and collects what is wrong with them; `refuse_if_wrong` then says it all at once.

    A value that is wrong reads as something harmless, so that the reading can go on.
    """

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def wrong(self, field: str, message: str, *, code: str = "invalid") -> None:
        self.errors.append(FieldError(field=field, code=code, message=message))

    def refuse_if_wrong(self) -> None:
        """Raise Invalid with one entry a field."""
        if self.errors:
            raise Invalid(" ".join(one.message for one in self.errors), code=self.errors[0].code, errors=self.errors)

    def text(self, field: str, value: Any, *, most: int, least: int = 0) -> str:
        """Text without surrounding space and without what the database cannot keep."""
        if not isinstance(value, str):
            self.wrong(field, f"{_name(field)} must be text: got {_got(value)}.")
            return ""
        value = plain_lines(value).strip()
        if not least <= len(value) <= most:
            self.wrong(field, f"{_name(field)} has {least} to {most} characters: got {len(value)}.", code="length")
        elif "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            self.wrong(field, f"{_name(field)} has a character that cannot be stored.")
        return value

    def whole(self, field: str, value: Any, *, low: int, high: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            said = f"{_name(field)} is a whole number from {low} to {high}: got {_got(value)}."
            self.wrong(field, said, code="range")
            return low
        return value

    def number(self, field: str, value: Any) -> float:
        """A finite number."""
        is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or abs(value) > 1e300:
            self.wrong(field, f"{_name(field)} is a finite number: got {_got(value)}.", code="not_finite")
            return 0.0
        return float(value)

    def between(self, field: str, value: Any, *, low: float, high: float) -> float:
        """A finite number within bounds."""
        wrong = len(self.errors)
        given = self.number(field, value)
        if len(self.errors) > wrong:
            return low
        if not low <= given <= high:
            self.wrong(field, f"{_name(field)} is from {low:g} to {high:g}: got {given:g}.", code="range")
            return low
        return given

    def range(self, field: str, value: Any, *, low: float, high: float) -> list[float]:
        """Three numbers within bounds: lowest, most likely, highest."""
        if not isinstance(value, (list, tuple)) or len(value) != 3:
            self.wrong(field, f"{_name(field)} has three numbers, lowest, most likely, highest: got {_got(value)}.")
            return [low, low, low]
        wrong = len(self.errors)
        given = [self.between(field, one, low=low, high=high) for one in value]
        if len(self.errors) == wrong and not given[0] <= given[1] <= given[2]:
            said = ", ".join(f"{one:g}" for one in given)
            self.wrong(field, f"{_name(field)} goes from lowest over most likely to highest: got {said}.", code="range")
        return given

    def money(self, field: str, value: Any, *, most: Decimal) -> Decimal:
        """An amount from 0 to `most`, in cents."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if isinstance(value, bool) or not amount.is_finite() or not 0 <= amount <= most:
            self.wrong(field, f"{_name(field)} is an amount from 0 to {most:,.2f}: got {_got(value)}.", code="range")
            return Decimal(0)
        return amount.quantize(Decimal("0.01"))

    def day(self, field: str, value: Any, *, first: date = FIRST_DAY, last: date = LAST_DAY) -> date:
        if not isinstance(value, date) or isinstance(value, datetime):
            self.wrong(field, f"{_name(field)} is a date: got {_got(value)}.")
            return first
        if not first <= value <= last:
            self.wrong(field, f"{_name(field)} is a day from {first} to {last}: got {value}.", code="range")
            return first
        return value

    def choice(self, field: str, value: Any, choices: Iterable[str]) -> str:
        known = list(choices)
        if value not in known:
            self.wrong(field, f"{_name(field)} is one of {', '.join(known)}: got {_got(value)}.", code="choice")
            return known[0]
        return str(value)


def plain_lines(text: str) -> str:
    """With the line ends that are kept; forms send others."""
    return text.replace("\r\n", "\n")


def refuse_unknown(given: Iterable[str], known: Iterable[str]) -> None:
    """Raise Invalid for a field that there is not: a mistake of the caller's, found rather than dropped."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        errors = [FieldError(field=name, code="unknown_field", message="There is no such field.") for name in unknown]
        raise Invalid(f"There is no field {', '.join(unknown)}.", code="unknown_field", errors=errors)


def _got(value: Any) -> str:
    """What came, as a sentence can hold it."""
    said = repr(value)
    return said if len(said) <= MOST_GOT else f"{said[:MOST_GOT]}..."


def _name(field: str) -> str:
    return field.replace("_", " ").capitalize()
