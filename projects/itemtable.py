"""Items as rows: for the table, and for files of exactly what is found."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import orjson
from django.http import HttpResponse

from core import files
from core.errors import Invalid
from core.models import User
from projects import queries
from projects.enums import ItemState, Priority
from projects.itemreading import guarded
from projects.models import ItemField, Project, WorkItem
from projects.queries.item_list import Parameters

KINDS = ("csv", "json")
MOST_ROWS = 20_000

_WHERE = ("key", "title", "kind", "state", "status", "since", "priority", "assignee", "sprint")
_SIZE = ("points", "product", "data_science", "engineering", "validation")
_REST = ("labels", "parent", "blocked", "block_reason")
_TESTS = ("hypothesis", "metric", "baseline", "time_box_days", "result", "result_note")
_PLAIN = ("block_reason", *_TESTS, "description", "created_at", "external_source", "external_id")
COLUMNS = (*_WHERE, *_SIZE, *_REST, *_TESTS, "description", "created_at", "external_source", "external_id")


def exported(project: Project, given: Parameters, *, by: User, kind: str) -> HttpResponse:
    """What the address finds, in its order, as a file. Raises Invalid for a kind or a filter that there is not, and for
    more items than a file has."""
    if kind not in KINDS:
        raise Invalid(f"as is csv or json: got {kind[:40]!r}.", field="as", code="choice")
    look = queries.read_look(project, given)
    own = list(queries.item_fields(project))
    names = queries.status_names(project)
    found = list(queries.found_items(look, project, by=by)[: MOST_ROWS + 1])
    if len(found) > MOST_ROWS:
        said = f"A file has {MOST_ROWS:,} items at most, and more were found: narrow the filters, and take several."
        raise Invalid(said, code="too_many")
    rows = (row_of(item, project.key, own, names) for item in found)
    body = _csv(rows, own) if kind == "csv" else orjson.dumps(list(rows), option=orjson.OPT_INDENT_2, default=str)
    media = "text/csv; charset=utf-8" if kind == "csv" else "application/json"
    return files.download(body, name=f"{project.key}-items.{kind}", media_type=media)


def row_of(item: WorkItem, key: str, own: Iterable[ItemField], names: dict[str, str]) -> dict[str, Any]:
    """An item as plain values by `COLUMNS`, then by the project's own fields."""
    row: dict[str, Any] = {
        "key": f"{key}-{item.number}",
        "title": item.title,
        "kind": item.kind,
        "state": item.state,
        "status": status_name(item, names),
        "since": item.moved_at or item.created_at,
        "priority": Priority(item.priority).name.lower(),
        "assignee": item.assignee.username if item.assignee else None,
        "sprint": item.sprint.number if item.sprint else None,
        "points": item.points,
        **dict.fromkeys(("product", "data_science", "engineering", "validation")),
        **item.estimates,
        "labels": item.labels,
        "parent": item.parent.number if item.parent else None,
        "blocked": item.block_cause or None,
    }
    row |= {name: getattr(item, name) for name in _PLAIN}
    return row | {queries.OWN + one.key: item.custom.get(one.key) for one in own}


def status_name(item: WorkItem, names: dict[str, str]) -> str:
    if item.status:
        return item.status.name
    return names.get(item.state) or str(ItemState(item.state).label)


def _csv(rows: Iterable[dict[str, Any]], own: Iterable[ItemField]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    columns = [*COLUMNS, *(queries.OWN + one.key for one in own)]
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = "; ".join(value)
    return guarded(value) if isinstance(value, str) else value
