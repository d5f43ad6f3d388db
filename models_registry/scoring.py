"""MLflow's scoring formats, as rows. Pure."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import Invalid

FORMATS = ("dataframe_split", "dataframe_records", "instances", "inputs", "csv")

LABEL_COLUMNS = ("prediction_id", "truth")

Row = dict[str, Any]


def rows_from(body: Mapping[str, Any], columns: Sequence[tuple[str, str]]) -> list[Row]:
    """The rows of a request in one of MLflow's formats; `{"csv": text}` is a CSV body. `columns` are (name, kind) as
    the model takes them: they name values that come without names, and say what CSV's text means.

    Raises Invalid with the field.
    """
    given = [name for name in FORMATS if name in body]
    unknown = sorted(set(body) - set(FORMATS) - {"params"})
    if len(given) != 1 or unknown or body.get("params"):
        raise Invalid(
            f"Send exactly one of {', '.join(FORMATS[:4])}, or CSV: got {', '.join(sorted(body)) or 'nothing'}.",
            field=(unknown or given or ["body"])[0],
            code="unknown_format",
        )
    name = given[0]
    names = [column for column, _ in columns]
    if name == "csv":
        return _from_csv(str(body[name]), dict(columns))
    if name == "dataframe_split":
        return _from_split(body[name])
    return _from_values(name, body[name], names)


def _from_split(split: Any) -> list[Row]:
    columns, data = (split.get("columns"), split.get("data")) if isinstance(split, dict) else (None, None)
    if not isinstance(columns, list) or not isinstance(data, list):
        raise _wrong("dataframe_split", 'an object such as {"columns": ["a"], "data": [[1]]}')
    return [
        _named("dataframe_split.data", number, values, list(map(str, columns))) for number, values in enumerate(data)
    ]


def _from_values(field: str, values: Any, names: list[str]) -> list[Row]:
    if isinstance(values, dict) and field != "dataframe_records":
        return _from_columns(field, values)
    if not isinstance(values, list):
        raise _wrong(field, "a list of rows")
    return [value if isinstance(value, dict) else _named(field, i, value, names) for i, value in enumerate(values)]


def _from_columns(field: str, columns: dict[str, Any]) -> list[Row]:
    lists = {name: _flat(value) if isinstance(value, list) else [value] for name, value in columns.items()}
    lengths = {len(values) for values in lists.values()}
    if len(lengths) != 1:
        raise _wrong(field, "columns of one length")
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def _flat(values: list[Any]) -> list[Any]:
    """MLflow's clients send a column as a list of lists of one."""
    return [value[0] if isinstance(value, list) and len(value) == 1 else value for value in values]


def _named(field: str, number: int, values: Any, names: list[str]) -> Row:
    if not isinstance(values, list):
        raise _wrong(f"{field}.{number}", "a list of values or an object of columns")
    if len(values) != len(names):
        message = f"Row {number} has {len(values)} values for {len(names)} columns."
        raise Invalid(message, field=f"{field}.{number}", code="wrong_length")
    return dict(zip(names, values, strict=True))


def _from_csv(text: str, kinds: dict[str, str]) -> list[Row]:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        header = next(reader, [])
        return [_csv_row(number, header, values, kinds) for number, values in enumerate(reader) if values]
    except csv.Error as error:
        raise Invalid(f"Line {reader.line_num} is not CSV: {error}.", field="csv", code="not_csv") from None


def _csv_row(number: int, header: list[str], values: list[str], kinds: dict[str, str]) -> Row:
    row = _named("csv", number, values, header)
    return {name: _meaning(text, kinds.get(name, "text")) for name, text in row.items()}


def _meaning(text: str, kind: str) -> Any:
    """What a CSV cell means in a column of this kind; text that does not fit stays text, and is refused by name."""
    if text == "":
        return None
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind in ("numeric", "integer", "any"):
        try:
            number = float(text)
        except ValueError:
            return text
        return int(number) if math.isfinite(number) and number.is_integer() and "." not in text else number
    return text


def labels_from(text: str, classes: Sequence[Any]) -> list[Row]:
    """The labels of a CSV with the columns prediction_id and truth. A truth is the class that is written so; without
    classes a number where it can be read as one. Raises Invalid."""
    rows = _from_csv(text, {})
    if rows and set(rows[0]) != set(LABEL_COLUMNS):
        got = ", ".join(rows[0])
        raise Invalid(
            f"The columns must be {' and '.join(LABEL_COLUMNS)}: got {got}.", field="csv", code="wrong_columns"
        )
    if not rows:
        raise Invalid("There is no label in this CSV.", field="csv", code="no_rows")
    return [{"prediction_id": row["prediction_id"], "truth": _truth(row["truth"], classes)} for row in rows]


def _truth(text: str | None, classes: Sequence[Any]) -> Any:
    """Compared as text and as number: a class 1.0 may be written 1."""
    if text is None:
        return None
    for one in classes:
        written = str(one).lower() if isinstance(one, bool) else str(one)
        if text == written or (not isinstance(one, bool | str) and _meaning(text, "any") == one):
            return one
    return text if classes else _meaning(text, "any")


def _wrong(field: str, wanted: str) -> Invalid:
    return Invalid(f"{field} must be {wanted}.", field=field, code="wrong_shape")
