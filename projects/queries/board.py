"""Sprints and the items in them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db.models import Case, Prefetch, Q, QuerySet, When

from core.errors import NotFound
from core.models import Event
from projects.enums import ItemState, SprintState, Triage
from projects.events import ITEM_ADDED, ITEM_MOVED, ITEM_REVISED
from projects.models import ItemBlock, ItemField, ItemLink, ItemStatus, Project, Sprint, WorkItem

MOVES_ASKED = 50


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


def sprints_for(item: WorkItem) -> QuerySet[Sprint]:
    """Those that still take items, and the one that it is in: a correction leaves an item of a closed sprint there."""
    takes = Sprint.objects.filter(project_id=item.project_id)
    return takes.filter(~Q(state=SprintState.CLOSED) | Q(pk=item.sprint_id)).order_by("number")


def items(project: Project) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(project=project).select_related("assignee", "sprint", "status")


def item(project: Project, number: int) -> WorkItem:
    """Raises NotFound."""
    return _numbered(items(project), number)


def items_numbered(project: Project, numbers: Sequence[int]) -> list[WorkItem]:
    """In the order of the numbers; those that there are not are left out."""
    found = {item.number: item for item in items(project).filter(number__in=numbers)}
    return [found[number] for number in numbers if number in found]


def lane_of(item: WorkItem) -> QuerySet[WorkItem]:
    """The other cards of the item's lane, from the top down. A lane is what has the same sprint and the same status;
    the backlog, what is in no sprint and still to be done, is one."""
    same = WorkItem.objects.filter(project_id=item.project_id, sprint_id=item.sprint_id)  # type: ignore[misc]
    if item.sprint_id is None and item.state in _BACKLOG:
        same = same.filter(state__in=_BACKLOG)
    else:
        same = same.filter(state=item.state, status_id=item.status_id)
    return same.exclude(pk=item.pk).order_by("rank", "pk")


_BACKLOG = (ItemState.BACKLOG, ItemState.READY)


def beneath(item: WorkItem, *, at_most: int) -> list[WorkItem]:
    """The cards of its lane that stand below it, the nearest first."""
    below = Q(rank__gt=item.rank) | Q(rank=item.rank, pk__gt=item.pk)
    return list(lane_of(item).filter(below)[:at_most])


def _numbered(rows: QuerySet[WorkItem], number: int) -> WorkItem:
    found = rows.filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no item {number} in this project.")
    return found


def items_in_full(project: Project) -> QuerySet[WorkItem]:
    return in_full(items(project).select_related("parent"))


def in_full(items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    """With everything that an answer about an item names, at the same cost for one and for many."""
    blocks = ItemBlock.objects.select_related("blocker__status", "blocked").order_by("pk")
    links = ItemLink.objects.order_by("pk")
    return items.prefetch_related(Prefetch("blocked_by", blocks), Prefetch("blocks", blocks), Prefetch("links", links))


def item_in_full(project: Project, number: int) -> WorkItem:
    """Raises NotFound."""
    return _numbered(items_in_full(project), number)


def item_link(item: WorkItem, link_id: int) -> ItemLink:
    """Raises NotFound."""
    found = ItemLink.objects.filter(item=item, pk=link_id).select_related("item").first() if link_id < 2**63 else None
    if found is None:
        raise NotFound(f"Item {item.number} has no link {link_id}.")
    return found


def item_statuses(project: Project) -> QuerySet[ItemStatus]:
    """In the order of the board."""
    return ItemStatus.objects.filter(project=project).order_by(*_BY_GROUP, "position", "pk")


def status_names(project: Project) -> dict[str, str]:
    """How the project calls its statuses, by their keys."""
    return dict(item_statuses(project).values_list("key", "name"))


def item_status(project: Project, key: str) -> ItemStatus:
    """Raises NotFound."""
    found = ItemStatus.objects.filter(project=project, key=key).first()
    if found is None:
        raise NotFound(f"There is no status {key!r} in this project.")
    return found


def item_fields(project: Project) -> QuerySet[ItemField]:
    """The fields that the project gave its items, in their order."""
    return ItemField.objects.filter(project=project).order_by("position", "pk")


def item_field(project: Project, key: str) -> ItemField:
    """Raises NotFound."""
    found = ItemField.objects.filter(project=project, key=key).first()
    if found is None:
        raise NotFound(f"The items of this project have no field {key!r}.")
    return found


_BY_GROUP = [Case(*(When(group=group, then=place) for place, group in enumerate(ItemState)), default=0)]


def cards(sprint: Sprint) -> QuerySet[WorkItem]:
    """The sprint's items, lane by lane, from the top down."""
    return WorkItem.objects.filter(sprint=sprint).select_related("assignee", "status").order_by("state", "rank", "pk")


def moved_lately_by(project: Project, *, since: datetime) -> dict[int, str]:
    """Who moved an item since then, by the item's number: of the newest MOVES_ASKED events alone."""
    moves = Event.objects.filter(
        stream=project.stream,
        seq__gt=project.stream.last_seq - MOVES_ASKED,
        type__in=[ITEM_ADDED, ITEM_MOVED, ITEM_REVISED],
        at__gte=since.astimezone(UTC).isoformat(timespec="microseconds"),
    )
    return {int(number): name for number, name in moves.order_by("seq").values_list("subject_id", "actor_label")}


def backlog(project: Project) -> QuerySet[WorkItem]:
    """What is in no sprint and still to be done."""
    left = items(project).filter(sprint=None).exclude(state__in=[ItemState.DONE, ItemState.DROPPED])
    return left.exclude(triage=Triage.WAITING).order_by("rank", "pk")
