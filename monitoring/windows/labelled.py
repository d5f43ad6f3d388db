"""Labelled predictions as a table with exactly the columns and types of the data they continue. Pure: no Django."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.tabular import Table, write_canonical

Row = tuple[dict[str, Any], Any]

_TRUTHS = {"true": 1.0, "false": 0.0}


def write_like(model: Path, rows: Sequence[Row], *, target: str, out: Path) -> None:
    """Write (features, truth) as Parquet with the columns of the Parquet file `model`, in its order and types.

    A column that is not among the features (the model did not use it) is empty.
    """
    columns = [_column(field, rows, target) for field in pq.read_schema(model)]
    names = [field.name for field in pq.read_schema(model)]
    write_canonical(Table.from_arrow(pa.table(columns, names=names)), out)


def _column(field: pa.Field, rows: Sequence[Row], target: str) -> pa.Array:
    if field.name == target:
        return _array([truth for _, truth in rows], field.type)
    return _array([features.get(field.name) for features, _ in rows], field.type)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    """JSON has one kind of number and no times: what came in as text or number becomes what the column holds."""
    if pa.types.is_string(kind):
        return pa.array([value if value is None else _text(value) for value in values], type=kind)
    if pa.types.is_timestamp(kind):
        return pa.array([value if value is None else str(value) for value in values]).cast(kind)
    return pa.array([value if value is None else _number(value) for value in values], type=pa.float64()).cast(kind)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Any) -> float:
    if isinstance(value, str) and value.lower() in _TRUTHS:
        return _TRUTHS[value.lower()]
    return float(value)
