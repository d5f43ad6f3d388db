"""How big a table may be, and the error that says what is wrong with one."""

from dataclasses import dataclass

from core.errors import DomainError

TOO_LARGE_CODES = frozenset({"too_large", "too_many_rows", "too_many_values", "too_much_memory"})


@dataclass(frozen=True)
class Limits:
    """Caps on one table. `max_memory` is of the decoded values, which a small compressed file can exceed."""

    max_bytes: int = 200_000_000
    max_columns: int = 2_000
    max_rows: int = 5_000_000
    max_values: int = 200_000_000
    max_memory: int = 2_000_000_000


@dataclass(eq=False)
class TableError(DomainError):
    """What is wrong with a table. Status 413 when it is too big, 422 otherwise.

    `field` is the column's name; `row` is a line number of the file, counted from 1 (the header is line 1);
    `offset` is a byte's position in the file, counted from 0.
    """

    row: int | None = None
    offset: int | None = None

    default_code = "unreadable"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.status = 413 if self.code in TOO_LARGE_CODES else 422


def check_size(limits: Limits, *, size: int) -> None:
    if size == 0:
        raise TableError("The file is empty.", code="no_rows")
    if size > limits.max_bytes:
        raise TableError(f"The file has {size:,} bytes; at most {limits.max_bytes:,} are taken.", code="too_large")


def check_columns(limits: Limits, names: list[str]) -> None:
    """Refuse no columns, too many, blank names, and names that occur twice."""
    if not names:
        raise TableError("The table has no columns.", code="no_columns")
    if len(names) > limits.max_columns:
        raise TableError(
            f"The table has {len(names):,} columns; at most {limits.max_columns:,} are taken.", code="too_many_columns"
        )
    seen: set[str] = set()
    for position, name in enumerate(names, start=1):
        if not name.strip():
            raise TableError(f"Column {position} has no name.", code="blank_column_name", row=1)
        if name in seen:
            raise TableError(f"Two columns are called “{name}”.", code="duplicate_column", field=name, row=1)
        seen.add(name)


def check_shape(limits: Limits, *, rows: int, columns: int) -> None:
    """Refuse a table without rows, or with more rows or values than the limits."""
    if rows == 0:
        raise TableError("The table has a header but no rows.", code="no_rows")
    if rows > limits.max_rows:
        raise TableError(f"The table has {rows:,} rows; at most {limits.max_rows:,} are taken.", code="too_many_rows")
    if rows * columns > limits.max_values:
        raise TableError(
            f"The table has {rows:,} × {columns:,} = {rows * columns:,} values; "
            f"at most {limits.max_values:,} are taken.",
            code="too_many_values",
        )
