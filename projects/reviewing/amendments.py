"""What was corrected since a review was frozen: the snapshot against today's records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.models import Event
from projects import queries
from projects.models import SprintReview, WorkItem

SAID = ("title", "kind", "points")
"""What a review says of any item."""

STAYS = ("state", "sprint")
"""What it says besides of an item that was completed or dropped in the sprint: it stays there. What was carried over
goes on, and that is the next sprint's record."""


@dataclass(frozen=True)
class Amendment:
    """`where` is an item's number, or a card's; by whom and when as far as the log says."""

    kind: str
    number: int
    field: str
    before: Any
    after: Any
    by: str = ""
    at: datetime | None = None


def amendments(review: SprintReview) -> list[Amendment]:
    """Items first, in the order of their numbers; then decisions that became an item afterwards. None before it is
    frozen."""
    if review.snapshot is None:
        return []
    return [*_of_items(review, review.snapshot), *_of_cards(review, review.snapshot)]


def _of_items(review: SprintReview, snapshot: Mapping[str, Any]) -> list[Amendment]:
    kept = {int(number): row for number, row in snapshot["items"].items()}
    rows = WorkItem.objects.filter(project_id=review.project_id, number__in=list(kept)).select_related("sprint")
    now = {item.number: item for item in rows}
    changed = [
        (number, field, before, after)
        for number, row in sorted(kept.items())
        for field, before, after in _changes(row, now.get(number), review.sprint.number)
    ]
    numbers = {number for number, *_ in changed}
    told = queries.corrections(review.sprint, after_seq=snapshot["last_seq"], numbers=numbers) if numbers else []
    return [
        Amendment("item", number, field, before, after, *_by_whom(told, number, field))
        for number, field, before, after in changed
    ]


def _changes(row: Mapping[str, Any], item: WorkItem | None, sprint: int) -> list[tuple[str, Any, Any]]:
    if item is None:
        return [("item", row["title"], None)]
    after = {
        "title": item.title,
        "kind": str(item.kind),
        "points": item.points,
        "state": str(item.state),
        "sprint": item.sprint.number if item.sprint else None,
    }
    before = dict(row) | {"sprint": sprint}
    fields = (*SAID, *STAYS) if row["stays"] else SAID
    return [(name, before[name], after[name]) for name in fields if before[name] != after[name]]


def _by_whom(told: list[Event], number: int, field: str) -> tuple[str, datetime | None]:
    """The newest event that changed this field of the item."""
    for event in told:
        if event.subject_id != str(number):
            continue
        changed = event.data.get("changed", ())
        was_moved = event.data.get("was") not in (None, event.data.get("state")) or "sprint" in changed
        if field in changed or (field == "state" and was_moved):
            return event.actor_label, datetime.fromisoformat(event.at)
    return "", None


def _of_cards(review: SprintReview, snapshot: Mapping[str, Any]) -> list[Amendment]:
    now = {card.number: card for card in queries.review_cards(review.sprint)}
    found = []
    for row in snapshot["decisions"]:
        card = now.get(row["number"])
        became = card.item.number if card and card.item else None
        if became != row["item"]:
            found.append(Amendment("card", row["number"], "item", row["item"], became))
    return found
