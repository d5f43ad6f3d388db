"""From tables to what an estimator can be fitted on, or a sentence that says why not."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from core.child import Anticipated
from experiments.tabular import Column, Kind, Table, hash_split, read_table, row_keys, schema
from experiments.tabular.frames import model_frame
from experiments.training.spec import DataSpec

MIN_ROWS = 50
MIN_CLASS_ROWS = 2
MAX_CLASSES = 50


@dataclass(frozen=True)
class Labels:
    """The classes in sorted order, and which of them is the positive one (binary only)."""

    classes: list[Any]
    positive: Any

    @property
    def is_binary(self) -> bool:
        return len(self.classes) == 2

    @property
    def positive_index(self) -> int | None:
        return self.classes.index(self.positive) if self.is_binary else None


@dataclass(frozen=True, eq=False)
class TrainingData:
    """`train` and `holdout` are whole tables, target included; features are what the estimator gets."""

    train: Table
    holdout: Table
    target: str
    labels: Labels
    features: list[Column]
    dropped: list[dict[str, str]]
    notes: list[str]

    def frame(self, table: Table) -> pd.DataFrame:
        return model_frame(table, self.features)

    def y(self, table: Table) -> np.ndarray:
        """The target's values (n,) in their own type."""
        values = target_values(table, self.target)
        assert values is not None
        return values

    def codes(self, table: Table) -> np.ndarray:
        """The target as positions in `labels.classes`, int (n,)."""
        return np.searchsorted(np.asarray(self.labels.classes), self.y(table))


def load(spec: DataSpec) -> TrainingData:
    """Read, check and split. Raises Anticipated with a code and a sentence, or TableError."""
    older = _read(spec.train_path)
    _require_target(older, spec.target)
    recent = [_align(_read(path), older, path) for path in spec.extra_train_paths]
    given_holdout = _align(_read(spec.holdout_path), older, spec.holdout_path) if spec.holdout_path else None
    notes: list[str] = []
    train, holdout = _split(spec, older, recent, given_holdout, notes)
    train, holdout = _drop_unlabelled(train, spec.target, notes), _drop_unlabelled(holdout, spec.target, notes)
    labels = _labels(train, holdout, spec)
    features, dropped = _choose_features(train, spec)
    columns = {column.name: column for column in schema(_concat([train, holdout]))}
    return TrainingData(
        train=train,
        holdout=holdout,
        target=spec.target,
        labels=labels,
        features=[columns[name] for name in features],
        dropped=dropped,
        notes=notes,
    )


def target_values(table: Table, target: str) -> np.ndarray | None:
    """A target without missing values as bool, int or str (n,); None when it cannot name classes."""
    kind = table.type_of(target)
    if pa.types.is_timestamp(kind):
        return None
    if pa.types.is_string(kind):
        return table.texts(target).astype(str)
    numbers = table.numbers(target)
    if pa.types.is_boolean(kind):
        return numbers.astype(bool)
    if not np.all(numbers == np.floor(numbers)):
        return None
    return numbers.astype(np.int64)


def _read(path: Path) -> Table:
    return read_table(path, format="parquet")


def _require_target(table: Table, target: str) -> None:
    if target not in table.names:
        raise Anticipated("target_missing", f"The data have no column “{target}”; they have {_listed(table.names)}.")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _align(table: Table, like: Table, path: Path) -> Table:
    """The columns of the first table, in its order and types. Raises Anticipated (`column_missing`, `column_type`)."""
    for name in like.names:
        if name not in table.names:
            raise Anticipated("column_missing", f"“{path.name}” has no column “{name}”.")
    columns = [_cast(table, name, like.type_of(name), path) for name in like.names]
    return Table.from_arrow(pa.table(columns, names=like.names))


def _cast(table: Table, name: str, kind: pa.DataType, path: Path) -> pa.ChunkedArray:
    column = table.arrow.column(name)
    number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
    if column.type == kind or column.null_count == len(column):
        return column.cast(kind)
    if number and (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        return column.cast(pa.float64())
    raise Anticipated("column_type", f"Column “{name}” of “{path.name}” holds {column.type}, elsewhere {kind}.")


def _concat(tables: list[Table]) -> Table:
    tables = [table for table in tables if table.rows] or tables[:1]
    arrow = pa.concat_tables([table.arrow for table in tables], promote_options="permissive")
    return Table.from_arrow(arrow)


def _split(
    spec: DataSpec, older: Table, recent: list[Table], given: Table | None, notes: list[str]
) -> tuple[Table, Table]:
    everything = _concat([older, *recent])
    if given is not None:
        names = [name for name in everything.names if name != spec.target]
        known = np.isin(row_keys(everything, names), row_keys(given, names))
        if known.any():
            notes.append(f"{known.sum():,} rows that also stand in the holdout were taken out of the training.")
        return everything.where(~known), given
    held = hash_split(everything, holdout_fraction=spec.holdout_fraction, exclude=[spec.target])
    counted = held.copy()
    if spec.holdout_scope == "recent":
        counted[: older.rows] = False
    return everything.where(~held), everything.where(counted)


def _drop_unlabelled(table: Table, target: str, notes: list[str]) -> Table:
    missing = table.arrow.column(target).null_count
    if missing == table.rows:
        raise Anticipated("target_empty", f"No row has a value of “{target}”.")
    if not missing:
        return table
    notes.append(f"{missing:,} rows without a value of “{target}” were left out.")
    return table.where(table.arrow.column(target).is_valid().to_numpy())


def _labels(train: Table, holdout: Table, spec: DataSpec) -> Labels:
    y, held = target_values(train, spec.target), target_values(holdout, spec.target)
    if y is None or held is None:
        message = f"“{spec.target}” is not a column of classes: use true/false, whole numbers or names."
        raise Anticipated("target_not_classes", message)
    counts = Counter(y.tolist())
    classes = sorted(counts)
    _check_classes(spec.target, counts, rows=train.rows)
    unknown = set(held.tolist()) - set(classes)
    if unknown:
        named = ", ".join(map(str, sorted(unknown)[:5]))
        raise Anticipated("class_too_small", f"“{spec.target}” is {named} in the holdout, but never in training.")
    if len(set(held.tolist())) < 2:
        raise Anticipated("holdout_single_class", f"In the {len(held):,} held-out rows “{spec.target}” never varies.")
    return Labels(classes=classes, positive=_positive(classes, spec.positive_label))


def _check_classes(target: str, counts: Counter[Any], *, rows: int) -> None:
    if len(counts) == 1:
        only = next(iter(counts))
        raise Anticipated("single_class", f"“{target}” is {only} in every row; learning needs two classes or more.")
    if rows < MIN_ROWS:
        raise Anticipated("too_few_rows", f"{rows} labelled rows are left to learn from; {MIN_ROWS} are needed.")
    if len(counts) > MAX_CLASSES:
        message = f"“{target}” has {len(counts):,} different values; at most {MAX_CLASSES} classes can be learnt."
        raise Anticipated("too_many_classes", message)
    rarest, n = min(counts.items(), key=lambda item: item[1])
    if n < MIN_CLASS_ROWS:
        message = f"“{target}” is {rarest} in {n} row of the training; {MIN_CLASS_ROWS} are needed."
        raise Anticipated("class_too_small", message)


def _positive(classes: list[Any], wanted: Any) -> Any:
    if len(classes) != 2:
        return None
    if wanted is None:
        return classes[-1]
    for name in classes:
        if str(name).lower() == str(wanted).lower():
            return name
    raise Anticipated("positive_label_missing", f"The positive class {wanted!r} is neither of {classes}.")


def _choose_features(train: Table, spec: DataSpec) -> tuple[list[str], list[dict[str, str]]]:
    """Names of the usable columns, and those left out with their reason."""
    for name in spec.features or ():
        if name == spec.target:
            raise Anticipated("target_in_features", f"“{name}” is the target and cannot also be a feature.")
        if name not in train.names:
            raise Anticipated("feature_missing", f"The data have no column “{name}”.")
    chosen, dropped = [], []
    for column in schema(train):
        if column.name == spec.target or (spec.features and column.name not in spec.features):
            continue
        reason = _why_not_use(train, column, asked=spec.features is not None)
        if reason:
            dropped.append({"column": column.name, "reason": reason})
        else:
            chosen.append(column.name)
    if not chosen:
        reasons = "; ".join(f"{each['column']}: {each['reason']}" for each in dropped[:5])
        raise Anticipated("no_usable_feature", f"No column is left to learn from ({reasons or 'there is only one'}).")
    return chosen, dropped


def _why_not_use(train: Table, column: Column, *, asked: bool) -> str | None:
    values = train.arrow.column(column.name)
    if values.null_count == train.rows:
        return "it is empty"
    if column.kind == Kind.DATETIME:
        return "times are not used as they are"
    if column.kind == Kind.TEXT and not asked:
        return "it is free text"
    if values.null_count == 0 and len(values.unique()) == 1:
        return "it never varies"
    return None
