"""Parquet: judged by its metadata before anything is decoded, and counted again while it is."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from experiments.tabular.limits import Limits, TableError, check_columns, check_shape
from experiments.tabular.table import Table, canonical_type

MAGIC = b"PAR1"
ENCRYPTED_MAGIC = b"PARE"
BATCH_ROWS = 65_536


def read_parquet(path: Path, limits: Limits) -> Table:
    """A flat Parquet file. A file may be a thousand times smaller than what it decodes to, and its metadata may lie.

    So the number of values and the sizes are refused from the metadata first, and text columns are read as
    dictionaries, whose decoded size is known before they are decoded.
    """
    check_magic(path)
    try:
        return _read(path, limits)
    except (pa.ArrowException, OSError) as error:
        code = "encrypted" if "encrypt" in str(error).lower() or "decrypt" in str(error).lower() else "unreadable"
        sentence = "The file is encrypted." if code == "encrypted" else f"The file cannot be read as Parquet: {error}"
        raise TableError(sentence, code=code) from error


def check_magic(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(-min(4, path.stat().st_size), 2)
        tail = file.read(4)
    if ENCRYPTED_MAGIC in (head, tail):
        raise TableError("The file is encrypted.", code="encrypted")
    if head != MAGIC or tail != MAGIC:
        raise TableError("The file is not Parquet, or it is cut off.", code="unreadable")


def _read(path: Path, limits: Limits) -> Table:
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
    check_columns(limits, schema.names)
    for field in schema:
        canonical_type(field.name, field.type)
    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        metadata = file.metadata
        check_shape(limits, rows=metadata.num_rows, columns=metadata.num_columns)
        _check_declared_size(limits, metadata)
        return Table.from_arrow(_read_counted(file, limits))


def _check_declared_size(limits: Limits, metadata: pq.FileMetaData) -> None:
    declared = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    _check_memory(limits, declared)


def _check_memory(limits: Limits, size: int) -> None:
    if size > limits.max_memory:
        raise TableError(
            f"The table decodes to more than {limits.max_memory:,} bytes, the limit for one table.",
            code="too_much_memory",
        )


def _read_counted(file: pq.ParquetFile, limits: Limits) -> pa.Table:
    """Read batch by batch, adding up rows and decoded bytes."""
    batches, rows, size = [], 0, 0
    for batch in file.iter_batches(batch_size=BATCH_ROWS):
        rows += batch.num_rows
        size += sum(_decoded_size(column) for column in batch.columns)
        check_shape(limits, rows=max(rows, 1), columns=batch.num_columns)
        _check_memory(limits, size)
        batches.append(_decode(batch))
    if not batches:
        raise TableError("The table has a header but no rows.", code="no_rows")
    return pa.Table.from_batches(batches)


def _decoded_size(column: pa.Array) -> int:
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary)
    return int(pc.sum(lengths.take(column.indices)).as_py() or 0) + 4 * len(column)


def _decode(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
