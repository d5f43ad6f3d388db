"""Dossiers to start from: data, one JSON file each. Their figures are examples, to be replaced by one's own."""

import json
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=1)
def _all() -> dict[str, dict[str, Any]]:
    files = sorted(resources.files(__name__).iterdir(), key=lambda file: file.name)
    read = (json.loads(file.read_text(encoding="utf-8")) for file in files if file.name.endswith(".json"))
    return {one["key"]: one for one in read}


def names() -> dict[str, str]:
    """Keys of the templates, and what they are called."""
    return {key: one["name"] for key, one in _all().items()}


def content(key: str) -> dict[str, Any]:
    """A copy of the template's dossier. Raises KeyError."""
    found: dict[str, Any] = json.loads(json.dumps(_all()[key]["content"]))
    return found
