"""A table in memory: Arrow columns of five types and no others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from experiments.tabular.limits import TableError

CANONICAL_TYPES = (pa.int64(), pa.float64(), pa.bool_(), pa.string(), pa.timestamp("us"))


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of int64, float64, bool, string or timestamp[us] (UTC), each in one chunk.

    Five types are few enough that the schema, the hash of a row and the stored bytes do not depend on how the file
    happened to encode a number.
    """

    arrow: pa.Table

    @classmethod
    def from_arrow(cls, arrow: pa.Table) -> "Table":
        """Any flat Arrow table. Raises TableError for types that a table cannot have (lists, structs, bytes...)."""
        columns = [_canonical(name, column) for name, column in zip(arrow.column_names, arrow.columns, strict=True)]
        return cls(pa.table(columns, names=arrow.column_names))

    @classmethod
    def from_pandas(cls, frame: pd.DataFrame) -> "Table":
        return cls.from_arrow(pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None))

    @classmethod
    def from_rows(cls, rows: Sequence[dict[str, Any]]) -> "Table":
        return cls.from_pandas(pd.DataFrame.from_records(list(rows)))

    @property
    def rows(self) -> int:
        return int(self.arrow.num_rows)

    @property
    def names(self) -> list[str]:
        return list(self.arrow.column_names)

    @property
    def frame(self) -> pl.DataFrame:
        """The same memory as a Polars frame."""
        frame = pl.from_arrow(self.arrow)
        assert isinstance(frame, pl.DataFrame)
        return frame

    def type_of(self, name: str) -> pa.DataType:
        return self.arrow.schema.field(name).type

    def select(self, names: Sequence[str]) -> "Table":
        return Table(self.arrow.select(list(names)))

    def where(self, mask: np.ndarray) -> "Table":
        """The rows where the boolean mask (n,) is true."""
        return Table(self.arrow.filter(pa.array(mask)).combine_chunks())

    def numbers(self, name: str) -> np.ndarray:
        """A numeric, boolean or time column as float64 (n,); missing values are NaN, times are microseconds."""
        column = self.arrow.column(name)
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.int64())
        return column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)

    def texts(self, name: str) -> np.ndarray:
        """A column as an object array (n,) of str and None."""
        column = self.arrow.column(name)
        if not pa.types.is_string(column.type):
            column = column.cast(pa.string())
        return np.asarray(column.to_pylist(), dtype=object)


def _canonical(name: str, column: pa.ChunkedArray) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _canonical(name, column.cast(kind.value_type))
    target = canonical_type(name, kind)
    try:
        return _one_chunk(column if kind == target else column.cast(target, safe=False))
    except pa.ArrowInvalid as error:
        raise TableError(f"Column “{name}” cannot be read: {error}.", code="unreadable", field=name) from error


def canonical_type(name: str, kind: pa.DataType) -> pa.DataType:
    """Which of the five types stands for an Arrow type. Raises TableError (`nested_column`, `unsupported_type`)."""
    types = pa.types
    if types.is_dictionary(kind):
        return canonical_type(name, kind.value_type)
    if types.is_nested(kind):
        raise TableError(
            f"Column “{name}” holds {kind}; a table has one plain value a cell.", code="nested_column", field=name
        )
    if types.is_boolean(kind):
        return pa.bool_()
    if types.is_uint64(kind):
        return pa.float64()  # its upper half does not fit int64
    if types.is_integer(kind):
        return pa.int64()
    if types.is_floating(kind) or types.is_decimal32(kind) or types.is_decimal64(kind) or types.is_decimal128(kind):
        return pa.float64()
    if types.is_date(kind) or types.is_timestamp(kind):
        return pa.timestamp("us")
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return pa.string()
    if types.is_time(kind) or types.is_null(kind):
        return pa.string()
    raise TableError(f"Column “{name}” holds {kind}, which is not supported.", code="unsupported_type", field=name)


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        combined = pa.concat_arrays(combined.chunks) if combined.num_chunks else pa.array([], type=column.type)
    if pa.types.is_floating(combined.type):
        combined = pc.if_else(pc.is_nan(combined), pa.scalar(None, combined.type), combined)
    return combined
