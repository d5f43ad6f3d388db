"""What a model takes and gives."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from experiments.tabular import Column, Kind

ANY = "any"
MLFLOW_KINDS = {
    "integer": Kind.INTEGER,
    "long": Kind.INTEGER,
    "float": Kind.NUMERIC,
    "double": Kind.NUMERIC,
    "boolean": Kind.BOOLEAN,
    "string": Kind.CATEGORICAL,
}


@dataclass(frozen=True)
class Input:
    """One column that the model needs. `kind` is a `Kind`, or "any" where nobody said what it holds.

    `categories` are the values seen in training, or None when unknown or too many; `low` and `high` are its range.
    """

    name: str
    kind: str
    nullable: bool = False
    categories: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.categories or ())


@dataclass(frozen=True)
class Output:
    """`task` is "binary", "multiclass" or "regression"; `classes` are in the order of the probabilities."""

    task: str
    classes: tuple[Any, ...] = ()
    positive: Any = None

    @property
    def positive_index(self) -> int | None:
        return self.classes.index(self.positive) if self.task == "binary" else None


@dataclass(frozen=True)
class Signature:
    inputs: tuple[Input, ...]
    output: Output

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.inputs]

    @property
    def columns(self) -> list[Column]:
        """The inputs as a table's columns; what is of any kind is kept as it is."""
        return [
            Column(name=i.name, kind=Kind.TEXT if i.kind == ANY else Kind(i.kind), nullable=i.nullable)
            for i in self.inputs
        ]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Signature":
        """From `signature.json` of a training."""
        output = data["output"]
        return cls(
            inputs=tuple(_input(each) for each in data["inputs"]),
            output=Output(task=output["task"], classes=tuple(output["classes"]), positive=output.get("positive")),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "inputs": [
                {
                    "name": i.name,
                    "kind": str(i.kind),
                    "nullable": i.nullable,
                    "categories": list(i.categories) if i.categories is not None else None,
                    "low": i.low,
                    "high": i.high,
                }
                for i in self.inputs
            ],
            "output": {
                "task": self.output.task,
                "classes": list(self.output.classes),
                "positive": self.output.positive,
            },
        }


def _input(data: dict[str, Any]) -> Input:
    categories = data.get("categories")
    return Input(
        name=data["name"],
        kind=data["kind"],
        nullable=data.get("nullable", False),
        categories=None if categories is None else tuple(categories),
        low=data.get("low"),
        high=data.get("high"),
    )


def signature_from_mlflow(inputs: str | list[dict[str, Any]], *, output: Output) -> Signature | None:
    """From the `signature.inputs` of an MLmodel file; None when it describes tensors or nested values."""
    columns = json.loads(inputs) if isinstance(inputs, str) else inputs
    if not all(isinstance(c, dict) and "name" in c and isinstance(c.get("type"), str) for c in columns):
        return None
    if not all(c["type"] in MLFLOW_KINDS for c in columns):
        return None
    return Signature(
        inputs=tuple(
            Input(name=c["name"], kind=MLFLOW_KINDS[c["type"]], nullable=not c.get("required", True)) for c in columns
        ),
        output=output,
    )


def output_of(estimator: Any) -> Output:
    """The classes that a fitted estimator knows; the last of two is the positive one."""
    classes = getattr(estimator, "classes_", None)
    if classes is None or not isinstance(classes, np.ndarray) or classes.ndim != 1:
        return Output(task="regression")
    names = tuple(classes.tolist())
    if len(names) == 2:
        return Output(task="binary", classes=names, positive=names[-1])
    return Output(task="multiclass", classes=names)


def inputs_of(estimator: Any) -> tuple[Input, ...] | None:
    """The columns that an estimator was fitted on, of any kind; None when it does not say.

    An estimator fitted on an array without names takes `x0`, `x1`..., numbers all.
    """
    names: Sequence[str] | None = getattr(estimator, "feature_names_in_", None)
    if names is not None:
        return tuple(Input(name=str(name), kind=ANY, nullable=True) for name in names)
    width = getattr(estimator, "n_features_in_", None)
    if width is None:
        return None
    return tuple(Input(name=f"x{i}", kind=Kind.NUMERIC, nullable=False) for i in range(int(width)))
