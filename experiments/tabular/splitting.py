"""Which rows are held out: decided by what a row says, not by where it stands."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from experiments.tabular.table import Table

MISSING = np.uint64(0x9E3779B97F4A7C15)


def hash_split(table: Table, *, holdout_fraction: float = 0.25, exclude: Sequence[str] = ()) -> np.ndarray:
    """A boolean mask (rows,), true for the rows held out.

    A row's side is decided by the hash of its own content. So the same row falls on the same side in every version
    of a dataset, whatever was appended, removed or reordered: a model trained on version 1 has never seen a held-out
    row of version 2, and the two may be compared on it. Equal rows share a side, so no duplicate sits on both. Leave
    the target out (`exclude`), and also rows that differ only in their label stay together.
    The share held out is `holdout_fraction` in expectation, not to the row. Adding a column changes every side.
    """
    if not 0 < holdout_fraction < 1:
        raise ValueError(f"holdout_fraction must lie between 0 and 1, not {holdout_fraction}")
    names = [name for name in table.names if name not in set(exclude)]
    return row_keys(table, names) < np.uint64(holdout_fraction * 2.0**64)


def row_keys(table: Table, names: Sequence[str] | None = None) -> np.ndarray:
    """A 64-bit hash of each row's content, uint64 (rows,), stable over versions, machines and processes.

    It does not depend on the order of the columns, nor on whether a number came as integer or float (a column turns
    to float when one value goes missing). Text is hashed by BLAKE2b, numbers by their float64 bits; columns are mixed
    by the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    """
    keys = np.zeros(table.rows, dtype=np.uint64)
    for name in sorted(table.names if names is None else names):
        keys = _mix(keys ^ _mix(_column_keys(table, name) ^ _text_key(name)))
    return keys


def _column_keys(table: Table, name: str) -> np.ndarray:
    if pa.types.is_string(table.type_of(name)):
        return _text_keys(table.arrow.column(name))
    numbers = table.numbers(name) + 0.0  # -0.0 becomes 0.0
    keys = numbers.astype(np.float64).view(np.uint64).copy()
    keys[np.isnan(numbers)] = MISSING
    return keys


def _text_keys(column: pa.ChunkedArray) -> np.ndarray:
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().combine_chunks()
    values = [_text_key(value) for value in encoded.dictionary.to_pylist()]
    table = np.array([*values, MISSING], dtype=np.uint64)
    return table[encoded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)]


def _text_key(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))


def _mix(x: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))
