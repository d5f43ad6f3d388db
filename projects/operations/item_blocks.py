"""What holds an item up: a cause, or other items; and what it is about."""

from datetime import datetime

from django.db import connection, transaction

from core import events
from core.errors import Conflict, Invalid, NotFound
from core.models import User
from core.rules import require
from projects import rules, subjects
from projects.enums import FINISHED, BlockCause
from projects.events import ITEM_BLOCKED, ITEM_LINKED, ITEM_UNLINKED
from projects.models import ItemBlock, ItemLink, WorkItem
from projects.operations.items import facts, locked_item, unblock
from projects.operations.locking import require_version
from projects.operations.values import Values
from projects.roles import Permission

MOST_LINKS = 50


@transaction.atomic
def block_item(
    *, item: WorkItem, cause: str, reason: str, by: User | None, now: datetime, expected_version: int | None = None
) -> WorkItem:
    """Say that it cannot go on, and why. Said again, it stays blocked since the first time.

    Raises NotAllowed, Invalid, PreconditionFailed, Conflict for what is finished.
    """
    item = _mine(item, by, expected_version)
    values = Values()
    cause = values.choice("cause", cause, BlockCause.values)
    reason = values.text("reason", reason, least=1, most=200)
    values.refuse_if_wrong()
    if item.state in FINISHED:
        raise Conflict(f"Item {item.number} is finished: nothing holds it up.", code="finished")
    item.block_cause, item.block_reason, item.blocked_at = cause, reason, item.blocked_at or now
    _save(item, "block_cause", "block_reason", "blocked_at")
    sprint = item.sprint.number if item.sprint else None
    events.record(ITEM_BLOCKED, item, by=by, was_sprint=sprint, cause=cause, reason=reason, **facts(item))
    return item


@transaction.atomic
def unblock_item(*, item: WorkItem, by: User | None, expected_version: int | None = None) -> WorkItem:
    """Raises NotAllowed, PreconditionFailed, Conflict when nothing holds it up."""
    item = _mine(item, by, expected_version)
    if item.blocked_at is None:
        raise Conflict(f"Item {item.number} is not blocked.", code="not_blocked")
    unblock(item, by=by)
    _save(item)
    return item


@transaction.atomic
def add_blocker(*, item: WorkItem, blocker: WorkItem, by: User, now: datetime) -> WorkItem:
    """Say that `blocker` must be finished first. The same again changes nothing.

    Raises NotAllowed, Invalid for another project's, for itself, and where it would close a circle.
    """
    item = _mine(item, by, None)
    _refuse_circle(item, blocker)
    _, is_new = ItemBlock.objects.get_or_create(
        blocker=blocker, blocked=item, defaults={"created_by": by, "created_at": now}
    )
    if is_new:
        _save(item)
        events.record(ITEM_LINKED, item, by=by, kind="blocked_by", target=str(blocker.number))
    return item


@transaction.atomic
def remove_blocker(*, item: WorkItem, blocker: WorkItem, by: User) -> WorkItem:
    """Raises NotAllowed, NotFound when it does not wait for that one."""
    item = _mine(item, by, None)
    gone, _ = ItemBlock.objects.filter(blocker=blocker, blocked=item).delete()
    if not gone:
        raise NotFound(f"Item {item.number} does not wait for item {blocker.number}.")
    _save(item)
    events.record(ITEM_UNLINKED, item, by=by, kind="blocked_by", target=str(blocker.number))
    return item


@transaction.atomic
def link_item(*, item: WorkItem, kind: str, target: str, by: User, now: datetime) -> ItemLink:
    """Say what it is about: any kind of thing that `subjects` knows, by its id. The same again changes nothing.

    Raises NotAllowed, Invalid for a kind or a thing that there is not, or more than 50.
    """
    item = _mine(item, by, None)
    _refuse_unknown(item, kind, target)
    if ItemLink.objects.filter(item=item).count() >= MOST_LINKS:
        raise Invalid(f"An item has {MOST_LINKS} links at most.", field="target", code="length")
    link, is_new = ItemLink.objects.get_or_create(
        item=item, kind=kind, target=target, defaults={"created_by": by, "created_at": now}
    )
    if is_new:
        _save(item)
        events.record(ITEM_LINKED, item, by=by, kind=kind, target=target)
    return link


@transaction.atomic
def unlink_item(*, link: ItemLink, by: User) -> None:
    """Raises NotAllowed, NotFound when somebody took it away meanwhile."""
    item = _mine(link.item, by, None)
    gone, _ = ItemLink.objects.filter(pk=link.pk).delete()
    if not gone:
        raise NotFound("That link is not there any more.")
    _save(item)
    events.record(ITEM_UNLINKED, item, by=by, kind=link.kind, target=link.target)


def _refuse_unknown(item: WorkItem, kind: str, target: str) -> None:
    if kind not in subjects.kinds():
        said = f"Kind is one of {', '.join(subjects.kinds())}: got {kind[:40]!r}."
        raise Invalid(said, field="kind", code="choice")
    values = Values()
    values.text("target", target, least=1, most=120)
    values.refuse_if_wrong()
    if subjects.known(item.project, kind, target) is None:
        raise Invalid(f"There is no {kind} {target!r} in this project.", field="target", code="unknown")


_BEHIND = """
WITH RECURSIVE behind (id) AS (
    SELECT blocked_id FROM projects_itemblock WHERE blocker_id = %s
    UNION SELECT one.blocked_id FROM projects_itemblock AS one JOIN behind ON one.blocker_id = behind.id
) SELECT 1 FROM behind WHERE id = %s
"""


def _refuse_circle(item: WorkItem, blocker: WorkItem) -> None:
    """`blocker` must not itself wait for the item, however far behind it."""
    if blocker.project_id != item.project_id:
        raise Invalid(f"There is no item {blocker.number} in this project.", field="item", code="unknown")
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, [item.pk, blocker.pk])
        if cursor.fetchone() is None and blocker.pk != item.pk:
            return
    said = f"Item {blocker.number} waits for item {item.number} already: neither could ever begin."
    raise Invalid(said if blocker.pk != item.pk else "An item cannot wait for itself.", field="item", code="circle")


def _mine(item: WorkItem, by: User | None, expected_version: int | None) -> WorkItem:
    item = locked_item(item)
    require(rules.why_not(by, Permission.PLAN, item.project_id))
    require_version(f"Item {item.number}", item.version, expected_version)
    return item


def _save(item: WorkItem, *names: str) -> None:
    item.version += 1
    item.save(update_fields=[*names, "version"])
