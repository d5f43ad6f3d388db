"""Items as other trackers write them, read as rows: CSV with our own columns, Jira's CSV, GitHub's JSON. Pure."""

import csv
import io
import json
import math
import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MOST_ROWS = 2000
MOST_BYTES = 10_000_000
DISCIPLINES = ("product", "data_science", "engineering", "validation")


_FORMULA = re.compile("'*[=+\\-@\t\r]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_KNOWN_BY = {"id": "external_id", "source": "external_source"}


def guarded(text: str) -> str:
    """As a cell of our own files has it: what a spreadsheet would take for a formula is kept text by a quote."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text of such a cell, whatever it was."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell


class UnreadableError(Exception):
    """The file as a whole cannot be read; the sentence says why."""


@dataclass
class Row:
    """What a row says of an item: a cell that is empty says nothing. `number` is the line of the file in which it
    begins, or its place in a list; without a `source`, `id` is the key that the item has here; `columns` are the
    file's names of the values; `wrong` what could not be read; `begins` what is only our guess at it, for an item that
    is not there yet."""

    number: int
    source: str
    id: str
    values: dict[str, Any]
    assignee: str = ""
    end: str = ""
    """done or dropped, if it is one of them."""
    is_own: bool = False
    """Whether the file is one of ours, which says all of where an item stands."""
    begins: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Columns:
    """What was found in a file: of each column what it becomes, and those that are left out."""

    taken: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def read(kind: str, data: bytes) -> list[Row]:
    """The rows of a file of this kind. Raises UnreadableError."""
    rows = READERS[kind](_text(data))
    for row in rows:
        _without_unstorable(row)
    if len(rows) > MOST_ROWS:
        raise UnreadableError(f"A file has {MOST_ROWS:,} items at most: got {len(rows):,}.")
    return rows


def columns(kind: str, data: bytes) -> Columns:
    """The columns of a file that `read` can read, each once."""
    text, known = _text(data), TAKEN[kind]
    heads = _keys(text) if kind == "github" else _table(text)[0]
    found = Columns()
    for head in dict.fromkeys(head for head in heads if head):
        becomes = known.get(head) or (f"field {head[2:]}" if kind == "csv" and head.startswith("f.") else "")
        if becomes:
            found.taken.append((head, becomes))
        else:
            found.left.append(head)
    return found


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise UnreadableError(f"A file has {MOST_BYTES // 10**6} MB at most: got {len(data) / 10**6:.1f} MB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line, column = data.count(b"\n", 0, exc.start) + 1, exc.start - data.rfind(b"\n", 0, exc.start)
        said = f"The file is not UTF-8: line {line}, byte {column} is no part of a character. Save it as UTF-8."
        raise UnreadableError(said) from None


def _without_unstorable(row: Row) -> None:
    """Of what the row is known by; its values are checked as everybody's are."""
    for name in ("id", "source", "assignee"):
        said = getattr(row, name)
        if _UNSTORABLE.search(said):
            column = _KNOWN_BY.get(name, name)
            row.wrong.append((column, said, f"Row {row.number}, {column}: it has a character that cannot be stored."))
            setattr(row, name, _UNSTORABLE.sub("", said))


def _table(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The heads, and of each row the line in which it begins. What most of the first line stands between separates."""
    if not text.strip():
        raise UnreadableError("The file is empty.")
    first = text.lstrip().split("\n", 1)[0]
    comma = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=comma)
    lines: list[tuple[int, list[str]]] = []
    begin = 1
    try:
        for cells in reader:
            lines.append((begin, cells))
            begin = reader.line_num + 1
    except csv.Error as exc:
        raise UnreadableError(_no_csv(text, begin, str(exc), comma)) from None
    _, heads = lines[0]
    return [name.strip() for name in heads], lines[1:]


def _no_csv(text: str, begin: int, problem: str, comma: str) -> str:
    """Where the reading of the row that begins there failed, as far as one can tell."""
    if "end of data" in problem:
        return f"The file is no CSV: a quotation mark that was opened in the row of line {begin} is never closed."
    row = "".join(text.splitlines(keepends=True)[begin - 1 :])[:MOST_BYTES]

    def fails(size: int) -> bool:
        try:
            next(csv.reader(io.StringIO(row[:size], newline=""), strict=True, delimiter=comma), None)
        except csv.Error as exc:
            return str(exc) == problem
        return False

    size = bisect_left(range(len(row) + 1), True, key=fails)
    before = row[: size - 1]
    line, column = begin + before.count("\n"), len(before) - before.rfind("\n")
    return f"The file is no CSV: line {line}, column {column}: {problem}."


def _own(text: str) -> list[Row]:
    heads, lines = _table(text)
    for needed, instead in (("title", "title"), ("external_id", "key")):
        if needed not in heads and instead not in heads:
            raise UnreadableError(f"Line 1: the column {needed} is missing; there is {', '.join(heads)[:300]}.")
    cells = [(number, [unguarded(cell) for cell in line]) for number, line in lines if any(line)]
    return [_own_row(number, dict(zip(heads, line, strict=False))) for number, line in cells]


def _own_row(number: int, cells: dict[str, str]) -> Row:
    plain = ("title", "kind", "description", "hypothesis", "metric", "result", "result_note")
    values: dict[str, Any] = {name: cells[name] for name in plain if cells.get(name)}
    source, known_as = cells.get("external_source") or "csv", cells.get("external_id", "").strip()
    if not known_as and cells.get("key"):
        source, known_as = "", cells["key"].strip().upper()
    row = Row(number, source, known_as, values, assignee=cells.get("assignee", ""), is_own=True)
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
    if cells.get("baseline"):
        values["baseline"] = _number(row, "baseline", cells["baseline"])
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


def _number(row: Row, column: str, text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        row.wrong.append((column, text, f"{column} is a number: got {text[:40]!r}."))
        return None
    return number


_JIRA_KINDS = {"story": "story", "bug": "incident", "spike": "spike", "incident": "incident", "epic": "story"}
_JIRA_PRIORITIES = {"highest": "urgent", "high": "high", "medium": "medium", "low": "low", "lowest": "low"}
_JIRA_DONE = ("done", "closed", "resolved")
_JIRA_POINTS = ("Story Points", "Custom field (Story Points)", "Custom field (Story point estimate)")


def _jira(text: str) -> list[Row]:
    heads, lines = _table(text)
    for needed in ("Issue key", "Summary"):
        if needed not in heads:
            there = ", ".join(heads)[:300]
            raise UnreadableError(f"Line 1: the column {needed} is missing; there is {there}. Is it an export of Jira?")
    return [_jira_row(number, heads, line) for number, line in lines if any(line)]


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
    return [_github_row(place, one) for place, one in enumerate(_issues(text), 1) if "pull_request" not in one]


def _issues(text: str) -> list[dict[str, Any]]:
    try:
        issues = json.loads(text)
    except json.JSONDecodeError as exc:
        raise UnreadableError(f"The file is no JSON: line {exc.lineno}, column {exc.colno}: {exc.msg}.") from None
    except (ValueError, RecursionError) as exc:
        raise UnreadableError(f"The file is no JSON: {exc}.") from None
    if not isinstance(issues, list) or not all(isinstance(one, dict) for one in issues):
        raise UnreadableError("The file is not a list of issues, as GitHub's API gives it.")
    return issues


def _keys(text: str) -> list[str]:
    return [_UNSTORABLE.sub("", key) for one in _issues(text) for key in one]


def _github_row(place: int, issue: dict[str, Any]) -> Row:
    given, people, assigned = issue.get("labels") or [], issue.get("assignees") or [], issue.get("assignee") or {}
    labels = [str((one.get("name") or "") if isinstance(one, dict) else one) for one in _as(list, given)]
    said = {"description": str(issue.get("body") or ""), "labels": [label for label in labels if label]}
    values = {"title": str(issue.get("title") or "")[:200], **{name: value for name, value in said.items() if value}}
    row = Row(place, "github", _known_as(issue), values)
    logins = [str(_as(dict, one).get("login") or "") for one in (assigned, *_as(list, people))]
    row.assignee = next(filter(None, logins), "")
    for name, part, kind in (("labels", given, list), ("assignee", assigned, dict), ("assignees", people, list)):
        if not isinstance(part, kind):
            problem = f"Row {place}, {name}: it is not as GitHub's API gives it: got {str(part)[:40]!r}."
            row.wrong.append((name, str(part), problem))
    row.end = "done" if str(issue.get("state")).lower() == "closed" else ""
    row.begins = {"kind": "incident" if "bug" in labels else "task"}
    row.columns = {"description": "body"}
    return row


_ADDRESS = re.compile(r"https://([^/]+)/(?:api/v3/)?(?:repos/)?([^/]+/[^/]+)/issues/(\d+)")


def _known_as(issue: dict[str, Any]) -> str:
    """The same for one issue, whether the API lists it or `gh issue list --json` does; its number if that is all."""
    found = next(filter(None, (_ADDRESS.fullmatch(str(issue.get(name))) for name in ("html_url", "url"))), None)
    if found is None:
        return str(issue.get("number") or "")
    host, repository, number = found.groups()
    place = "" if host in ("github.com", "api.github.com") else f"https://{host}/"
    return f"{place}{repository}#{number}"


def _as(kind: type[Any], given: Any) -> Any:
    """Nothing of the kind where it is none of it."""
    return given if isinstance(given, kind) else kind()


READERS: dict[str, Callable[[str], list[Row]]] = {"csv": _own, "jira": _jira, "github": _github}

_ID, _PERSON = "its id, by which it is found again", "assignee, who is in this project"
_PLAIN = ("title", "kind", "priority", "labels", "description", "points", "time_box_days")
_TESTS = ("hypothesis", "metric", "baseline", "result", "result_note")
TAKEN: dict[str, dict[str, str]] = {
    "csv": {
        "external_id": _ID,
        "key": "its key here, by which it is found where it has no other id",
        "external_source": "where it comes from",
        "assignee": _PERSON,
        "state": "state, if it is done or dropped",
        **{name: name.replace("_", " ") for name in (*_PLAIN, *_TESTS)},
        **{name: f"points of {name.replace('_', ' ')}" for name in DISCIPLINES},
    },
    "jira": {
        "Issue key": _ID,
        "Summary": "title",
        "Description": "description",
        "Issue Type": "kind, of a new one",
        "Status": "state, if it is done",
        "Priority": "priority",
        "Labels": "labels",
        "Assignee": _PERSON,
        **dict.fromkeys(_JIRA_POINTS, "points"),
    },
    "github": {
        "number": _ID,
        "html_url": _ID,
        "url": _ID,
        "title": "title",
        "body": "description",
        "labels": "labels",
        "assignee": _PERSON,
        "assignees": _PERSON,
        "state": "state, if it is closed",
    },
}
"""What the columns of each kind of file become."""
