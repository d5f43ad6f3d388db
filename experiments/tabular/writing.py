"""Storing a table so that equal tables have equal bytes."""

from pathlib import Path

import pyarrow.parquet as pq

from experiments.tabular.table import Table

ROW_GROUP_ROWS = 262_144


def write_canonical(table: Table, path: str | Path) -> None:
    """Write Parquet whose bytes depend on nothing but names, values and the version of pyarrow.

    That holds because a Table has five types and one chunk a column, and every setting that matters is named here.
    """
    pq.write_table(
        table.arrow,
        path,
        compression="zstd",
        compression_level=3,
        row_group_size=ROW_GROUP_ROWS,
        version="2.6",
        use_dictionary=True,
        write_statistics=True,
        store_schema=False,
    )
