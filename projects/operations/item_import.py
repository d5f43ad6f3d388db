"""Taking items in from another tracker: known by their source and id, so that a second time changes what the first
made."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from core import events
from core.errors import DomainError, FieldError, Invalid, LedgerClosed
from core.models import User
from core.numbers import whole_of
from core.rules import require
from projects import itemreading, rules
from projects.enums import FINISHED, PRIORITIES, FieldType, ItemState, Triage
from projects.events import ITEM_ADDED
from projects.itemreading import Row
from projects.models import ItemField, Membership, Project, WorkItem
from projects.operations.item_values import read_values
from projects.operations.items import enter, facts, move_item, revise_item, why_not_correct
from projects.operations.locking import locked_open
from projects.roles import Permission


@dataclass
class Outcome:
    """What came of a row, or would come: added, changed, same or refused; then what changes, or why."""

    row: Row
    what: str
    said: list[str] = field(default_factory=list)


@dataclass
class Report:
    """What an import did, or would do: numbers of items, and of what stays as it is."""

    added: int = 0
    changed: int = 0
    same: int = 0
    errors: list[FieldError] = field(default_factory=list)
    rows: list[Outcome] = field(default_factory=list)


@transaction.atomic
def import_items(
    *, project: Project, kind: str, data: bytes, is_trial: bool = False, by: User, now: datetime
) -> Report:
    """Take in the items of a file: all of them or, where one is wrong, none. A trial writes nothing and tells all.

    Raises NotAllowed, Invalid for a file that cannot be read, or with an entry for each value that is wrong.
    """
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.PLAN, project.pk))
    rows = _rows(kind, data)
    _number(project, rows)
    known = _known(project, rows)
    report, closed = Report(errors=_repeated(rows, known)), _closed(known)
    twice = {error.field for error in report.errors}
    read = [_read(project, row, known, closed, report) for row in rows]
    read = [None if f"{row.number}.external_id" in twice else one for row, one in zip(rows, read, strict=True)]
    if report.errors and not is_trial:
        raise Invalid(
            f"{len(report.errors)} values cannot be taken in: nothing was.", code="rows", errors=report.errors[:200]
        )
    for row, values in zip(rows, read, strict=True):
        _take(project, row, values, known.get((row.source, row.id)), report, is_trial=is_trial, by=by, now=now)
    return report


def _rows(kind: str, data: bytes) -> list[Row]:
    if kind not in itemreading.READERS:
        raise Invalid(f"Kind is one of {', '.join(itemreading.READERS)}: got {kind[:40]!r}.", field="kind")
    try:
        return itemreading.read(kind, data)
    except itemreading.UnreadableError as exc:
        raise Invalid(str(exc), field="file", code="unreadable") from None


def _number(project: Project, rows: Sequence[Row]) -> None:
    """A file has text only: what a field of numbers can take becomes one."""
    keys = set(ItemField.objects.filter(project=project, type=FieldType.NUMBER).values_list("key", flat=True))
    for row in rows:
        own = row.values.get("custom", {})
        for key in keys & set(own):
            with suppress(ValueError):
                own[key] = float(own[key])


def _known(project: Project, rows: Sequence[Row]) -> dict[tuple[str, str], WorkItem]:
    ids = {row.id for row in rows}
    wanted = Q(external_id__in=ids) | Q(number__in=_numbers(project, rows))
    found = WorkItem.objects.filter(wanted, project=project).select_related("sprint", "assignee", "status")
    known = {(item.external_source, item.external_id): item for item in found if item.external_id}
    return known | {("", f"{project.key}-{item.number}"): item for item in found}


def _numbers(project: Project, rows: Sequence[Row]) -> list[int]:
    """Of the rows that are known by a key of this project."""
    begin = f"{project.key}-"
    found = [whole_of(row.id.removeprefix(begin)) for row in rows if not row.source and row.id.startswith(begin)]
    return [number for number in found if number is not None]


def _closed(known: dict[tuple[str, str], WorkItem]) -> dict[int | None, str]:
    """By its id, why the items of a sprint stay as they are."""
    sprints = {item.sprint_id: item.sprint for item in known.values() if item.sprint}
    return {pk: said for pk, sprint in sprints.items() if (said := why_not_correct(sprint))}


def _read(
    project: Project,
    row: Row,
    known: dict[tuple[str, str], WorkItem],
    closed: dict[int | None, str],
    report: Report,
) -> dict[str, Any] | None:
    """The row's values as an item has them; None when one is wrong, which the report then says."""
    wrong = [FieldError(f"{row.number}.{column}", "invalid", said) for column, _, said in row.wrong]
    item = known.get((row.source, row.id))
    wrong += _unknown(project, row) if item is None else []
    values = row.values if item else row.begins | row.values
    values = values | _priority(row, wrong) | _assignee(project, row, item, wrong)
    try:
        after = read_values(project, values, item=item)
    except Invalid as exc:
        wrong += [_placed(row, error) for error in exc.errors]
    else:
        if item and _changes(item, after, row):
            wrong += _unchangeable(item, row, closed)
    report.errors += wrong
    return None if wrong else values


def _unknown(project: Project, row: Row) -> list[FieldError]:
    """Why a row that names no item of ours cannot become one."""
    if not row.source:
        said = f"there is no item {row.id[:40]} in {project.key}. A new one has an external_id."
        return [FieldError(f"{row.number}.key", "unknown", f"Row {row.number}: {said}")]
    if not 1 <= len(row.id) <= 120 or len(row.source) > 40:
        return [FieldError(f"{row.number}.external_id", "length", f"An id has 1 to 120 characters: {row.id!r}.")]
    return []


def _unchangeable(item: WorkItem, row: Row, closed: dict[int | None, str]) -> list[FieldError]:
    if item.sprint_id in closed:
        return [FieldError(f"{row.number}", "sprint_closed", f"Row {row.number}: {closed[item.sprint_id]}")]
    if _ends(item, row) and item.triage == Triage.WAITING:
        said = f"Row {row.number}: item {item.number} is a request that waits: accept it or decline it first."
        return [FieldError(f"{row.number}.state", "in_triage", said)]
    return []


def _ends(item: WorkItem, row: Row) -> bool:
    """Whether the row says that it is finished, which it is not here. Who finished it here had a reason: of another
    tracker we take that it ended, not how."""
    return bool(row.end) and item.state != row.end and (row.is_own or item.state not in FINISHED)


def _placed(row: Row, error: FieldError) -> FieldError:
    column = row.columns.get(error.field, error.field)
    return FieldError(f"{row.number}.{column}", error.code, f"Row {row.number}, {column}: {error.message}")


def _priority(row: Row, wrong: list[FieldError]) -> dict[str, int]:
    word = row.values.get("priority")
    if word is None:
        return {}
    if word not in PRIORITIES:
        said = f"Priority is one of {', '.join(PRIORITIES)}: got {word[:40]!r}."
        wrong.append(FieldError(f"{row.number}.priority", "choice", said))
    return {"priority": PRIORITIES.get(word, 0)}


def _assignee(project: Project, row: Row, item: WorkItem | None, wrong: list[FieldError]) -> dict[str, User]:
    """Other trackers' people are others: who is not here is left out. Our own files name members, and whoever has it
    though they have left."""
    had = item.assignee.username if item and item.assignee else ""
    if row.assignee.lower() in ("", had.lower()):
        return {}
    members = Membership.objects.select_related("user").filter(project=project)
    found = members.filter(user__username__iexact=row.assignee).first()
    if found is None and row.source in ("", "csv"):
        said = f"{row.assignee[:40]!r} is not in this project."
        wrong.append(FieldError(f"{row.number}.assignee", "not_a_member", said))
    return {"assignee": found.user} if found else {}


def _take(
    project: Project,
    row: Row,
    values: dict[str, Any] | None,
    item: WorkItem | None,
    report: Report,
    *,
    is_trial: bool,
    by: User,
    now: datetime,
) -> None:
    if values is None:
        said = [error.message for error in report.errors if error.field.split(".")[0] == str(row.number)]
        report.rows.append(Outcome(row, "refused", said))
        return
    if item is None:
        report.added += 1
        report.rows.append(Outcome(row, "added"))
        if not is_trial:
            _add(project, row, values, by=by, now=now)
        return
    changes = _changes(item, read_values(project, values, item=item), row)
    is_same = not changes
    report.same += is_same
    report.changed += not is_same
    report.rows.append(Outcome(row, "same" if is_same else "changed", [name.replace("_", " ") for name in changes]))
    if is_trial or is_same:
        return
    try:
        item = revise_item(item=item, values=values, by=by, now=now)
        if _ends(item, row):
            move_item(item=item, state=row.end, ended_elsewhere=True, by=by, now=now)
    except LedgerClosed:
        raise
    except DomainError as exc:
        raise Invalid(f"Row {row.number}: {exc.message}", field=f"{row.number}", code=exc.code) from None


def _changes(item: WorkItem, after: dict[str, Any], row: Row) -> list[str]:
    changes = [name for name, value in after.items() if getattr(item, name) != value]
    return [*changes, "state"] if _ends(item, row) else changes


def _add(project: Project, row: Row, values: dict[str, Any], *, by: User, now: datetime) -> None:
    state = ItemState(row.end) if row.end else ItemState.BACKLOG
    item = WorkItem(
        created_by=by,
        created_at=now,
        moved_at=now,
        state=state,
        external_source=row.source,
        external_id=row.id,
        **read_values(project, values),
    )
    enter(item, project, at_foot=True)
    events.record(ITEM_ADDED, item, by=by, was_sprint=None, **facts(item))


def _repeated(rows: Sequence[Row], known: dict[tuple[str, str], WorkItem]) -> list[FieldError]:
    """By whatever name: an item may be known by its key in one row and by its id in another."""

    def meant(row: Row) -> tuple[str, str]:
        item = known.get((row.source, row.id))
        return ("", str(item.number)) if item else (row.source, row.id)

    counts = Counter(map(meant, rows))
    return [
        FieldError(f"{row.number}.external_id", "twice", f"Row {row.number}: the id {row.id!r} stands there twice.")
        for row in rows
        if row.id and counts[meant(row)] > 1
    ]
