"""YAML to a tree that knows where each value stands. Nothing is built but text, numbers, true, false and null.

The text comes from anybody: its size, depth and number of values have limits that are checked as it is read, and what
makes YAML dangerous or surprising (anchors and aliases, tags, keys that stand twice, several documents) is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from projects.policy.problems import PolicyError, Problem

MOST_CHARACTERS = 1024 * 1024
MOST_DEPTH = 12
MOST_VALUES = 60_000
MOST_TEXT = 4_000

# The core schema of YAML 1.2: `yes`, `on`, dates and 1:30 stay text.
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_WHOLE = re.compile(r"[-+]?[0-9]{1,15}\Z")
_REAL = re.compile(r"[-+]?(\.[0-9]{1,20}|[0-9]{1,15}(\.[0-9]{0,20})?)([eE][-+]?[0-9]{1,2})?\Z")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Scalar:
    """`at` is the column of the first character of the text if it stands on one line as it is, else None."""

    line: int
    column: int
    value: str | float | bool | None
    text: str
    at: int | None


@dataclass
class Sequence:
    line: int
    column: int
    items: list["Node"] = field(default_factory=list)


@dataclass
class Mapping:
    line: int
    column: int
    entries: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


def load(text: str) -> Node:
    """The tree of one YAML document. Raises PolicyError, with the place."""
    if len(text) > MOST_CHARACTERS:
        read = text[:MOST_CHARACTERS]
        line, column = read.count("\n") + 1, len(read) - read.rfind("\n")
        _refuse(line, column, f"a policy has at most {MOST_CHARACTERS:,} characters: this has {len(text):,}.")
    try:
        return _Builder().tree(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        _refuse(mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, f"not YAML: {exc.problem}.")
    except yaml.YAMLError as exc:
        place = getattr(exc, "position", 0)
        _refuse(text.count("\n", 0, place) + 1, 1, f"not YAML: {getattr(exc, 'reason', exc)}.")
    except UnicodeEncodeError as exc:  # a lone surrogate, which the parser in C cannot be given
        _refuse(text.count("\n", 0, exc.start) + 1, 1, "not YAML: a character that is none.")
    raise AssertionError("unreachable")


def _refuse(line: int, column: int, message: str) -> None:
    raise PolicyError([Problem(line, column, message)])


class _Builder:
    """Builds the tree from parser events, without recursion: `open` is the path from the root."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.open: list[Sequence | Mapping] = []
        self.pending: list[Scalar | None] = []
        self.count = 0

    def tree(self, events: Iterator[Any]) -> Node:
        for event in events:
            self._take(event)
        if self.root is None:
            _refuse(1, 1, "the text is empty.")
        assert self.root is not None
        return self.root

    def _take(self, event: Any) -> None:
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            _refuse(line, column, "anchors (&) and aliases (*) are not allowed: write it out.")
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            _refuse(line, column, "one document only.")
        if isinstance(event, (yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            self._add(event, line, column)
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            self.open.pop()
            self.pending.pop()

    def _add(self, event: Any, line: int, column: int) -> None:
        self.count += 1
        if self.count > MOST_VALUES:
            _refuse(line, column, f"a policy has at most {MOST_VALUES:,} values.")
        if event.tag not in (None, "!"):
            _refuse(line, column, f"tags are not allowed: got {event.tag[:60]}.")
        if isinstance(event, yaml.ScalarEvent):
            self._attach(_scalar(event, line, column))
            return
        if len(self.open) >= MOST_DEPTH:
            _refuse(line, column, f"nested more than {MOST_DEPTH} deep.")
        node = Sequence(line, column) if isinstance(event, yaml.SequenceStartEvent) else Mapping(line, column)
        self._attach(node)
        self.open.append(node)
        self.pending.append(None)

    def _attach(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self.pending[-1]
        if key is None:
            self.pending[-1] = _key(node, parent)
            return
        parent.entries[key.text], parent.keys[key.text] = node, key
        self.pending[-1] = None


def _key(node: Node, parent: Mapping) -> Scalar:
    if not isinstance(node, Scalar):
        _refuse(node.line, node.column, "a key is a word, not a list or a mapping.")
    assert isinstance(node, Scalar)
    if node.text in parent.entries:
        _refuse(node.line, node.column, f"{node.text[:60]!r} stands twice.")
    return node


def _scalar(event: Any, line: int, column: int) -> Scalar:
    text = event.value
    if len(text) > MOST_TEXT:
        _refuse(line, column, f"a text has at most {MOST_TEXT:,} characters: this has {len(text):,}.")
    quotes = 1 if event.style in ("'", '"') else 0
    start, end = event.start_mark, event.end_mark
    is_as_it_stands = start.line == end.line and end.column - start.column == len(text) + 2 * quotes
    value = text if event.style or event.tag == "!" else _plain(text)
    return Scalar(line, column, value, text, column + quotes if is_as_it_stands else None)


def _plain(text: str) -> str | float | bool | None:
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.match(text):
        return int(text)
    return float(text) if _REAL.match(text) else text
