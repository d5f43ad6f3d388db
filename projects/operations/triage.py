"""Writes about requests: what comes in from outside the plan waits until somebody takes it in, or says why not."""

from datetime import datetime

from django.db import transaction

from core import events
from core.errors import Conflict
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import TRIAGE_FLOW, ItemKind, ItemState, Priority, Triage
from projects.events import ITEM_ACCEPTED, ITEM_DECLINED, ITEM_REQUESTED
from projects.models import Project, WorkItem
from projects.operations.item_values import read_values
from projects.operations.items import enter, facts, locked_item
from projects.operations.locking import locked_open, require_version
from projects.operations.ranks import append_to_lane
from projects.operations.values import Values
from projects.roles import Permission


@transaction.atomic
def request_item(
    *,
    project: Project,
    title: str,
    description: str = "",
    kind: str = ItemKind.STORY,
    priority: int = Priority.NONE,
    by: User,
    now: datetime,
) -> WorkItem:
    """Ask the team for something: anybody of the project may. Raises NotAllowed, Invalid."""
    project = locked_open(project.pk)
    require(rules.why_not_request_item(by, project.pk))
    given = {"title": title, "description": description, "kind": kind, "priority": priority}
    item = WorkItem(
        triage=Triage.WAITING,
        state=ItemState.BACKLOG,
        created_by=by,
        created_at=now,
        moved_at=now,
        **read_values(project, given),
    )
    enter(item, project, at_foot=False)
    events.record(ITEM_REQUESTED, item, by=by, **facts(item))
    return item


@transaction.atomic
def accept_request(*, item: WorkItem, by: User, now: datetime, expected_version: int | None = None) -> WorkItem:
    """Take it into the backlog, at its foot. Raises NotAllowed, Conflict, IllegalStep, PreconditionFailed."""
    item = _waiting(item, by, expected_version)
    item.triage = TRIAGE_FLOW.target(item.triage, "accept")
    item.moved_at = now
    append_to_lane(item)
    item.version += 1
    item.save(update_fields=["triage", "moved_at", "rank", "version"])
    events.record(ITEM_ACCEPTED, item, by=by, **facts(item))
    return item


@transaction.atomic
def decline_request(
    *, item: WorkItem, reason: str, by: User, now: datetime, expected_version: int | None = None
) -> WorkItem:
    """Say no, and why. Raises NotAllowed, Invalid without a reason, Conflict, IllegalStep, PreconditionFailed."""
    item = _waiting(item, by, expected_version)
    values = Values()
    reason = values.text("reason", reason, least=1, most=500)
    values.refuse_if_wrong()
    item.triage, item.triage_reason = TRIAGE_FLOW.target(item.triage, "decline"), reason
    item.state, item.moved_at = ItemState.DROPPED, now
    item.version += 1
    item.save(update_fields=["triage", "triage_reason", "state", "moved_at", "version"])
    events.record(ITEM_DECLINED, item, by=by, reason=reason, **facts(item))
    return item


def _waiting(item: WorkItem, by: User, expected_version: int | None) -> WorkItem:
    item = locked_item(item)
    require(rules.why_not(by, Permission.PLAN, item.project_id))
    require_version(f"Item {item.number}", item.version, expected_version)
    if not item.triage:
        raise Conflict(f"Item {item.number} is no request: nobody waits for an answer.", code="not_requested")
    return item
