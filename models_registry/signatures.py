"""What a model takes, as the registry keeps it: read without loading the model, and without NumPy. Pure.

The form is that of a training's `signature.json`: `{"version", "inputs": [{"name", "kind", "nullable", "categories",
"low", "high"}], "output"}`. Of a model that an MLflow client logged, `output` is None until the model is loaded.
"""

import json
from typing import Any

import yaml

MLFLOW_KINDS = {
    "integer": "integer",
    "long": "integer",
    "float": "numeric",
    "double": "numeric",
    "boolean": "boolean",
    "string": "categorical",
}


def from_mlmodel(text: str) -> dict[str, Any] | None:
    """The signature in an MLmodel file; None when there is none, or it is of tensors."""
    try:
        stated = (yaml.safe_load(text) or {}).get("signature") or {}
        columns = json.loads(stated.get("inputs") or "null")
    except (yaml.YAMLError, ValueError, AttributeError):
        return None
    if not isinstance(columns, list) or not columns or not all(map(_is_plain, columns)):
        return None
    return {"version": 1, "inputs": [_input(column) for column in columns], "output": None}


def _is_plain(column: Any) -> bool:
    return isinstance(column, dict) and "name" in column and column.get("type") in MLFLOW_KINDS


def _input(column: dict[str, Any]) -> dict[str, Any]:
    described = {"name": str(column["name"]), "kind": MLFLOW_KINDS[column["type"]]}
    return described | {"nullable": not column.get("required", True), "categories": None, "low": None, "high": None}


def inputs_of(signature: dict[str, Any] | None) -> list[dict[str, Any]]:
    return list((signature or {}).get("inputs") or [])


def is_complete(signature: dict[str, Any] | None) -> bool:
    """Whether it also says what the model gives."""
    return bool((signature or {}).get("output"))


def example_row(signature: dict[str, Any] | None) -> dict[str, Any]:
    """One row that the signature allows: the middle of each range, the first category."""
    return {str(each["name"]): _example(each) for each in inputs_of(signature)}


def _example(each: dict[str, Any]) -> Any:
    kind, low, high = each.get("kind"), each.get("low"), each.get("high")
    if kind in ("numeric", "integer"):
        middle = 0.0 if low is None or high is None else (low + high) / 2
        return round(middle) if kind == "integer" else round(middle, 4)
    if kind == "boolean":
        return False
    if kind == "datetime":
        return "2026-01-01T00:00:00"
    known = each.get("categories") or []
    return known[0] if known else None if each.get("nullable") else ""


def is_exemplary(signature: dict[str, Any] | None) -> bool:
    """Whether `example_row` is sure to be a row such as the model has met: every text is one that it knows."""
    inputs = inputs_of(signature)
    return bool(inputs) and all(
        each.get("kind") in ("numeric", "integer", "boolean") or each.get("categories") for each in inputs
    )
