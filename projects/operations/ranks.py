"""Places of cards in a lane: sparse numbers, so that a move writes one row, and all of them only when room runs out.

The project's lock is held by the caller.
"""

from django.db.models import Max

from projects import queries
from projects.models import WorkItem

GAP = 1024.0
NARROWEST = 1e-3


def append_to_lane(item: WorkItem) -> None:
    """Put the item at the foot of its lane; the caller saves it."""
    last = queries.lane_of(item).order_by().aggregate(last=Max("rank"))["last"]
    item.rank = GAP if last is None else last + GAP


def place_before(item: WorkItem, before: WorkItem) -> None:
    """Put the item just above `before` in its lane; the caller saves it."""
    item.rank = _between(item, before) or _respaced(item, before)


def _between(item: WorkItem, before: WorkItem) -> float | None:
    """The middle between `before` and the card above it; None when there is no room."""
    above = queries.lane_of(item).filter(rank__lt=before.rank).order_by().aggregate(last=Max("rank"))["last"]
    has_twin = queries.lane_of(item).filter(rank=before.rank).exclude(pk=before.pk).exists()
    if has_twin:
        return None
    if above is None:
        return before.rank - GAP
    return (above + before.rank) / 2 if before.rank - above > NARROWEST else None


def _respaced(item: WorkItem, before: WorkItem) -> float:
    """Space the whole lane evenly again, with a gap for the item. Returns the item's rank."""
    others = list(queries.lane_of(item))
    at = next(index for index, other in enumerate(others) if other.pk == before.pk)
    for index, other in enumerate(others):
        other.rank = GAP * (index + 1 + (index >= at))
    WorkItem.objects.bulk_update(others, ["rank"])
    return GAP * (at + 1)
