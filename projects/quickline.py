"""The quick line: an item in one line of text. Pure: knows no database.

`Try merchant history !high @scientist #spike #recall 2w 5p` is a spike of high priority, labelled recall, for
scientist, in a box of 14 days, of 5 points. A backslash keeps a word as it is.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

_TIME = re.compile(r"(\d{1,3})([dw])", re.ASCII)
_POINTS = re.compile(r"(\d{1,3})p", re.ASCII)
_DAYS = {"d": 1, "w": 7}


@dataclass
class Quick:
    """What a line says; what it does not say is None or empty."""

    title: str = ""
    priority: str | None = None
    assignee: str | None = None
    kind: str | None = None
    labels: list[str] = field(default_factory=list)
    days: int | None = None
    points: int | None = None


def parse(line: str, *, kinds: Collection[str]) -> Quick:
    """Read a line. `#` before a kind is the kind, before anything else a label."""
    found, words = Quick(), []
    for word in line.split():
        if not _taken(found, word, kinds):
            words.append(word.removeprefix("\\"))
    found.title = " ".join(words)
    return found


def _taken(found: Quick, word: str, kinds: Collection[str]) -> bool:
    """Whether the word says something of the item, rather than being of its title."""
    sign, rest = word[:1], word[1:]
    if sign in ("!", "@", "#") and rest and (rest[0].isalnum() or rest[0] == "_"):
        _sign(found, sign, rest, kinds)
        return True
    if match := _TIME.fullmatch(word):
        found.days = int(match[1]) * _DAYS[match[2]]
        return True
    if match := _POINTS.fullmatch(word):
        found.points = int(match[1])
        return True
    return False


def _sign(found: Quick, sign: str, rest: str, kinds: Collection[str]) -> None:
    if sign == "!":
        found.priority = rest.lower()
    elif sign == "@":
        found.assignee = rest
    elif rest.lower() in kinds:
        found.kind = rest.lower()
    else:
        found.labels.append(rest)
