"""Items as other trackers write them, read as rows: CSV with our own columns, Jira's CSV, GitHub's JSON. Pure."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MOST_ROWS = 2000
DISCIPLINES = ("product", "data_science", "engineering", "validation")


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_KNOWN_BY = {"id": "external_id", "source": "external_source"}


class UnreadableError(Exception):
    """The file as a whole cannot be read; the sentence says why."""


@dataclass
class Row:
    """What a row says of an item: a cell that is empty says nothing. `columns` are the file's names of the values;
    `wrong` what could not be read; `begins` what is only our guess at it, for an item that is not there yet."""

    number: int
    source: str
    id: str
    values: dict[str, Any]
    assignee: str = ""
    end: str = ""
    """done or dropped, if it is one of them."""
    begins: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)


def read(kind: str, data: bytes) -> list[Row]:
    """The rows of a file of this kind. Raises UnreadableError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise UnreadableError(f"The file is not UTF-8: byte {exc.start} is no part of a character.") from None
    rows = READERS[kind](text)
    for row in rows:
        _without_unstorable(row)
    if len(rows) > MOST_ROWS:
        raise UnreadableError(f"A file has {MOST_ROWS:,} items at most: got {len(rows):,}.")
    return rows


def _without_unstorable(row: Row) -> None:
    """Of what the row is known by; its values are checked as everybody's are."""
    for name in ("id", "source", "assignee"):
        said = getattr(row, name)
        if _UNSTORABLE.search(said):
            column = _KNOWN_BY.get(name, name)
            row.wrong.append((column, said, f"Row {row.number}, {column}: it has a character that cannot be stored."))
            setattr(row, name, _UNSTORABLE.sub("", said))


def _table(text: str) -> tuple[list[str], list[list[str]]]:
    try:
        lines = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as exc:
        raise UnreadableError(f"The file is no CSV: {exc}.") from None
    if not lines:
        raise UnreadableError("The file is empty.")
    return [name.strip() for name in lines[0]], lines[1:]


def _own(text: str) -> list[Row]:
    heads, lines = _table(text)
    for needed in ("title", "external_id"):
        if needed not in heads:
            raise UnreadableError(f"The column {needed} is missing; there is {', '.join(heads)[:300]}.")
    return [_own_row(number, dict(zip(heads, line, strict=False))) for number, line in enumerate(lines, 2) if any(line)]


def _own_row(number: int, cells: dict[str, str]) -> Row:
    plain = ("title", "kind", "description", "hypothesis", "result")
    values: dict[str, Any] = {name: cells[name] for name in plain if cells.get(name)}
    source = cells.get("external_source") or "csv"
    row = Row(number, source, cells.get("external_id", "").strip(), values, assignee=cells.get("assignee", ""))
    row.end = cells["state"] if cells.get("state") in ("done", "dropped") else ""
    if cells.get("priority"):
        values["priority"] = cells["priority"]
    if cells.get("labels"):
        values["labels"] = [one.strip() for one in cells["labels"].split(";") if one.strip()]
    estimates = {name: _whole(row, name, cells[name]) for name in DISCIPLINES if cells.get(name)}
    if estimates:
        values["estimates"] = estimates
    for name in ("points", "time_box_days"):
        if cells.get(name) and not (name == "points" and estimates):
            values[name] = _whole(row, name, cells[name])
    own = {name[2:]: value for name, value in cells.items() if name and name.startswith("f.") and value}
    return row if not own else _with_own(row, own)


def _with_own(row: Row, own: dict[str, str]) -> Row:
    row.values["custom"] = own
    row.columns |= {f"custom.{key}": f"f.{key}" for key in own}
    return row


def _whole(row: Row, column: str, text: str) -> int | None:
    """Also as a spreadsheet writes it: 3.0 is 3."""
    try:
        number = float(text)
        whole = int(number)
    except (ValueError, OverflowError):
        number, whole = 0.5, 0
    if number != whole:
        row.wrong.append((column, text, f"{column} is a whole number: got {text[:40]!r}."))
        return None
    return whole


_JIRA_KINDS = {"story": "story", "bug": "incident", "spike": "spike", "incident": "incident", "epic": "story"}
_JIRA_PRIORITIES = {"highest": "urgent", "high": "high", "medium": "medium", "low": "low", "lowest": "low"}
_JIRA_DONE = ("done", "closed", "resolved")
_JIRA_POINTS = ("Story Points", "Custom field (Story Points)", "Custom field (Story point estimate)")


def _jira(text: str) -> list[Row]:
    heads, lines = _table(text)
    for needed in ("Issue key", "Summary"):
        if needed not in heads:
            raise UnreadableError(f"The column {needed} is missing: is it an export of Jira?")
    return [_jira_row(number, heads, line) for number, line in enumerate(lines, 2) if any(line)]


def _jira_row(number: int, heads: list[str], line: list[str]) -> Row:
    """Jira repeats a column for each further value."""
    cells: dict[str, list[str]] = {}
    for head, cell in zip(heads, line, strict=False):
        cells.setdefault(head, []).extend([cell] if cell else [])

    def one(name: str) -> str:
        return next(iter(cells.get(name, [])), "")

    said: dict[str, Any] = {
        "description": one("Description"),
        "priority": _JIRA_PRIORITIES.get(one("Priority").lower()),
        "labels": cells.get("Labels"),
    }
    values = {"title": one("Summary")[:200], **{name: value for name, value in said.items() if value}}
    row = Row(number, "jira", one("Issue key"), values, assignee=one("Assignee"))
    row.begins = {"kind": _JIRA_KINDS.get(one("Issue Type").lower(), "task")}
    row.columns = {"title": "Summary", "description": "Description", "labels": "Labels"}
    row.end = "done" if one("Status").lower() in _JIRA_DONE else ""
    column = next((name for name in _JIRA_POINTS if one(name)), "")
    if column:
        values["points"], row.columns["points"] = _whole(row, column, one(column)), column
    return row


def _github(text: str) -> list[Row]:
    try:
        issues = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise UnreadableError(f"The file is no JSON: {exc}.") from None
    if not isinstance(issues, list) or not all(isinstance(one, dict) for one in issues):
        raise UnreadableError("The file is not a list of issues, as GitHub's API gives it.")
    return [_github_row(place, one) for place, one in enumerate(issues, 1) if "pull_request" not in one]


def _github_row(place: int, issue: dict[str, Any]) -> Row:
    given, assigned = issue.get("labels") or [], issue.get("assignee") or {}
    labels = [str((one.get("name") or "") if isinstance(one, dict) else one) for one in _as(list, given)]
    said = {"description": str(issue.get("body") or ""), "labels": [label for label in labels if label]}
    values = {"title": str(issue.get("title") or "")[:200], **{name: value for name, value in said.items() if value}}
    address = str(issue.get("html_url") or "").removeprefix("https://github.com/").replace("/issues/", "#")
    row = Row(place, "github", address or str(issue.get("number") or ""), values)
    row.assignee = str(_as(dict, assigned).get("login") or "")
    for name, part, kind in (("labels", given, list), ("assignee", assigned, dict)):
        if not isinstance(part, kind):
            problem = f"Row {place}, {name}: it is not as GitHub's API gives it: got {str(part)[:40]!r}."
            row.wrong.append((name, str(part), problem))
    row.end = "done" if issue.get("state") == "closed" else ""
    row.begins = {"kind": "incident" if "bug" in labels else "task"}
    row.columns = {"description": "body"}
    return row


def _as(kind: type[Any], given: Any) -> Any:
    """Nothing of the kind where it is none of it."""
    return given if isinstance(given, kind) else kind()


READERS: dict[str, Callable[[str], list[Row]]] = {"csv": _own, "jira": _jira, "github": _github}
