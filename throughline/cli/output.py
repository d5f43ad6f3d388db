"""Answers: tables and sentences for people, JSON for programs, bare identifiers for scripts.

What was asked for goes to stdout; remarks go to stderr.
"""

import itertools
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from throughline.answers import Answer

A = TypeVar("A", bound="Answer")
GAP = "  "
COLOURS = {
    "green": ("ok", "FINISHED", "succeeded", "approved", "live", "resolved", "deployed", "done"),
    "red": ("bad", "FAILED", "failed", "changes_requested", "critical"),
    "yellow": ("wait", "RUNNING", "running", "SCHEDULED", "queued", "open", "paused", "in_review"),
}
COLOUR_OF = {word: colour for colour, words in COLOURS.items() for word in words}


class Output:
    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self.as_json, self.quiet = as_json, quiet

    def rows(
        self,
        found: Iterable[A],
        columns: Mapping[str, Callable[[A], Any]],
        *,
        id: Callable[[A], Any],
        limit: int = 0,
        none: str = "There is none.",
    ) -> None:
        """A list: a table; with --json an array; with --quiet the identifier of each on a line."""
        taken = list(itertools.islice(found, limit + 1 if limit else None))
        shown = taken[:limit] if limit else taken
        if self.as_json:
            self.json([one.raw for one in shown])
        elif self.quiet:
            for one in shown:
                click.echo(str(id(one)))
        elif shown:
            table([list(columns), *([text(read(one)) for read in columns.values()] for one in shown)])
        else:
            self.note(none)
        if len(taken) > len(shown):
            self.note(f"The first {limit}. For all: --limit 0")

    def one(self, answer: "Answer", fields: Mapping[str, Any], *, id: Any) -> None:
        """One thing: its fields, a line each; those that are None are left out."""
        if self.is_for_programs(answer, id):
            return
        width = max(len(name) for name in fields)
        for name, value in fields.items():
            if value is not None and value != "":
                click.echo(f"{click.style(name.ljust(width), dim=True)}{GAP}{_coloured(text(value))}")

    def done(self, answer: "Answer", sentence: str, *, id: Any, then: str = "") -> None:
        """What was done, and what comes next."""
        if self.is_for_programs(answer, id):
            return
        click.echo(sentence)
        self.note(then)

    def said(self, sentence: str) -> None:
        """What was done, where the API has no answer to show."""
        if self.as_json:
            self.json(None)
        elif not self.quiet:
            click.echo(sentence)

    def table(self, rows: Sequence[Sequence[Any]]) -> None:
        """A table with a heading, beside something else: for people only."""
        if not self.as_json and not self.quiet and len(rows) > 1:
            click.echo()
            table([[text(cell) for cell in row] for row in rows])

    def note(self, remark: str) -> None:
        """A remark for people, on stderr."""
        if remark and not self.quiet and not self.as_json:
            click.echo(click.style(remark, dim=True), err=True)

    def json(self, value: Any) -> None:
        click.echo(json.dumps(value, indent=2, ensure_ascii=False))

    def line(self, value: Any) -> None:
        """One JSON value a line, at once: for what has no end."""
        click.echo(json.dumps(value, ensure_ascii=False))

    def is_for_programs(self, answer: "Answer", id: Any) -> bool:
        """Whether it is said already."""
        if self.as_json:
            self.json(answer.raw)
        elif self.quiet:
            click.echo(str(id))
        return self.as_json or self.quiet


def text(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list | tuple):
        return ", ".join(text(one) for one in value)
    if hasattr(value, "username"):
        return str(value.username)
    # What others wrote must not move the cursor or hide a line.
    return "".join(letter if letter.isprintable() else " " for letter in str(value))


def table(rows: Sequence[Sequence[str]]) -> None:
    """Columns under their headings; on a terminal the last one is cut at its edge."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    edge = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for number, row in enumerate(rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        room = edge - sum(widths[:-1]) - len(GAP) * (len(widths) - 1)
        if edge and len(cells[-1]) > room > 10:
            cells[-1] = f"{row[-1][: room - 1]}…" if len(row[-1]) > room else row[-1]
        click.echo(GAP.join(_cell(cell, is_heading=number == 0) for cell in cells).rstrip())


def _cell(cell: str, *, is_heading: bool) -> str:
    return click.style(cell, dim=True) if is_heading else _coloured(cell)


def _coloured(cell: str) -> str:
    colour = COLOUR_OF.get(cell.strip())
    return click.style(cell, fg=colour) if colour else cell
