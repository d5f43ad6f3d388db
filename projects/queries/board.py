"""Sprints and the items in them."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from core.errors import NotFound
from core.models import Event
from projects.burnup import Card, Fact
from projects.enums import ItemState, SprintState
from projects.models import (
    Project,
    Sprint,
    WorkItem,
)


def sprints(project: Project) -> QuerySet[Sprint]:
    return Sprint.objects.filter(project=project)


def sprint(project: Project, number: int) -> Sprint:
    """Raises NotFound."""
    found = sprints(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no sprint {number} in this project.")
    return found


def active_sprint(project: Project) -> Sprint | None:
    return sprints(project).filter(state=SprintState.ACTIVE).first()


def planned_sprints(project: Project) -> QuerySet[Sprint]:
    return sprints(project).filter(state=SprintState.PLANNED).order_by("number")


def open_sprints(project: Project) -> QuerySet[Sprint]:
    """The sprints that still take items."""
    return sprints(project).exclude(state=SprintState.CLOSED).order_by("number")


def items(project: Project) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(project=project).select_related("assignee", "sprint")


def item(project: Project, number: int) -> WorkItem:
    """Raises NotFound."""
    found = items(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no item {number} in this project.")
    return found


def cards(sprint: Sprint) -> QuerySet[WorkItem]:
    """The sprint's items, lane by lane, from the top down."""
    return WorkItem.objects.filter(sprint=sprint).select_related("assignee").order_by("state", "rank", "pk")


def backlog(project: Project) -> QuerySet[WorkItem]:
    """What is in no sprint and still to be done."""
    left = items(project).filter(sprint=None).exclude(state__in=[ItemState.DONE, ItemState.DROPPED])
    return left.order_by("rank", "pk")


def sprint_cards(sprint: Sprint) -> list[Card]:
    """The sprint's items, as much of them as its burn-up needs."""
    return [Card(*row) for row in WorkItem.objects.filter(sprint=sprint).values_list("number", "state", "points")]


def sprint_facts(sprint: Sprint) -> list[Fact]:
    """What happened to items while they were in the sprint, in order: what its burn-up is read from."""
    touches = Q(data__sprint=sprint.number) | Q(data__was_sprint=sprint.number)
    found = Event.objects.filter(touches, stream_id=sprint.project_id, subject_type="workitem").order_by("seq")
    return [_fact(*row) for row in found.values_list("at", "subject_id", "data")]


def _fact(at: str, item: str, data: dict[str, Any]) -> Fact:
    return Fact(
        day=datetime.fromisoformat(at).date(),
        item=int(item),
        sprint=data.get("sprint"),
        was_sprint=data.get("was_sprint"),
        state=data["state"],
        was_state=data.get("was", data["state"]),
        points=data.get("points"),
    )
