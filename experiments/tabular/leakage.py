"""Columns that give the target away: usually filled in after the outcome was known."""

import numpy as np
import polars as pl
from scipy.stats import rankdata

from experiments.tabular.schema import Column, Kind
from experiments.tabular.table import Table

SAMPLE_ROWS = 20_000
MAX_CLASSES = 20
ALMOST_PERFECT = 0.995
MIN_ROWS = 50


def leaking_columns(table: Table, columns: list[Column], target: str) -> set[str]:
    """Names of the columns that alone tell a target of few classes almost perfectly, on at most 20,000 rows.

    A number does when it orders one class against the rest with an area under the ROC curve of at least 0.995 (or at
    most 0.005); a category when the commonest class of each value is right for 99.5 % of the rows, while there are
    many rows a value.
    """
    sample = Table(table.arrow.slice(0, SAMPLE_ROWS))
    classes = sample.texts(target)
    known = np.array([value is not None for value in classes])
    names = np.unique(classes[known].astype(str))
    if known.sum() < MIN_ROWS or not 2 <= names.size <= MAX_CLASSES:
        return set()
    return {
        column.name
        for column in columns
        if column.name != target and _tells(sample, column, classes, known, smallest=names)
    }


def _tells(sample: Table, column: Column, classes: np.ndarray, known: np.ndarray, *, smallest: np.ndarray) -> bool:
    if column.kind in (Kind.NUMERIC, Kind.INTEGER, Kind.BOOLEAN):
        values = sample.numbers(column.name)
        rows = known & np.isfinite(values)
        return any(_separates(values[rows], classes[rows] == name) for name in smallest)
    if column.kind == Kind.CATEGORICAL:
        return _determines(sample.texts(column.name)[known], classes[known])
    return False


def _separates(values: np.ndarray, positive: np.ndarray) -> bool:
    n, p = positive.size, int(positive.sum())
    if p < 5 or n - p < 5:
        return False
    area = (rankdata(values)[positive].sum() - p * (p + 1) / 2) / (p * (n - p))
    return max(area, 1 - area) >= ALMOST_PERFECT


def _determines(values: np.ndarray, classes: np.ndarray) -> bool:
    counts = pl.DataFrame({"value": values, "class": classes}, strict=False).group_by("value", "class").len()
    commonest = counts.group_by("value").agg(pl.col("len").max())
    by_class = counts.group_by("class").agg(pl.col("len").sum())["len"].to_numpy()
    many_rows_a_value = commonest.height * 10 <= len(values)
    right = commonest["len"].sum() / len(values)
    return bool(many_rows_a_value and right >= ALMOST_PERFECT and by_class.max() / len(values) < ALMOST_PERFECT)
