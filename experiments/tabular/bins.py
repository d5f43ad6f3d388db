"""Tables as counts in bins: what drift is computed from, so that its cost does not grow with the traffic.

A reference is cut on its own quantiles (numbers) and on its commonest values (categories). A window is counted into
the reference's bins in one pass, and windows add up. All of it is small JSON: some 20 kB for twenty columns.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from experiments.tabular.schema import Kind, kind_of
from experiments.tabular.table import Table

MAX_BINS = 200
MAX_CATEGORIES = 500
MAX_NEW_VALUES = 50
FORMAT = 1


@dataclass(frozen=True)
class NumericBins:
    """Counts of numbers: bin i holds edges[i-1] < x <= edges[i], the first and last bin are open and hold
    what lies outside of the reference's range.

    `edges` (b-1,) ascending, `counts` (b,); `low` and `high` are the smallest and largest finite value counted.
    """

    edges: list[float]
    counts: list[int]
    missing: int = 0
    low: float | None = None
    high: float | None = None

    kind = "numeric"

    @property
    def present(self) -> int:
        return sum(self.counts)

    @property
    def new_values(self) -> dict[str, int]:
        return {}


@dataclass(frozen=True)
class CategoryBins:
    """Counts of values: `counts` (k,) go with `values` (k,).

    `other` are the reference's rarer values beyond the 500 commonest. `unseen` is counted of a window only: values that
    the reference never had, the commonest of them by name in `new_values`. Where the reference has `other`, a rare
    value cannot be told from a new one, and both are `other`.
    """

    values: list[str]
    counts: list[int]
    other: int = 0
    missing: int = 0
    unseen: int = 0
    new_values: dict[str, int] = field(default_factory=dict)

    kind = "categorical"

    @property
    def present(self) -> int:
        return sum(self.counts) + self.other + self.unseen


Bins = NumericBins | CategoryBins


@dataclass(frozen=True)
class BinnedTable:
    """Every feature of one table (or of one window of rows) as counts."""

    rows: int
    features: dict[str, Bins]

    def as_json(self) -> dict[str, Any]:
        features = {name: {"kind": bins.kind, **asdict(bins)} for name, bins in self.features.items()}
        return {"format": FORMAT, "rows": self.rows, "features": features}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "BinnedTable":
        """Raises ValueError when it was written by another format of this module."""
        if data.get("format") != FORMAT:
            raise ValueError(f"bins of format {data.get('format')!r}; this is {FORMAT}")
        return cls(rows=data["rows"], features={name: _from_json(each) for name, each in data["features"].items()})


def build_reference(table: Table, features: Sequence[str] | None = None, *, max_bins: int = MAX_BINS) -> BinnedTable:
    """Bins of the table's numeric, integer, boolean and categorical columns; times and texts are left out.

    A number with at most `max_bins` distinct values gets one bin a value, so its counts are exact.
    """
    names = [name for name in (table.names if features is None else features) if _is_binned(table, name)]
    return BinnedTable(rows=table.rows, features={name: _reference_bins(table, name, max_bins) for name in names})


def count_window(reference: BinnedTable, table: Table) -> BinnedTable:
    """Count a table into the reference's bins. Columns that the table does not have are left out of the result."""
    features = {
        name: _count_numbers(bins, _numbers(table, name))
        if isinstance(bins, NumericBins)
        else _count_values(bins, _value_counts(table, name))
        for name, bins in reference.features.items()
        if name in table.names
    }
    return BinnedTable(rows=table.rows, features=features)


def merge(one: BinnedTable, two: BinnedTable) -> BinnedTable:
    """Two windows of the same reference as one. Raises ValueError when their bins differ."""
    features = {name: _add(one.features[name], two.features[name]) for name in one.features if name in two.features}
    return BinnedTable(rows=one.rows + two.rows, features=features)


def _is_binned(table: Table, name: str) -> bool:
    return kind_of(table, name) not in (Kind.TEXT, Kind.DATETIME)


def _is_number(table: Table, name: str) -> bool:
    return kind_of(table, name) in (Kind.NUMERIC, Kind.INTEGER)


def _reference_bins(table: Table, name: str, max_bins: int) -> Bins:
    if _is_number(table, name):
        numbers = _numbers(table, name)
        return _count_numbers(NumericBins(edges=_quantile_edges(numbers, max_bins), counts=[]), numbers)
    counts = _value_counts(table, name)
    missing = counts.pop(None, 0)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0] or ""))
    kept, rest = ranked[:MAX_CATEGORIES], ranked[MAX_CATEGORIES:]
    return CategoryBins(
        values=[str(value) for value, _ in kept],
        counts=[count for _, count in kept],
        other=sum(count for _, count in rest),
        missing=missing,
    )


def _quantile_edges(numbers: np.ndarray, max_bins: int) -> list[float]:
    """Inner edges, with a bin of their own for what lies below the smallest or above the largest value."""
    present = numbers[np.isfinite(numbers)]
    if present.size == 0:
        return []
    edges = np.unique(present)
    if edges.size > max_bins:
        edges = np.unique(np.quantile(present, np.linspace(0, 1, max_bins + 1)[1:], method="inverted_cdf"))
    return [float(np.nextafter(present.min(), -np.inf)), *edges.tolist()]


def _numbers(table: Table, name: str) -> np.ndarray:
    """A column as floats, whatever type the window's came as; a text in it counts as missing."""
    if _is_string(table, name):
        return table.frame[name].cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    return table.numbers(name)


def _is_string(table: Table, name: str) -> bool:
    return str(table.type_of(name)) == "string"


def _count_numbers(bins: NumericBins, numbers: np.ndarray) -> NumericBins:
    present = numbers[~np.isnan(numbers)]
    places = np.searchsorted(np.asarray(bins.edges), present, side="left")
    counts = np.bincount(places, minlength=len(bins.edges) + 1)
    finite = present[np.isfinite(present)]
    return replace(
        bins,
        counts=counts.tolist(),
        missing=int(numbers.size - present.size),
        low=float(finite.min()) if finite.size else None,
        high=float(finite.max()) if finite.size else None,
    )


def _value_counts(table: Table, name: str) -> dict[str | None, int]:
    series = table.frame[name].cast(pl.String)
    return dict(series.value_counts(name="n").iter_rows())


def _count_values(bins: CategoryBins, counts: dict[str | None, int]) -> CategoryBins:
    rest = dict(counts)
    missing = rest.pop(None, 0)
    known = [rest.pop(value, 0) for value in bins.values]
    unknown = sum(rest.values())
    if bins.other:
        return CategoryBins(values=bins.values, counts=known, other=unknown, missing=missing)
    commonest = sorted(rest.items(), key=lambda item: (-item[1], item[0] or ""))[:MAX_NEW_VALUES]
    return CategoryBins(
        values=bins.values,
        counts=known,
        missing=missing,
        unseen=unknown,
        new_values={str(value): count for value, count in commonest},
    )


def _add(one: Bins, two: Bins) -> Bins:
    if isinstance(one, NumericBins) and isinstance(two, NumericBins) and one.edges == two.edges:
        return NumericBins(
            edges=one.edges,
            counts=[a + b for a, b in zip(one.counts, two.counts, strict=True)],
            missing=one.missing + two.missing,
            low=min((x for x in (one.low, two.low) if x is not None), default=None),
            high=max((x for x in (one.high, two.high) if x is not None), default=None),
        )
    if isinstance(one, CategoryBins) and isinstance(two, CategoryBins) and one.values == two.values:
        new = {key: one.new_values.get(key, 0) + two.new_values.get(key, 0) for key in one.new_values | two.new_values}
        commonest = sorted(new.items(), key=lambda item: (-item[1], item[0]))[:MAX_NEW_VALUES]
        return CategoryBins(
            values=one.values,
            counts=[a + b for a, b in zip(one.counts, two.counts, strict=True)],
            other=one.other + two.other,
            missing=one.missing + two.missing,
            unseen=one.unseen + two.unseen,
            new_values=dict(commonest),
        )
    raise ValueError("these windows were counted into different bins")


def _from_json(data: dict[str, Any]) -> Bins:
    fields = {key: value for key, value in data.items() if key != "kind"}
    return NumericBins(**fields) if data["kind"] == "numeric" else CategoryBins(**fields)
