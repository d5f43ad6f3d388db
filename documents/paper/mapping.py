"""Mapping files: which paragraphs a document has, what each asks for, and who answers for it."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SUBJECTS = ("project", "version")


class BadMapping(ValueError):
    """A mapping file cannot be used: names the file and the field."""


@dataclass(frozen=True)
class Asked:
    """A paragraph to be. `evidence` are names of what answers it; without any it stays a gap."""

    number: str
    title: str
    cites: str
    responsible: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Mapping:
    """`subject` says whether the document is about a project or about a version of a model."""

    key: str
    title: str
    subject: str
    summary: str
    note: str
    source: str
    paragraphs: tuple[Asked, ...]


def read(path: Path, *, known: Collection[str], roles: Collection[str]) -> Mapping:
    """Raises BadMapping for what is missing, and for evidence or a role that there is not."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise BadMapping(f"{path.name}: holds no mapping")
    text = {name: _text(path, content, name) for name in ("title", "subject", "summary", "note", "source")}
    if text["subject"] not in SUBJECTS:
        raise BadMapping(f"{path.name}: subject is one of {', '.join(SUBJECTS)}: got {text['subject']!r}")
    found = content.get("paragraphs")
    if not isinstance(found, list) or not found:
        raise BadMapping(f"{path.name}: paragraphs is a list, and not empty")
    asked = tuple(_asked(path, one, known, roles) for one in found)
    numbers = [one.number for one in asked]
    if twice := next((number for number in numbers if numbers.count(number) > 1), None):
        raise BadMapping(f"{path.name}: paragraph {twice} stands there twice")
    return Mapping(key=path.stem, paragraphs=asked, **text)


def _asked(path: Path, given: Any, known: Collection[str], roles: Collection[str]) -> Asked:
    if not isinstance(given, dict):
        raise BadMapping(f"{path.name}: a paragraph is a mapping: got {given!r}")
    number = _text(path, given, "number")
    evidence = given.get("evidence", [])
    if not isinstance(evidence, list):
        raise BadMapping(f"{path.name}: paragraph {number}: evidence is a list: got {evidence!r}")
    if unknown := next((one for one in evidence if one not in known), None):
        raise BadMapping(f"{path.name}: paragraph {number}: there is no evidence called {unknown!r}")
    responsible = _text(path, given, "responsible")
    if responsible not in roles:
        raise BadMapping(f"{path.name}: paragraph {number}: responsible is a role: got {responsible!r}")
    return Asked(number, _text(path, given, "title"), str(given.get("cites", "")), responsible, tuple(evidence))


def _text(path: Path, given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadMapping(f"{path.name}: {name} is a text: got {value!r}")
    return " ".join(value.split())
