"""Writes about sprints."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import SPRINT_FLOW, ItemState, SprintState
from projects.events import SPRINT_CLOSED, SPRINT_PLANNED, SPRINT_REVISED, SPRINT_STARTED
from projects.models import Project, Sprint, WorkItem
from projects.operations.locking import locked_open, require_version
from projects.operations.ranks import append_to_lane
from projects.operations.reviews import freeze_review
from projects.operations.values import Values, refuse_unknown
from projects.roles import Permission

LONGEST = timedelta(days=60)
PLANNED = ("goal", "start_date", "end_date")


@transaction.atomic
def plan_sprint(
    *, project: Project, goal: str, start_date: date, end_date: date, by: User | None, now: datetime
) -> Sprint:
    """Plan the next sprint. Raises NotAllowed, Invalid for dates the wrong way round, over 60 days or far off."""
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.PLAN, project.pk))
    goal = _checked(goal, start_date, end_date)
    last = Sprint.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    sprint = Sprint.objects.create(
        project=project, number=last + 1, goal=goal, start_date=start_date, end_date=end_date
    )
    events.record(SPRINT_PLANNED, sprint, by=by, goal=goal, start=str(start_date), end=str(end_date))
    return sprint


@transaction.atomic
def revise_sprint(
    *, sprint: Sprint, values: Mapping[str, Any], by: User | None, now: datetime, expected_version: int | None = None
) -> Sprint:
    """Change its goal or its days. Raises NotAllowed, Invalid, PreconditionFailed, Conflict once it is closed."""
    sprint = _locked(sprint)
    require(rules.why_not(by, Permission.PLAN, sprint.project_id))
    require_version(sprint, sprint.version, expected_version)
    refuse_unknown(values, PLANNED)
    if sprint.state == SprintState.CLOSED:
        raise Conflict(f"{sprint} is closed: its plan is its record.", code="sprint_closed")
    after = {name: getattr(sprint, name) for name in PLANNED} | dict(values)
    after["goal"] = _checked(**after)
    told = {
        name: [str(getattr(sprint, name)), str(after[name])] for name in PLANNED if after[name] != getattr(sprint, name)
    }
    if not told:
        return sprint
    sprint.goal, sprint.start_date, sprint.end_date = (after[name] for name in PLANNED)
    sprint.version += 1
    sprint.save(update_fields=[*PLANNED, "version"])
    events.record(SPRINT_REVISED, sprint, by=by, changes=told)
    return sprint


@transaction.atomic
def start_sprint(*, sprint: Sprint, by: User | None, now: datetime, expected_version: int | None = None) -> Sprint:
    """Make it the active one. Raises NotAllowed, IllegalStep, Conflict while another one is active."""
    sprint = _locked(sprint)
    require(rules.why_not(by, Permission.PLAN, sprint.project_id))
    require_version(sprint, sprint.version, expected_version)
    target = SPRINT_FLOW.target(sprint.state, "start")
    active = Sprint.objects.filter(project_id=sprint.project_id, state=SprintState.ACTIVE).first()
    if active:
        raise Conflict(f"{active} is still active: close it first.", code="another_active")
    _save(sprint, state=target)
    committed = list(sprint.items.order_by("number").values_list("number", flat=True))
    events.record(SPRINT_STARTED, sprint, by=by, goal=sprint.goal, committed=committed)
    return sprint


@transaction.atomic
def close_sprint(
    *,
    sprint: Sprint,
    by: User | None,
    now: datetime,
    carry_to: Sprint | None = None,
    expected_version: int | None = None,
) -> Sprint:
    """End it, and freeze its review as it stands. What is neither done nor dropped goes to `carry_to`, a planned
    sprint, or back to the backlog.

    Raises NotAllowed, IllegalStep, Invalid for a target that is not planned or not of this project.
    """
    sprint = _locked(sprint)
    require(rules.why_not(by, Permission.PLAN, sprint.project_id))
    require_version(sprint, sprint.version, expected_version)
    target = SPRINT_FLOW.target(sprint.state, "close")
    _check_target(sprint, carry_to)
    done = list(sprint.items.filter(state=ItemState.DONE).order_by("number").values_list("number", flat=True))
    review = freeze_review(sprint, by=by, now=now)
    carried = _carry_over(sprint, carry_to)
    _save(sprint, state=target)
    to = carry_to.number if carry_to else None
    said = {"done": done, "carried": carried, "carried_to": to, "digest": review.digest}
    events.record(SPRINT_CLOSED, sprint, by=by, goal=sprint.goal, **said)
    return sprint


def _checked(goal: str, start_date: date, end_date: date) -> str:
    values = Values()
    goal = values.text("goal", goal, least=1, most=200)
    values.day("start_date", start_date)
    values.day("end_date", end_date)
    values.refuse_if_wrong()
    if end_date < start_date:
        values.wrong("end_date", f"It ends ({end_date}) before it starts ({start_date}).", code="range")
    elif end_date - start_date > LONGEST:
        values.wrong("end_date", f"A sprint has {LONGEST.days} days at most: got {(end_date - start_date).days}.")
    values.refuse_if_wrong()
    return goal


def _check_target(sprint: Sprint, carry_to: Sprint | None) -> None:
    if carry_to is None:
        return
    is_planned = Sprint.objects.filter(pk=carry_to.pk, project_id=sprint.project_id, state=SprintState.PLANNED).exists()
    if not is_planned:
        raise Invalid(f"{carry_to} is not a planned sprint of this project.", field="carry_to")


def _carry_over(sprint: Sprint, carry_to: Sprint | None) -> list[int]:
    """Move what is open; in the backlog everything is ready. Returns the numbers of the items."""
    still_open = sprint.items.exclude(state__in=[ItemState.DONE, ItemState.DROPPED])
    items: list[WorkItem] = list(still_open.select_for_update(no_key=True).order_by("rank", "pk"))
    for item in items:
        item.sprint, item.version = carry_to, item.version + 1
        if carry_to is None:
            item.state, item.status = ItemState.READY, None
        append_to_lane(item)
        item.save(update_fields=["sprint", "version", "state", "status", "rank"])
    return sorted(item.number for item in items)


def _locked(sprint: Sprint) -> Sprint:
    locked_open(sprint.project_id)
    return Sprint.objects.select_for_update(no_key=True).get(pk=sprint.pk)


def _save(sprint: Sprint, *, state: str) -> None:
    sprint.state, sprint.version = state, sprint.version + 1
    sprint.save(update_fields=["state", "version"])
