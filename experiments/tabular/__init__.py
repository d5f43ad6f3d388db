"""Tables: reading them safely, describing, splitting and storing them. Pure: no Django, no scikit-learn.

As a child: `python -m experiments.tabular` with the spec `{"path", "format", "target": null, "out": null}`.
"""

from experiments.tabular.limits import Limits, TableError
from experiments.tabular.profiling import profile
from experiments.tabular.reading import FORMATS, format_of, read_table
from experiments.tabular.schema import Column, Kind, schema
from experiments.tabular.splitting import hash_split, row_keys
from experiments.tabular.table import Table
from experiments.tabular.writing import write_canonical

__all__ = [
    "FORMATS",
    "Column",
    "Kind",
    "Limits",
    "Table",
    "TableError",
    "format_of",
    "hash_split",
    "profile",
    "read_table",
    "row_keys",
    "schema",
    "write_canonical",
]
