"""What is a person's own: items, findings, conditions and risks."""

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q
from django.urls import reverse_lazy

from inbox.enums import Group
from inbox.queries.person import Person
from inbox.rows import Row
from projects.enums import FindingState, ItemKind, ItemState, RiskState, SprintState, Stage
from projects.models import Finding, Risk, WorkItem
from projects.queries import owned_conditions

MOST = 200
REVIEW_AHEAD = timedelta(days=7)


def assigned(person: Person) -> list[Row]:
    """Four queries, each for the 200 most urgent at most."""
    return [*items(person), *findings(person), *conditions(person), *risks(person)]


def items(person: Person) -> list[Row]:
    """Of sprints that run or are planned, and of the backlog; what is in the running one first."""
    found = WorkItem.objects.filter(assignee=person.user, project__in=person.ids)
    found = found.exclude(state__in=[ItemState.DONE, ItemState.DROPPED]).exclude(sprint__state=SprintState.CLOSED)
    found = found.select_related("sprint").only(*_OF_ITEM).order_by("sprint__end_date", "created_at", "pk")
    return [_item(person, one) for one in found[:MOST]]


# What a row says of an item: reading 200 whole ones costs three times as much.
_OF_ITEM = (
    *("project", "number", "version", "title", "kind", "state", "created_at"),
    *("sprint__number", "sprint__state", "sprint__end_date"),
)


def _item(person: Person, item: WorkItem) -> Row:
    sprint = item.sprint
    runs = sprint is not None and sprint.state == SprintState.ACTIVE
    return person.row(
        Group.ASSIGNED,
        item.project_id,
        key=f"item:{item.pk}",
        what=ItemKind(item.kind).label,
        title=item.title,
        detail=f"{ItemState(item.state).label}{f', {sprint}' if sprint else ', backlog'}",
        url=reverse_lazy("projects:item", args=[person.projects[item.project_id].key, item.number]),
        since=item.created_at,
        due_at=_end_of(sprint.end_date) if sprint and runs else None,
        print=str(item.version),
    )


def findings(person: Person) -> list[Row]:
    found = Finding.objects.filter(owner=person.user, project__in=person.ids, state=FindingState.OPEN)
    return [
        person.row(
            Group.ASSIGNED,
            one.project_id,
            key=f"finding:{one.pk}",
            what=f"Finding, {one.get_severity_display().lower()}",
            title=one.title,
            url=reverse_lazy("projects:finding", args=[person.projects[one.project_id].key, one.number]),
            since=one.opened_at,
            due_at=_end_of(one.due_date),
            print=str(one.version),
        )
        for one in found.order_by("due_date", "pk")[:MOST]
    ]


def conditions(person: Person) -> list[Row]:
    """What approvals on conditions ask of this person."""
    found = owned_conditions(person.user, person.ids)
    return [
        person.row(
            Group.ASSIGNED,
            one.project_id,
            key=f"condition:{one.pk}",
            what=f"Condition of {one.get_gate_display().lower()}",
            title=one.text.split("\n", 1)[0][:200],
            by=one.approval.approver.name,
            url=reverse_lazy("projects:gate", args=[person.projects[one.project_id].key]),
            since=one.approval.at,
            due_at=_end_of(one.due_date),
        )
        for one in found.order_by("due_date", "pk")[:MOST]
    ]


def risks(person: Person) -> list[Row]:
    """Open risks of this person that are to be looked at again within a week."""
    soon = (person.now + REVIEW_AHEAD).date()
    found = Risk.objects.filter(Q(next_review_date__lte=soon), owner=person.user, project__in=person.ids)
    found = found.filter(state=RiskState.OPEN).exclude(project__stage=Stage.RETIRED)
    return [
        person.row(
            Group.ASSIGNED,
            one.project_id,
            key=f"risk:{one.pk}",
            what="Look at a risk again",
            title=one.title,
            url=reverse_lazy("projects:risk", args=[person.projects[one.project_id].key, one.number]),
            since=one.created_at,
            due_at=_end_of(one.next_review_date),
            print=str(one.version),
        )
        for one in found.order_by("next_review_date", "pk")[:MOST]
    ]


def _end_of(day: date | None) -> datetime | None:
    return datetime.combine(day, time.max, tzinfo=UTC) if day else None
