"""Writes about work items."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import ITEM_FLOW, ItemKind, ItemState, SprintState
from projects.events import ITEM_ADDED, ITEM_MOVED, ITEM_REVISED
from projects.models import Membership, Project, Sprint, WorkItem
from projects.operations.locking import locked_open, require_version
from projects.operations.ranks import append_to_lane, place_before
from projects.operations.values import Values, refuse_unknown
from projects.roles import Permission

MOST_TEXT = 8000
MOST_POINTS = 100
FIELDS = ("title", "description", "kind", "points", "assignee", "sprint")


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
    by: User,
    now: datetime,
) -> WorkItem:
    """Add a card to a sprint, or to the backlog. Raises NotAllowed, Invalid, Conflict for a closed sprint."""
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.PLAN, project.pk))
    given = {
        "title": title,
        "kind": kind,
        "description": description,
        "points": points,
        "assignee": assignee,
        "sprint": sprint,
    }
    item = WorkItem(
        project=project,
        number=project.next_item_number,
        created_by=by,
        created_at=now,
        **_checked(project, given),
    )
    append_to_lane(item)
    item.save(force_insert=True)
    project.next_item_number += 1
    project.save(update_fields=["next_item_number"])
    events.record(ITEM_ADDED, item, by=by, was_sprint=None, **_facts(item))
    return item


@transaction.atomic
def revise_item(
    *, item: WorkItem, values: Mapping[str, Any], by: User | None, expected_version: int | None = None
) -> WorkItem:
    """Change the given fields. In another sprint the card goes to the foot of its lane; in the backlog it is ready
    again. Raises NotAllowed, Invalid, PreconditionFailed, Conflict for an item of a closed sprint."""
    item = _locked(item)
    require(rules.why_not(by, Permission.PLAN, item.project_id))
    require_version(f"Item {item.number}", item.version, expected_version)
    after = _checked(item.project, values)
    changed = [name for name, value in after.items() if getattr(item, name) != value]
    if not changed:
        return item
    was = item.sprint.number if item.sprint else None
    for name in changed:
        setattr(item, name, after[name])
    if "sprint" in changed:
        item.state = item.state if item.sprint else ItemState.READY
        append_to_lane(item)
    item.version += 1
    item.save(update_fields=[*changed, "state", "rank", "version"])
    events.record(ITEM_REVISED, item, by=by, changed=changed, was_sprint=was, **_facts(item))
    return item


@transaction.atomic
def move_item(
    *,
    item: WorkItem,
    state: str,
    before: WorkItem | None = None,
    by: User | None,
    now: datetime,
    expected_version: int | None = None,
) -> WorkItem:
    """Put the card into a lane of its sprint, above `before` or at the foot.

    Raises NotAllowed, Invalid for an unknown lane or a `before` that is not in it, PreconditionFailed.
    """
    item = _locked(item)
    require(rules.why_not(by, Permission.PLAN, item.project_id))
    require_version(f"Item {item.number}", item.version, expected_version)
    was = item.state
    if state != was:
        item.state = _lane(item, state)
    _place(item, before)
    item.version += 1
    item.save(update_fields=["state", "rank", "version"])
    sprint = item.sprint.number if item.sprint else None
    events.record(ITEM_MOVED, item, by=by, was=str(was), was_sprint=sprint, **_facts(item))
    return item


def _lane(item: WorkItem, state: str) -> str:
    values = Values()
    values.choice("state", state, ItemState.values)
    values.refuse_if_wrong()
    if item.sprint_id is None and state != ItemState.READY:
        raise Conflict("In the backlog an item is only ready: put it into a sprint first.", code="in_backlog")
    return ITEM_FLOW.target(item.state, f"move_to_{state}")


def _place(item: WorkItem, before: WorkItem | None) -> None:
    if before is None:
        append_to_lane(item)
        return
    above = WorkItem.objects.filter(
        pk=before.pk,
        project_id=item.project_id,
        sprint_id=item.sprint_id,
        state=item.state,  # type: ignore[misc]
    ).exclude(pk=item.pk)
    current = above.first()
    if current is None:
        raise Invalid(f"Item {before.number} is not in that lane.", field="before", code="not_in_lane")
    place_before(item, current)


def _locked(item: WorkItem) -> WorkItem:
    project = locked_open(item.project_id)
    rows = WorkItem.objects.select_for_update(no_key=True, of=("self",)).select_related("sprint", "assignee")
    item = rows.get(pk=item.pk)
    item.project = project
    if item.sprint and item.sprint.state == SprintState.CLOSED:
        raise Conflict(f"{item.sprint} is closed: its items are its record.", code="sprint_closed")
    return item


def _checked(project: Project, given: Mapping[str, Any]) -> dict[str, Any]:
    refuse_unknown(given, FIELDS)
    values, after = Values(), dict(given)
    if "title" in given:
        after["title"] = values.text("title", given["title"], least=1, most=200)
    if "description" in given:
        after["description"] = values.text("description", given["description"], most=MOST_TEXT)
    if "kind" in given:
        after["kind"] = values.choice("kind", given["kind"], ItemKind.values)
    if given.get("points") is not None:
        after["points"] = values.whole("points", given["points"], low=0, high=MOST_POINTS)
    if given.get("assignee") and not Membership.objects.filter(project=project, user=given["assignee"]).exists():
        values.wrong("assignee", f"{given['assignee']} is not in the project.", code="not_a_member")
    if given.get("sprint"):
        after["sprint"] = _open_sprint(project, given["sprint"], values)
    values.refuse_if_wrong()
    return after


def _open_sprint(project: Project, sprint: Sprint, values: Values) -> Sprint | None:
    current = Sprint.objects.filter(project=project, pk=sprint.pk).first()
    if current is None:
        values.wrong("sprint", f"{sprint} is not a sprint of this project.")
    elif current.state == SprintState.CLOSED:
        values.wrong("sprint", f"{sprint} is closed.", code="sprint_closed")
    return current


def _facts(item: WorkItem) -> dict[str, Any]:
    """What the burn-up is later read from."""
    return {
        "sprint": item.sprint.number if item.sprint else None,
        "state": str(item.state),
        "points": item.points,
        "kind": str(item.kind),
        "assignee": item.assignee.username if item.assignee else None,
    }
