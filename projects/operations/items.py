"""Writes about work items: adding, changing, moving."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from core import events
from core.errors import Conflict, FieldError, Invalid
from core.models import User
from core.rules import require
from projects import queries, rules
from projects.enums import FINISHED, ITEM_FLOW, LANES, OUTSIDE_SPRINTS, ItemKind, ItemState, SprintState, Triage
from projects.events import ITEM_ADDED, ITEM_MOVED, ITEM_REVISED, ITEM_UNBLOCKED
from projects.models import ItemStatus, Project, Sprint, SprintReview, WorkItem
from projects.operations.attachments import share_attachments
from projects.operations.fields import Overtaken, refuse_overtaken
from projects.operations.item_values import read_values
from projects.operations.locking import locked_open, require_version
from projects.operations.ranks import append_to_lane, place_before
from projects.operations.values import Values
from projects.roles import Permission


@transaction.atomic
def add_item(
    *,
    project: Project,
    title: str,
    kind: str = ItemKind.TASK,
    description: str = "",
    points: int | None = None,
    assignee: User | None = None,
    sprint: Sprint | None = None,
    more: Mapping[str, Any] | None = None,
    by: User,
    now: datetime,
) -> WorkItem:
    """Add a card to a sprint, or to the backlog. `more` are the further fields that `revise_item` takes.

    Raises NotAllowed, Invalid, Conflict for a retired project.
    """
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.PLAN, project.pk))
    given = {
        "title": title,
        "kind": kind,
        "description": description,
        "points": points,
        "assignee": assignee,
        "sprint": sprint,
        **(more or {}),
    }
    item = WorkItem(created_by=by, created_at=now, moved_at=now, **read_values(project, given))
    enter(item, project, at_foot=True)
    events.record(ITEM_ADDED, item, by=by, was_sprint=None, **facts(item))
    return item


def enter(item: WorkItem, project: Project, *, at_foot: bool) -> None:
    """Save a new item under the project's next number; the project's row is locked by the caller."""
    item.project, item.number = project, project.next_item_number
    if at_foot:
        append_to_lane(item)
    item.save(force_insert=True)
    project.next_item_number += 1
    project.save(update_fields=["next_item_number"])


@transaction.atomic
def revise_item(
    *,
    item: WorkItem,
    values: Mapping[str, Any],
    by: User | None,
    expected_version: int | None = None,
    seen: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> WorkItem:
    """Change the given fields. In another sprint the card goes to the foot of its lane; in the backlog it is ready
    again. `seen` holds the values that the writer read: two who change different fields do not meet.

    Raises NotAllowed, Invalid, PreconditionFailed (Overtaken), Conflict for an item of a closed sprint.
    """
    item = locked_item(item)
    require(rules.why_not(by, Permission.PLAN, item.project_id))
    require_version(f"Item {item.number}", item.version, expected_version)
    refuse_overtaken(item, seen or {}, seen or {})
    after = read_values(item.project, values, item=item)
    changed = [name for name, value in after.items() if getattr(item, name) != value]
    if not changed:
        return item
    if after.get("parent"):
        _refuse_circle(item, after["parent"])
    was = item.sprint.number if item.sprint else None
    for name in changed:
        setattr(item, name, after[name])
    if "sprint" in changed:
        _enter_plan(item, now)
    item.version += 1
    item.save(update_fields=[*changed, "state", "status", "moved_at", "rank", "version"])
    if "description" in changed:
        share_attachments(item, item.description, by)
    events.record(ITEM_REVISED, item, by=by, changed=changed, was_sprint=was, **facts(item))
    return item


def _enter_plan(item: WorkItem, now: datetime | None) -> None:
    """In a sprint nothing waits to be ready; out of it, everything that was begun is ready again."""
    _refuse_waiting(item)
    allowed = LANES if item.sprint else OUTSIDE_SPRINTS
    if item.state not in allowed or (item.sprint and item.state == ItemState.DROPPED):
        item.state, item.status = ItemState.READY, None
        item.moved_at = now or item.moved_at
    append_to_lane(item)


_ANCESTORS = """
WITH RECURSIVE above (id) AS (
    SELECT parent_id FROM projects_workitem WHERE id = %s
    UNION SELECT item.parent_id FROM projects_workitem AS item JOIN above ON item.id = above.id
) SELECT 1 FROM above WHERE id = %s
"""


def _refuse_circle(item: WorkItem, parent: WorkItem) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ANCESTORS, [parent.pk, item.pk])
        is_circle = cursor.fetchone() is not None or parent.pk == item.pk
    if is_circle:
        said = f"Item {parent.number} is below item {item.number} itself: an item cannot be its own parent."
        raise Invalid(said, field="parent", code="circle")


@transaction.atomic
def move_item(
    *,
    item: WorkItem,
    state: str,
    before: WorkItem | None = None,
    below: Sequence[WorkItem] = (),
    by: User | None,
    now: datetime,
    expected_version: int | None = None,
    seen: Mapping[str, Any] | None = None,
    ended_elsewhere: bool = False,
) -> WorkItem:
    """Put the card into a lane: a state, or one of the project's statuses by its key. It goes above `before`, else
    above the first of `below` that is in that lane, else to the foot. `seen` holds the `status` that the writer read.
    What ended in another tracker, from which it comes, was in none of our sprints: it is done in the backlog too.

    In the backlog this ranks it. What is finished is no longer blocked. Raises NotAllowed, Invalid for an unknown lane
    or a `before` that is not in it, Conflict for a lane that is not where the item is, PreconditionFailed (Overtaken).
    """
    item = locked_item(item)
    require(rules.why_not(by, Permission.PLAN, item.project_id))
    require_version(f"Item {item.number}", item.version, expected_version)
    was, was_status = item.state, status_key(item)
    if seen and seen["status"] != was_status:
        raise _moved_meanwhile(item)
    _change_lane(item, state, now, ended_elsewhere=ended_elsewhere)
    _place(item, before or _nearest(item, below))
    item.version += 1
    item.save(update_fields=["state", "status", "moved_at", "rank", "version"])
    sprint = item.sprint.number if item.sprint else None
    events.record(ITEM_MOVED, item, by=by, was=str(was), was_status=was_status, was_sprint=sprint, **facts(item))
    if item.blocked_at and item.state in FINISHED:
        unblock(item, by=by)
    return item


def _moved_meanwhile(item: WorkItem) -> Overtaken:
    names = ItemStatus.objects.filter(project_id=item.project_id, key=status_key(item)).values_list("name", flat=True)
    error = FieldError("status", "changed", f"It is {names.first() or ItemState(item.state).label} now.")
    return Overtaken(f"Somebody moved item {item.number} meanwhile: it stays where it is.", errors=[error])


@transaction.atomic
def plan_item(
    *,
    item: WorkItem,
    sprint: Sprint | None,
    state: str = "",
    below: Sequence[WorkItem] = (),
    by: User,
    now: datetime,
    expected_version: int | None = None,
    seen: Mapping[str, Any] | None = None,
) -> WorkItem:
    """Put it into a sprint, or with none into the backlog, above the first of `below` that is in its lane there, or at
    the foot. `state` is that lane; without it, the one that it comes to. Raises as `revise_item` and `move_item` do."""
    values = {"sprint": sprint}
    item = revise_item(item=item, values=values, by=by, now=now, expected_version=expected_version, seen=seen)
    return move_item(item=item, state=state or status_key(item), below=below, by=by, now=now)


def _change_lane(item: WorkItem, state: str, now: datetime, *, ended_elsewhere: bool) -> None:
    status = _status(item.project, state)
    group = status.group if status else state
    _refuse_waiting(item)
    if not (ended_elsewhere and group in FINISHED):
        _refuse_misplaced(item, group)
    if group != item.state:
        item.state = ITEM_FLOW.target(item.state, f"move_to_{group}")
        item.moved_at = now
    item.status = None if status is None or status.is_main else status


def _status(project: Project, key: str) -> ItemStatus | None:
    """The project's status with this key; None for a group whose main status it is. Raises Invalid."""
    found = {status.key: status for status in ItemStatus.objects.filter(project=project)}
    values = Values()
    values.choice("state", key, list(dict.fromkeys([*ItemState.values, *found])))
    values.refuse_if_wrong()
    return found.get(key)


def _refuse_misplaced(item: WorkItem, group: str) -> None:
    if item.sprint_id is None and group not in OUTSIDE_SPRINTS:
        said = "In the backlog an item is waiting, ready or dropped: put it into a sprint first."
        raise Conflict(said, code="in_backlog")
    if item.sprint_id is not None and group not in LANES:
        raise Conflict("An item of a sprint is at least ready: take it out of the sprint first.", code="in_sprint")


def _refuse_waiting(item: WorkItem) -> None:
    if item.triage == Triage.WAITING:
        said = f"Item {item.number} is a request that waits: accept it or decline it first."
        raise Conflict(said, code="in_triage")


def _nearest(item: WorkItem, below: Sequence[WorkItem]) -> WorkItem | None:
    """The first of these that is in the item's lane."""
    if not below:
        return None
    in_lane = set(queries.lane_of(item).filter(pk__in=[one.pk for one in below]).values_list("pk", flat=True))
    return next((one for one in below if one.pk in in_lane), None)


def _place(item: WorkItem, before: WorkItem | None) -> None:
    if before is None:
        append_to_lane(item)
        return
    current = queries.lane_of(item).filter(pk=before.pk).first()
    if current is None:
        raise Invalid(f"Item {before.number} is not in that lane.", field="before", code="not_in_lane")
    place_before(item, current)


def unblock(item: WorkItem, *, by: User | None) -> None:
    """Take the block from an item that the caller has locked."""
    was = {"cause": item.block_cause, "since": item.blocked_at.isoformat() if item.blocked_at else None}
    item.block_cause, item.block_reason, item.blocked_at = "", "", None
    item.save(update_fields=["block_cause", "block_reason", "blocked_at"])
    events.record(ITEM_UNBLOCKED, item, by=by, was_sprint=_sprint(item), was_blocked=was, **facts(item))


def locked_item(item: WorkItem) -> WorkItem:
    """The item as it stands, under its project's lock. Raises Conflict for a retired project or a closed sprint."""
    project = locked_open(item.project_id)
    rows = WorkItem.objects.select_for_update(no_key=True, of=("self",))
    item = rows.select_related("sprint", "assignee", "status").get(pk=item.pk)
    item.project = project
    if item.sprint and (said := why_not_correct(item.sprint)):
        raise Conflict(said, code="sprint_closed")
    return item


def why_not_correct(sprint: Sprint) -> str | None:
    """Why the items of a sprint stay as they are. Where its review keeps how things stood when it closed, a correction
    loses nothing; sprints closed before there were reviews have no other record than their items."""
    if (
        sprint.state != SprintState.CLOSED
        or SprintReview.objects.filter(sprint=sprint, closed_at__isnull=False).exists()
    ):
        return None
    return f"{sprint} is closed: its items are its record."


def status_key(item: WorkItem) -> str:
    return item.status.key if item.status else str(item.state)


def _sprint(item: WorkItem) -> int | None:
    return item.sprint.number if item.sprint else None


def facts(item: WorkItem) -> dict[str, Any]:
    """What the burn-up and the review are later read from: every event of an item has them."""
    return {
        "sprint": _sprint(item),
        "state": str(item.state),
        "status": status_key(item),
        "points": item.points,
        "estimates": item.estimates,
        "kind": str(item.kind),
        "assignee": item.assignee.username if item.assignee else None,
        "blocked": str(item.block_cause) or None,
        "result": str(item.result) or None,
    }
