"""The pandas frame that an estimator sees: the same one in training and in serving."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.tabular.schema import Column, Kind
from experiments.tabular.table import Table

NUMBER_KINDS = frozenset({Kind.NUMERIC, Kind.INTEGER, Kind.BOOLEAN})


def model_frame(table: Table, columns: Sequence[Column]) -> pd.DataFrame:
    """Columns in the given order: numbers and booleans as float64 with NaN, everything else as object with None.

    Infinite numbers count as missing: no estimator takes them.
    """
    return _frame({c.name: table.numbers(c.name) if _is_number(c) else table.texts(c.name) for c in columns}, columns)


def frame_of_rows(rows: Sequence[dict[str, Any]], columns: Sequence[Column]) -> pd.DataFrame:
    """The same from rows that have been checked to hold the right types (`models_registry.serving.validate_rows`)."""
    values = {c.name: [row.get(c.name) for row in rows] for c in columns}
    return _frame({c.name: _numbers(values[c.name]) if _is_number(c) else values[c.name] for c in columns}, columns)


def _frame(values: dict[str, Any], columns: Sequence[Column]) -> pd.DataFrame:
    series = {
        c.name: pd.Series(_finite(values[c.name])) if _is_number(c) else pd.Series(values[c.name], dtype=object)
        for c in columns
    }
    return pd.DataFrame(series)


def _is_number(column: Column) -> bool:
    return column.kind in NUMBER_KINDS


def _numbers(values: list[Any]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _finite(numbers: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(numbers), numbers, np.nan)
