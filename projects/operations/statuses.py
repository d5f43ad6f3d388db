"""Writes about a project's own statuses and fields of its items."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max, QuerySet

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import FieldType, ItemState
from projects.events import (
    FIELD_DEFINED,
    FIELD_REMOVED,
    FIELD_REVISED,
    STATUS_ADDED,
    STATUS_REMOVED,
    STATUS_REVISED,
)
from projects.models import ItemField, ItemStatus, Project
from projects.operations import fields
from projects.operations.locking import locked_open, require_version
from projects.operations.values import Values
from projects.roles import Permission

Row = TypeVar("Row", ItemStatus, ItemField)

MOST_STATUSES = 20
MOST_FIELDS = 20
MOST_CHOICES = 50


def name_main_statuses(project: Project) -> None:
    """A new project's: each group under its own name."""
    ItemStatus.objects.bulk_create(
        ItemStatus(project=project, key=group.value, name=group.label, group=group, position=position)
        for position, group in enumerate(ItemState)
    )


@transaction.atomic
def add_status(*, project: Project, name: str, group: str, wip_limit: int | None = None, by: User | None) -> ItemStatus:
    """Name a further status in a group, for good. Raises NotAllowed, Invalid, Conflict for a name that is taken."""
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.PLAN, project.pk))
    read = fields.checked({"name": name, "group": group, "wip_limit": wip_limit}, _STATUS | _GROUP)
    taken = ItemStatus.objects.filter(project=project)
    if taken.count() >= MOST_STATUSES:
        raise Invalid(f"A project has {MOST_STATUSES} statuses at most.", field="name", code="length")
    _refuse_taken(taken, read["name"])
    last = taken.aggregate(last=Max("position"))["last"]
    key = _key(read["name"], set(taken.values_list("key", flat=True)) | set(ItemState.values))
    status = ItemStatus.objects.create(project=project, key=key, position=(last or 0) + 1, **read)
    events.record(STATUS_ADDED, status, by=by, group=group, name=status.name)
    return status


@transaction.atomic
def revise_status(
    *, status: ItemStatus, values: Mapping[str, Any], by: User | None, expected_version: int | None = None
) -> ItemStatus:
    """Change name, place or limit. Raises NotAllowed, Invalid, Conflict, PreconditionFailed."""
    status = _locked_status(status, by)
    require_version(f"The status {status}", status.version, expected_version)
    changes = fields.to_change(status, values, _STATUS | {"position": fields.whole(0, 999)})
    if not changes:
        return status
    if "name" in changes:
        _refuse_taken(ItemStatus.objects.filter(project=status.project_id).exclude(pk=status.pk), changes["name"])
    _save(status, changes)
    events.record(STATUS_REVISED, status, by=by, changes=changes)
    return status


@transaction.atomic
def remove_status(*, status: ItemStatus, by: User | None) -> None:
    """Raises NotAllowed, Conflict for a group's main one, or while items have it."""
    status = _locked_status(status, by)
    if said := why_not_remove_status(status, status.items.count()):
        raise Conflict(said, code="main_status" if status.is_main else "in_use")
    events.record(STATUS_REMOVED, status, by=by, name=status.name)
    status.delete()


def why_not_remove_status(status: ItemStatus, held: int) -> str | None:
    """`held` is how many items have it."""
    if status.is_main:
        return f"{status} is the main status of its group: it can be renamed, not removed."
    if held == 1:
        return f"1 item is in {status}: move it first."
    return f"{held} items are in {status}: move them first." if held else None


@transaction.atomic
def place_status(*, status: ItemStatus, at: int, by: User | None) -> ItemStatus:
    """Put it at that place among the statuses of its group, the first being 0. Raises NotAllowed, Invalid."""
    status = _locked_status(status, by)
    group = ItemStatus.objects.filter(project=status.project_id, group=status.group)
    for row, position in _moved(group, status, at):
        _save(row, {"position": position})
        events.record(STATUS_REVISED, row, by=by, changes={"position": position})
    return ItemStatus.objects.get(pk=status.pk)


@transaction.atomic
def define_field(*, project: Project, name: str, type: str, choices: list[str] | None = None, by: User) -> ItemField:
    """Give the project's items a field. Raises NotAllowed, Invalid, Conflict for a name that is taken."""
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.PLAN, project.pk))
    read = fields.checked({"name": name, "type": type, "choices": choices or []}, _FIELD | _TYPE)
    _refuse_choices(read["type"], read["choices"])
    taken = ItemField.objects.filter(project=project)
    if taken.count() >= MOST_FIELDS:
        raise Invalid(f"A project's items have {MOST_FIELDS} fields of its own at most.", field="name", code="length")
    _refuse_taken(taken, read["name"])
    last = taken.aggregate(last=Max("position"))["last"]
    key = _key(read["name"], set(taken.values_list("key", flat=True)))
    field = ItemField.objects.create(project=project, key=key, position=(last or 0) + 1, **read)
    events.record(FIELD_DEFINED, field, by=by, field_type=field.type, choices=field.choices)
    return field


@transaction.atomic
def revise_field(
    *, field: ItemField, values: Mapping[str, Any], by: User | None, expected_version: int | None = None
) -> ItemField:
    """Change name, place or choices; a value that is no choice any more stays until it is changed.

    Raises NotAllowed, Invalid, Conflict, PreconditionFailed.
    """
    field = _locked_field(field, by)
    require_version(f"The field {field}", field.version, expected_version)
    changes = fields.to_change(field, values, _FIELD | {"position": fields.whole(0, 999)})
    if not changes:
        return field
    _refuse_choices(field.type, changes.get("choices", field.choices))
    if "name" in changes:
        _refuse_taken(ItemField.objects.filter(project=field.project_id).exclude(pk=field.pk), changes["name"])
    _save(field, changes)
    events.record(FIELD_REVISED, field, by=by, changes=changes)
    return field


@transaction.atomic
def remove_field(*, field: ItemField, by: User | None) -> None:
    """Its values stay in the items, and come back with a field of the same key. Raises NotAllowed."""
    field = _locked_field(field, by)
    events.record(FIELD_REMOVED, field, by=by, name=field.name)
    field.delete()


@transaction.atomic
def place_field(*, field: ItemField, at: int, by: User | None) -> ItemField:
    """Put it at that place among the project's fields, the first being 0. Raises NotAllowed, Invalid."""
    field = _locked_field(field, by)
    for row, position in _moved(ItemField.objects.filter(project=field.project_id), field, at):
        _save(row, {"position": position})
        events.record(FIELD_REVISED, row, by=by, changes={"position": position})
    return ItemField.objects.get(pk=field.pk)


def _moved(rows: "QuerySet[Row]", moved: Row, at: int) -> list[tuple[Row, int]]:
    """The rows whose position is another once one has moved, with what it is then: each its place in the order."""
    read = fields.checked({"at": at}, {"at": fields.whole(0, 999)})
    order = [row for row in rows.order_by("position", "pk") if row.pk != moved.pk]
    order.insert(read["at"], moved)
    return [(row, place) for place, row in enumerate(order) if row.position != place]


def _limit(values: Values, field: str, given: Any) -> int | None:
    return None if given is None else values.whole(field, given, low=1, high=999)


def _choices(values: Values, field: str, given: Any) -> list[str]:
    if not isinstance(given, list) or len(given) > MOST_CHOICES:
        values.wrong(field, f"Choices are a list of at most {MOST_CHOICES}: got {given!r}.", code="length")
        return []
    return list(dict.fromkeys(values.text(field, one, least=1, most=60) for one in given))


_STATUS: dict[str, fields.Reader] = {"name": fields.text(least=1, most=40), "wip_limit": _limit}
_GROUP: dict[str, fields.Reader] = {"group": fields.choice(ItemState.values)}
_FIELD: dict[str, fields.Reader] = {"name": fields.text(least=1, most=40), "choices": _choices}
_TYPE: dict[str, fields.Reader] = {"type": fields.choice(FieldType.values)}


def _refuse_choices(type: str, choices: list[str]) -> None:
    if (type == FieldType.CHOICE) != bool(choices):
        said = "A choice needs choices." if type == FieldType.CHOICE else f"A field of type {type} has no choices."
        raise Invalid(said, field="choices")


def _refuse_taken(rows: Any, name: str) -> None:
    if rows.filter(name__iexact=name).exists():
        raise Conflict(f"The name {name} is taken.", field="name", code="taken")


def _key(name: str, taken: set[str]) -> str:
    """Of small letters, figures and _, and not taken."""
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:36] or "own"
    return next(one for one in [key, *(f"{key}_{n}" for n in range(2, 99))] if one not in taken)


def _locked_status(status: ItemStatus, by: User | None) -> ItemStatus:
    locked_open(status.project_id)
    require(rules.why_not(by, Permission.PLAN, status.project_id))
    return ItemStatus.objects.select_for_update(no_key=True).get(pk=status.pk)


def _locked_field(field: ItemField, by: User | None) -> ItemField:
    locked_open(field.project_id)
    require(rules.why_not(by, Permission.PLAN, field.project_id))
    return ItemField.objects.select_for_update(no_key=True).get(pk=field.pk)


def _save(row: ItemStatus | ItemField, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*changes, "version"])
