"""The one way in: a file that somebody sent becomes a Table, or a TableError that says where it is wrong."""

from pathlib import Path

from experiments.tabular.csv_reading import read_csv
from experiments.tabular.limits import Limits, TableError, check_size
from experiments.tabular.parquet_reading import read_parquet
from experiments.tabular.table import Table

FORMATS = ("csv", "parquet")


def format_of(filename: str) -> str:
    """The format that a file's name says. Raises TableError (`unknown_format`)."""
    suffix = Path(filename).suffix.lower().lstrip(".")
    suffix = {"pq": "parquet", "txt": "csv", "tsv": "csv"}.get(suffix, suffix)
    if suffix not in FORMATS:
        raise TableError(f"“{filename}” is neither a .csv nor a .parquet file.", code="unknown_format")
    return suffix


def read_table(path: str | Path, *, format: str | None = None, limits: Limits | None = None) -> Table:
    """Read a CSV or Parquet file whole. `format` is taken from the name when it is not given.

    Raises TableError with a code: `no_rows`, `too_large`, `too_many_columns`, `too_many_rows`, `too_many_values`,
    `too_much_memory`, `ragged_row`, `unclosed_quote`, `not_utf8`, `nul_byte`, `no_header`, `blank_column_name`,
    `duplicate_column`, `nested_column`, `unsupported_type`, `encrypted`, `unreadable`, `unknown_format`.
    """
    path = Path(path)
    limits = limits or Limits()
    check_size(limits, size=path.stat().st_size)
    format = format or format_of(path.name)
    if format == "csv":
        return read_csv(path, limits)
    if format == "parquet":
        return read_parquet(path, limits)
    raise TableError(f"The format “{format}” is neither csv nor parquet.", code="unknown_format")
