"""What is wrong with rows before a model sees them: cell by cell, each with its row and column."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from experiments.tabular import Kind
from models_registry.serving.signature import ANY, Input, Signature

MAX_ROWS = 10_000
MAX_ERRORS = 100
MAX_TEXT = 10_000


@dataclass(frozen=True)
class CellError:
    """`row` counts from 0 in the order given; None, like `column`, where it is about the whole."""

    row: int | None
    column: str | None
    code: str
    message: str


@dataclass(frozen=True)
class CellWarning:
    row: int
    column: str
    code: str
    message: str


def validate_rows(signature: Signature, rows: Sequence[dict[str, Any]], *, max_rows: int = MAX_ROWS) -> list[CellError]:
    """The first hundred errors, in row order; an empty list means that the rows can be predicted.

    Codes: `no_rows`, `too_many_rows` (of the whole); `not_an_object` (of a row); `missing_column`, `unknown_column`,
    `null_not_allowed`, `wrong_type`, `not_finite`, `too_long` (of a cell).
    """
    if not rows:
        return [CellError(None, None, "no_rows", "There is no row to predict.")]
    if len(rows) > max_rows:
        message = f"{len(rows):,} rows were sent; at most {max_rows:,} are taken at once."
        return [CellError(None, None, "too_many_rows", message)]
    return list(islice(_errors(signature, rows), MAX_ERRORS))


def _errors(signature: Signature, rows: Sequence[dict[str, Any]]) -> Iterator[CellError]:
    known = set(signature.names)
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            yield CellError(number, None, "not_an_object", f"Row {number} is not an object of columns.")
            continue
        for each in signature.inputs:
            yield from _cell_errors(number, each, row)
        for name in row.keys() - known:
            yield CellError(number, str(name), "unknown_column", f"Row {number}: the model has no column “{name}”.")


def _cell_errors(number: int, each: Input, row: dict[str, Any]) -> Iterator[CellError]:
    if each.name not in row:
        yield CellError(number, each.name, "missing_column", f"Row {number} has no column “{each.name}”.")
        return
    problem = _problem(each, row[each.name])
    if problem:
        code, reason = problem
        yield CellError(number, each.name, code, f"Row {number}, column “{each.name}” {reason}.")


def _problem(each: Input, value: Any) -> tuple[str, str] | None:
    if value is None:
        return None if each.nullable else ("null_not_allowed", "must have a value; it had one in every training row")
    if isinstance(value, float) and not math.isfinite(value):
        return "not_finite", f"must be a finite number, not {value}"
    return CHECKS[each.kind](value)


def _wrong(wanted: str, value: Any) -> tuple[str, str]:
    shown = repr(value)
    return "wrong_type", f"must be {wanted}, not {shown if len(shown) <= 40 else shown[:37] + '...'}"


def _number(value: Any) -> tuple[str, str] | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _wrong("a number", value)
    try:
        float(value)
    except OverflowError:
        return "not_finite", "is too large a number"
    return None


def _whole(value: Any) -> tuple[str, str] | None:
    problem = _number(value)
    if problem or float(value).is_integer():
        return problem
    return _wrong("a whole number", value)


def _flag(value: Any) -> tuple[str, str] | None:
    return None if isinstance(value, bool) else _wrong("true or false", value)


def _string(value: Any) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return _wrong("text", value)
    return ("too_long", f"has {len(value):,} characters; at most {MAX_TEXT:,}") if len(value) > MAX_TEXT else None


def _scalar(value: Any) -> tuple[str, str] | None:
    if isinstance(value, str):
        return _string(value)
    return None if isinstance(value, bool) else _number(value)


CHECKS: dict[str, Callable[[Any], tuple[str, str] | None]] = {
    Kind.NUMERIC: _number,
    Kind.INTEGER: _whole,
    Kind.BOOLEAN: _flag,
    Kind.CATEGORICAL: _string,
    Kind.TEXT: _string,
    Kind.DATETIME: _string,
    ANY: _scalar,
}


def find_warnings(signature: Signature, rows: Sequence[dict[str, Any]]) -> list[CellWarning]:
    """What the model has not met in training, of valid rows; the first hundred. Codes: `unseen_category`."""
    limited = [each for each in signature.inputs if each.categories is not None and each.kind != Kind.BOOLEAN]
    found = (
        CellWarning(number, each.name, "unseen_category", f"“{row[each.name]}” did not occur in training.")
        for number, row in enumerate(rows)
        for each in limited
        if row.get(each.name) is not None and row[each.name] not in each.known
    )
    return list(islice(found, MAX_ERRORS))
