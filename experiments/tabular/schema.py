"""What each column is, for people and for the training."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from experiments.tabular.table import Table

FEW_VALUES = 50
TEXT_SHARE = 0.5
TEXT_LENGTH = 60


class Kind(StrEnum):
    NUMERIC = "numeric"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CATEGORICAL = "categorical"
    DATETIME = "datetime"
    TEXT = "text"


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind
    nullable: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def schema(table: Table) -> list[Column]:
    """The columns in the table's order; `nullable` says that a value is missing in this very table."""
    return [
        Column(name=name, kind=kind_of(table, name), nullable=table.arrow.column(name).null_count > 0)
        for name in table.names
    ]


def kind_of(table: Table, name: str) -> Kind:
    """A string column is text, and no category, when it has many values and most occur once, or are long."""
    kind = table.type_of(name)
    if pa.types.is_string(kind):
        return _kind_of_strings(table.arrow.column(name))
    return {
        pa.int64(): Kind.INTEGER,
        pa.float64(): Kind.NUMERIC,
        pa.bool_(): Kind.BOOLEAN,
        pa.timestamp("us"): Kind.DATETIME,
    }[kind]


def _kind_of_strings(column: pa.ChunkedArray) -> Kind:
    present = len(column) - column.null_count
    distinct = pc.count_distinct(column, mode="only_valid").as_py()
    if distinct <= FEW_VALUES:
        return Kind.CATEGORICAL
    mean_length = pc.mean(pc.utf8_length(column)).as_py()
    return Kind.TEXT if distinct > TEXT_SHARE * present or mean_length > TEXT_LENGTH else Kind.CATEGORICAL
