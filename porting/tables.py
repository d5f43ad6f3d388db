"""What the pages of imports show."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.components.words import bytesize
from porting.models import Import

COUNTS = {
    "experiments": "Experiments",
    "runs": "Runs",
    "points": "Points of metrics",
    "files": "Files",
    "bytes": "Bytes of files",
    "models": "Logged models",
    "registered": "Registered models",
    "versions": "Model versions",
}


@dataclass(frozen=True)
class Counted:
    """One figure: how much is done, and of how much where that is known."""

    label: str
    done: str
    note: str


def counted(one: Import) -> list[Counted]:
    return [_count(name, label, one.done.get(name, 0), one.expected.get(name)) for name, label in COUNTS.items()]


def _count(name: str, label: str, done: int, expected: int | None) -> Counted:
    shown: Any = bytesize if name == "bytes" else lambda value: f"{value:,}"
    is_open = expected is not None and expected > done
    return Counted(label, str(shown(done)), f"of {shown(expected)}" if is_open else "")


def csv_lines(rows: Iterator[tuple[str, str, str, str]]) -> Iterator[str]:
    """The report as CSV. A cell that a spreadsheet would take for a formula is told to be text."""
    yield "kind,item,name,reason\r\n"
    for row in rows:
        yield ",".join(_cell(value) for value in row) + "\r\n"


def _cell(value: str) -> str:
    text = f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
    return '"' + text.replace('"', '""') + '"'
