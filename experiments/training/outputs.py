"""What a training leaves in its scratch directory besides the model."""

import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from experiments.tabular import Column, Kind, Table, write_canonical
from experiments.tabular.bins import build_reference
from experiments.training.data import TrainingData

PACKAGES = ("scikit-learn", "numpy", "pandas", "scipy", "skops", "pyarrow", "polars")
MAX_CATEGORIES = 100
SCORE = "score"


def write_json(path: Path, data: dict[str, Any]) -> None:
    path.write_bytes(orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))


def environment() -> dict[str, Any]:
    """What has to be installed to fit the same model again."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def signature(data: TrainingData) -> dict[str, Any]:
    """What the model takes and gives; `models_registry.serving` checks rows against it.

    `{"version": 1, "inputs": [{"name", "kind", "nullable", "categories": [...]|null, "low", "high"}], "target",
    "output": {"task": "binary"|"multiclass", "classes": [...], "positive"}}`
    """
    return {
        "version": 1,
        "inputs": [_input(data.train, column) for column in data.features],
        "target": data.target,
        "output": {
            "task": "binary" if data.labels.is_binary else "multiclass",
            "classes": data.labels.classes,
            "positive": data.labels.positive,
        },
    }


def _input(table: Table, column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {**column.as_json(), "categories": None, "low": None, "high": None}
    if column.kind in (Kind.NUMERIC, Kind.INTEGER):
        numbers = table.numbers(column.name)
        finite = numbers[np.isfinite(numbers)]
        return described | {"low": float(finite.min()), "high": float(finite.max())} if finite.size else described
    if column.kind in (Kind.CATEGORICAL, Kind.TEXT):
        known = sorted(set(table.arrow.column(column.name).drop_null().to_pylist()))
        return described | {"categories": known if len(known) <= MAX_CATEGORIES else None}
    return described


def reference(data: TrainingData, holdout_scores: np.ndarray | None) -> dict[str, Any]:
    """The drift reference: the training rows' features in bins, and the scores on the holdout as one more table.

    `{"features": BinnedTable, "score": BinnedTable|null}`, each read back by `BinnedTable.from_json`.
    """
    names = [column.name for column in data.features]
    scores = None if holdout_scores is None else Table.from_arrow(pa.table({SCORE: holdout_scores}))
    return {
        "features": build_reference(data.train, names).as_json(),
        "score": None if scores is None else build_reference(scores).as_json(),
    }


def write_scores(path: Path, y: np.ndarray, probabilities: np.ndarray, classes: list[Any], score: Any) -> None:
    """One row a holdout row, in its order: `target`, `score` (of the positive class, if binary), `score_<class>`."""
    columns: dict[str, Any] = {"target": y.tolist()}
    if score is not None:
        columns[SCORE] = score
    columns |= {f"score_{name}": probabilities[:, i] for i, name in enumerate(classes)}
    write_canonical(Table.from_arrow(pa.table(columns)), path)
