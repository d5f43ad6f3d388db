"""Read, check, store and profile one uploaded table.

Spec `{"path", "format": "csv"|"parquet"|null, "target": null, "out": "table.parquet"|null, "profile": true}`; paths are
relative to the scratch directory. Result `{"profile", "schema": [{"name", "kind", "nullable"}], "rows", "columns"}`
(no profile where none was asked for), and the canonical Parquet file at `out`.
"""

from typing import Any

from core import child
from experiments.tabular import profile, read_table, schema, write_canonical


@child.main
def run(spec: dict[str, Any]) -> dict[str, Any]:
    child.progress(0.05, "reading the file")
    table = read_table(spec["path"], format=spec.get("format"))
    child.progress(0.5, f"describing {table.rows:,} rows")
    described = profile(table, target=spec.get("target")) if spec.get("profile", True) else None
    if spec.get("out"):
        child.progress(0.8, "storing the table")
        write_canonical(table, spec["out"])
    child.progress(1.0, "done")
    columns = [column.as_json() for column in schema(table)]
    return {"profile": described, "schema": columns, "rows": table.rows, "columns": len(columns)}


if __name__ == "__main__":
    run()
