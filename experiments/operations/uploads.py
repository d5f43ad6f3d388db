"""From a file that somebody sent to a table that can be kept: read with limits, and never half-written."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from core.children import Child, ChildFailed
from core.errors import DomainError, FieldError, Invalid, TooLarge

CHUNK = 1024 * 1024
# A CSV of this size cannot become large in memory, so it is read here; anything else is read by a limited child.
READ_HERE_BYTES = 4 * 1024 * 1024
READ_SECONDS = 120
READ_MEMORY_MB = 4096


@dataclass(frozen=True)
class Upload:
    """Both files lie in a folder that goes when the block of `received` ends."""

    original: Path
    table: Path
    rows: int
    columns: list[dict[str, Any]]


@contextlib.contextmanager
def received(source: IO[bytes], filename: str) -> Iterator[Upload]:
    """The upload as a canonical Parquet table. Raises Invalid or TooLarge, both of the field `file`."""
    settings.JOB_SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="upload-", dir=settings.JOB_SCRATCH_DIR) as name:
        folder = Path(name)
        original, table = folder / "original", folder / "table.parquet"
        size = _spool(source, original)
        yield _read(original, table, filename, size)


def _spool(source: IO[bytes], path: Path) -> int:
    size = 0
    with path.open("wb") as sink:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > settings.MAX_UPLOAD_BYTES:
                limit = settings.MAX_UPLOAD_BYTES
                raise TooLarge(f"The file has more than {limit:,} bytes, which is the limit.", field="file")
            sink.write(chunk)
    return size


def _read(original: Path, table: Path, filename: str, size: int) -> Upload:
    # Arrow and Polars take a second to load and 100 MB: only a process that reads a table pays for them.
    from experiments.tabular import TableError, format_of, read_table, schema, write_canonical  # noqa: PLC0415

    try:
        kind = format_of(filename)
        if kind != "csv" or size > READ_HERE_BYTES:
            return _read_in_child(original, table, kind)
        read = read_table(original, format=kind)
        write_canonical(read, table)
        return Upload(original, table, read.rows, [column.as_json() for column in schema(read)])
    except TableError as error:
        raise of_the_file(error.code, error.message, status=error.status) from None


def _read_in_child(original: Path, table: Path, kind: str) -> Upload:
    child = Child(module="experiments.tabular", cwd=original.parent, timeout_s=READ_SECONDS, memory_mb=READ_MEMORY_MB)
    spec = {"path": original.name, "format": kind, "out": table.name, "profile": False}
    try:
        for message in child.messages(spec, stop=lambda: False):
            if message["t"] == "result":
                return Upload(original, table, int(message["rows"]), list(message["schema"]))
    except ChildFailed as error:
        raise of_the_file(error.code, error.message) from None
    raise of_the_file("unreadable", "The file could not be read.")


def of_the_file(code: str, message: str, *, status: int = 0) -> DomainError:
    """The refusal of a table as one of the field `file`."""
    too_large = {"too_large", "too_many_rows", "too_many_values", "too_much_memory", "out_of_memory", "timeout"}
    refusal = TooLarge if status == 413 or code in too_large else Invalid
    return refusal(message, code=code, errors=[FieldError(field="file", code=code, message=message)])
