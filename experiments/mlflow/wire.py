"""Arguments of a call, read as MLflow's server reads them: proto3 JSON, where numbers may be text and null is unset."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from core.errors import Invalid

Arguments = Mapping[str, Any]

INT64 = 2**63
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = int((datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) / timedelta(milliseconds=1))
_SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def text(data: Arguments, name: str, default: str = "") -> str:
    """The text under `name`, or the default when it is unset."""
    value = data.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise invalid(name, value, "it must be text")
    return value


def required(data: Arguments, *names: str) -> str:
    """The first of these that is set and not empty; `run_id` and `run_uuid` are one argument with two names."""
    for name in names:
        if found := text(data, name):
            return found
    raise Invalid(f"Missing value for required parameter '{names[0]}'.", field=names[0])


def integer(data: Arguments, name: str, default: int | None = None) -> int | None:
    """A 64-bit integer, also given as text."""
    value = data.get(name)
    if value is None or value == "":
        return default
    try:
        number = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else _whole(value)
    except (ValueError, TypeError, OverflowError):
        raise invalid(name, value, "it must be an integer") from None
    if not -INT64 <= number < INT64:
        raise invalid(name, value, "it must be a 64-bit integer")
    return number


def whole(data: Arguments, name: str, default: int) -> int:
    """An integer that is never unset."""
    found = integer(data, name, default)
    return default if found is None else found


def required_number(data: Arguments, name: str) -> int:
    """A whole number from 1, such as a version's. Raises Invalid."""
    number = integer(data, name)
    if number is None:
        raise Invalid(f"Missing value for required parameter '{name}'.", field=name)
    if not 1 <= number < 2**31:
        raise invalid(name, number, "it must be a whole number from 1")
    return number


def real(data: Arguments, name: str) -> float:
    """A double; NaN and the infinities come as text, as proto3 JSON writes them."""
    value = data.get(name)
    if value is None:
        raise Invalid(f"Missing value for required parameter '{name}'.", field=name)
    if isinstance(value, str) and value in _SPECIAL:
        return _SPECIAL[value]
    try:
        if isinstance(value, bool):
            raise ValueError
        return float(value)
    except (ValueError, TypeError, OverflowError):
        raise invalid(name, value, "please specify it as a valid double (64-bit floating point)") from None


def flag(data: Arguments, name: str) -> bool:
    """A boolean, `true` or `false` when it comes in a query string."""
    value = data.get(name)
    if value in (None, False, "false", "False"):
        return False
    if value in (True, "true", "True"):
        return True
    raise invalid(name, value, "it must be true or false")


def items(data: Arguments, name: str) -> list[dict[str, Any]]:
    """A list of objects."""
    value = data.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise invalid(name, value, "it must be a list of objects")
    return value


def texts(data: Arguments, name: str) -> list[str]:
    """A list of texts; a single one in a query string is a list of one."""
    value = data.get(name)
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(one, str | int) for one in value):
        raise invalid(name, value, "it must be a list of texts")
    return [str(one) for one in value]


def pairs(data: Arguments, name: str) -> list[tuple[str, str]]:
    """`[{"key", "value"}]` in order; an unset value is empty text."""
    return [(required(one, "key"), _value(one)) for one in items(data, name)]


def mapping(data: Arguments, name: str) -> dict[str, str]:
    """`[{"key", "value"}]` as a dictionary; the last of a key counts."""
    return dict(pairs(data, name))


def moment(data: Arguments, name: str) -> datetime | None:
    """A time given in milliseconds since 1970, or None when it is unset."""
    milliseconds = integer(data, name)
    if milliseconds is None:
        return None
    if not 0 <= milliseconds <= _LAST_MS:
        raise invalid(name, milliseconds, "it must be a time in milliseconds since 1970")
    return _EPOCH + timedelta(milliseconds=milliseconds)


def page_size(data: Arguments, *, default: int, most: int) -> int:
    size = whole(data, "max_results", default)
    if not 1 <= size <= most:
        raise invalid("max_results", size, f"it must be at least 1 and at most {most}")
    return size


def invalid(name: str, value: Any, why: str) -> Invalid:
    """The refusal of a value, in the words of MLflow's server."""
    return Invalid(f"Invalid value {str(value)[:200]!r} for parameter '{name}' supplied: {why}.", field=name)


def _value(one: Arguments) -> str:
    value = one.get("value")
    if value is None or isinstance(value, str):
        return value or ""
    raise invalid("value", value, "it must be text")


def _whole(value: Any) -> int:
    number = int(value)
    if number != value:
        raise ValueError
    return number
