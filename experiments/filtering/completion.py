"""What could come next in a filter, as one types: names, operators, values. Knows no Django."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from experiments.filtering.grammar import (
    ATTRIBUTES,
    DATASET_KEYS,
    KINDS,
    PREFIXES,
    STATUSES,
    Expected,
    Unreadable,
    operators,
    parse,
    quoted_name,
    quoted_text,
    tokenize,
)

MOST = 12


@dataclass(frozen=True)
class Names:
    """What a project's runs have: names of metrics, params and tags, and values of the latter two by name."""

    metrics: Sequence[str] = ()
    params: Sequence[str] = ()
    tags: Sequence[str] = ()
    values: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
    """A text that may replace what stands from `start` to `end`; `note` says what it is."""

    text: str
    note: str
    start: int
    end: int


def offers(text: str, cursor: int, names: Names) -> list[Offer]:
    """What could stand at the cursor, best first. What stands behind the cursor is not looked at."""
    start, word, expected = _situation(text[:cursor])
    if expected is None:
        return []
    wanted = word.lower().strip("'\"`")
    found = [(one, note) for one, note in _candidates(expected, names) if _fits(one, wanted)]
    found.sort(key=lambda pair: not _bare(pair[0]).startswith(wanted))
    return [Offer(one, note, start, cursor) for one, note in found[:MOST] if one != word]


def _situation(text: str) -> tuple[int, str, Expected | None]:
    """Where the word at the cursor begins, the word, and what could stand in its place."""
    start = _start_of_word(text)
    try:
        parse(text[:start] + " ")
    except Unreadable as exc:
        return start, text[start:], exc.expected if exc.position >= len(text[:start].rstrip()) else None
    return start, text[start:], Expected("joiner" if text[:start].strip() else "name")


def _start_of_word(text: str) -> int:
    try:
        tokens = tokenize(text)
    except Unreadable as exc:
        return exc.position - len(re.search(r"(\w+\.)?$", text[: exc.position])[0])  # type: ignore[index]  # always one
    last = tokens[-2] if len(tokens) > 1 else None
    touches = last is not None and last.end == len(text) and last.text not in "(),"
    return last.start if last and touches else len(text)


def _candidates(expected: Expected, names: Names) -> Iterable[tuple[str, str]]:
    if expected.what == "name":
        return _names(expected.kind, names)
    if expected.what == "operator":
        return [(one, "") for one in operators(expected.kind, expected.key)]
    if expected.what == "value":
        return _values(expected, names)
    return [(one, "") for one in _SIGNS.get(expected.what, [])]


_SIGNS = {"joiner": ["AND", "OR"], "close": [")", "AND", "OR"], "open": ["("], "list": [")", ","]}


def _names(kind: str, names: Names) -> list[tuple[str, str]]:
    logged = [("metric", names.metrics), ("parameter", names.params), ("tag", names.tags)]
    found = [(quoted_name(one, key), one) for one, keys in logged if kind in ("", one) for key in keys]
    if kind in ("", "attribute"):
        found += [(key, "attribute") for key in ATTRIBUTES]
    if kind in ("", "dataset"):
        found += [(f"dataset.{key}", "dataset") for key in DATASET_KEYS]
    return found if kind else [*found, ("NOT", "")]


def _values(expected: Expected, names: Names) -> list[tuple[str, str]]:
    if expected.key == "status":
        return [(f"'{one}'", "status") for one in STATUSES]
    known = names.values.get((expected.kind, expected.key), ())
    return [(quoted_text(one), "logged") for one in known if not ("'" in one and '"' in one)]


def _fits(candidate: str, wanted: str) -> bool:
    bare = _bare(candidate)
    return wanted in candidate.lower() or wanted in bare


def _bare(candidate: str) -> str:
    """Without quotes and the first word: people type `loss` and mean metrics.loss."""
    first, dot, rest = candidate.partition(".")
    text = rest if dot and KINDS.get(first) in PREFIXES else candidate
    return text.strip("'\"`").lower()
