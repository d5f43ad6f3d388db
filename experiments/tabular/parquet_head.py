"""The first rows of a Parquet file that somebody sent, as text. A small file may decode to a huge table, so this runs
as a limited child: `python -m core.child experiments.tabular.parquet_head`.

Spec `{"path", "rows", "columns", "cell"}`: how many rows and columns at most, and characters of a cell. Result
`{"names", "kinds", "rows", "total_rows", "total_columns"}`.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core import child
from experiments.tabular.parquet_reading import check_magic


@child.main
def run(spec: dict[str, Any]) -> dict[str, Any]:
    path = Path(spec["path"])
    check_magic(path)
    try:
        return _head(path, spec)
    except (pa.ArrowException, OSError) as error:
        raise child.Anticipated("unreadable", f"It cannot be read as Parquet: {error}") from error


def _head(path: Path, spec: dict[str, Any]) -> dict[str, Any]:
    with pq.ParquetFile(path) as file:
        fields = list(file.schema_arrow)
        names = [field.name for field in fields[: spec["columns"]]]
        batch = next(file.iter_batches(batch_size=spec["rows"], columns=names), None)
        shown = list(batch.schema) if batch is not None else fields[: spec["columns"]]
        return {
            "names": [field.name[: spec["cell"]] for field in shown],
            "kinds": [str(field.type)[:40] for field in shown],
            "rows": [[_text(cell, spec["cell"]) for cell in row] for row in _rows(batch)],
            "total_rows": file.metadata.num_rows,
            "total_columns": len(fields),
        }


def _rows(batch: pa.RecordBatch | None) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in batch.columns), strict=True)) if batch is not None else []


def _text(value: Any, most: int) -> str:
    return "" if value is None else str(value)[:most]


if __name__ == "__main__":
    run()
