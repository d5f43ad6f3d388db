"""How the fields of a thing are read, and which of them a writer really changes."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from core.errors import FieldError, PreconditionFailed
from core.models import User
from core.numbers import whole_of
from projects.operations.values import Values, plain_lines, refuse_unknown

MOST_TEXT = 4000
MOST_AMOUNT = 1e12

Reader = Callable[[Values, str, Any], Any]


def text(*, most: int = MOST_TEXT, least: int = 0) -> Reader:
    return lambda values, field, given: values.text(field, given, most=most, least=least)


def number(low: float, high: float) -> Reader:
    """A number within bounds, or None."""
    return lambda values, field, given: None if given is None else values.between(field, given, low=low, high=high)


def needed_number(low: float, high: float) -> Reader:
    return lambda values, field, given: values.between(field, given, low=low, high=high)


def span(low: float, high: float) -> Reader:
    """Lowest, most likely, highest; or None."""
    return lambda values, field, given: None if given is None else values.range(field, given, low=low, high=high)


def thing(kind: type) -> Reader:
    """One of the project's things, or None."""

    def read(values: Values, field: str, given: Any) -> Any:
        if given is not None and not isinstance(given, kind):
            values.wrong(field, f"There is no such {field}: got {given!r}.")
        return given

    return read


def choice(choices: Iterable[str]) -> Reader:
    known = list(choices)
    return lambda values, field, given: values.choice(field, given, known)


def day(values: Values, field: str, given: Any) -> date | None:
    """A day, or None."""
    return None if given is None else values.day(field, given)


def past_day(now: datetime) -> Reader:
    """A day on which something was measured, or None: today at the latest, wherever on Earth it is today."""
    latest = (now + timedelta(hours=14)).date()
    return lambda values, field, given: None if given is None else values.day(field, given, last=latest)


def whole(low: int, high: int) -> Reader:
    return lambda values, field, given: values.whole(field, given, low=low, high=high)


def flag(values: Values, field: str, given: Any) -> bool:
    if not isinstance(given, bool):
        values.wrong(field, f"{field.replace('_', ' ').capitalize()} is true or false: got {given!r}.")
        return False
    return given


def dataset_version(values: Values, field: str, given: Any) -> str:
    said = values.text(field, given, most=120)
    name, at, number = said.rpartition("@v")
    if said and not (name and at and whole_of(number) is not None):
        values.wrong(field, f"A dataset version is named like card-transactions@v3: got {said!r}.")
    return said


def spans(most: int) -> Reader:
    """Names to ranges of person-months."""

    def read(values: Values, field: str, given: Any) -> dict[str, list[float]]:
        if not isinstance(given, Mapping) or len(given) > most:
            values.wrong(field, f"{field.capitalize()} are at most {most} names with a range each: got {given!r}.")
            return {}
        named = {values.text(field, name, least=1, most=40): value for name, value in given.items()}
        return {name: values.range(field, value, low=0, high=10_000) for name, value in named.items()}

    return read


def checked(given: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Any]:
    """The given fields, read. Raises Invalid with all that is wrong at once."""
    refuse_unknown(given, readers)
    values = Values()
    read = {name: readers[name](values, name, value) for name, value in given.items()}
    values.refuse_if_wrong()
    return read


def to_change(
    thing: Any, given: Mapping[str, Any], readers: Mapping[str, Reader], seen: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The fields that get another value than they have.

    `seen` is what the writer had before them. A field that somebody else changed since is never overwritten: Raises
    Overtaken naming each. Raises Invalid.
    """
    read = checked(given, readers)
    changes = {name: value for name, value in read.items() if getattr(thing, name) != value}
    if seen is not None:
        refuse_overtaken(thing, changes, seen)
    return changes


class Overtaken(PreconditionFailed):
    """Somebody changed a field since the writer read it; `errors` names each such field and its value now."""


def refuse_overtaken(thing: Any, names: Iterable[str], seen: Mapping[str, Any]) -> None:
    """Raise Overtaken if one of these fields is not what the writer had before them."""
    overtaken = [name for name in names if plain(getattr(thing, name)) != plain(seen.get(name))]
    if overtaken:
        listed = ", ".join(name.replace("_", " ") for name in overtaken)
        raise Overtaken(
            f"Somebody changed {listed} meanwhile: your value is not saved.",
            errors=[
                FieldError(field=name, code="changed", message=f"It is {shown(getattr(thing, name))} now.")
                for name in overtaken
            ],
        )


def shown(value: Any) -> str:
    """A value as a sentence has it."""
    if value in (None, "", {}):
        return "empty"
    if isinstance(value, list):
        return " / ".join(f"{one:g}" for one in value)
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def plain(value: Any) -> Any:
    """As JSON has it, with lines that end in one way."""
    if isinstance(value, str):
        return plain_lines(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, User):
        return value.username
    return value.number if hasattr(value, "number") else value
