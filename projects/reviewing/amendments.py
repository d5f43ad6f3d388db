"""What was corrected since a review was frozen: what it printed against today's records.

What the sprint completed or dropped stays in it: whatever the review printed of that and is otherwise now, is an
amendment. What it carried over or gave away goes on elsewhere: a change of that is an amendment until a later sprint
takes the item up (it starts with it, or the item is put into it while it runs); from then on changes are that sprint's
work. So are the changes of what was completed here and is taken up again; that it left is an amendment of its own.
What runs measured later, and a scope that was revised later, correct nothing of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.models import Event
from projects import queries
from projects.models import Scope, Spike, SprintReview, WorkItem
from projects.models.items import ESTIMATES
from projects.reviewing import research

SAID = ("title", "kind", "points", "estimates")
"""What a review says of any item."""

STAYS = ("state", "sprint")
"""What it says besides of an item that was completed or dropped in the sprint: it stays there."""

OF_THE_SCOPE = ("metric", "baseline")
"""What an item that does not name it has of the scope."""

COLUMNS = {
    "estimates": set(ESTIMATES.values()),
    "box_days": {"time_box_days"},
    "hypothesis": {"hypothesis", "title"},
}
"""Where an item keeps what the review prints, where that is not the column of its name."""


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


@dataclass(frozen=True)
class _Change:
    number: int
    field: str
    before: Any
    after: Any
    stays: bool
    is_of_spike: bool = False


def amendments(review: SprintReview) -> list[Amendment]:
    """Items first, in the order of their numbers; then decisions that became an item afterwards. None before it is
    frozen."""
    if review.snapshot is None:
        return []
    return [*_of_items(review, review.snapshot), *_of_cards(review, review.snapshot)]


def _of_items(review: SprintReview, snapshot: Mapping[str, Any]) -> list[Amendment]:
    changed = sorted(_changed(review, snapshot), key=lambda one: one.number)
    if not changed:
        return []
    numbers, after_seq = {one.number for one in changed}, snapshot["last_seq"]
    told: dict[int, list[Event]] = {number: [] for number in numbers}
    for event in queries.corrections(review.sprint, after_seq=after_seq, numbers=numbers):
        told[int(event.subject_id)].append(event)
    started = queries.sprints_started(review.project, after_seq=after_seq)
    found = []
    for one in changed:
        until = _taken_up_at(one.number, told[one.number], started)
        newest = next(
            (event for event in told[one.number] if _tells(event, one.field) and _is_before(event, until)), None
        )
        if newest is not None or _counts_untold(one, until):
            by = (newest.actor_label, datetime.fromisoformat(newest.at)) if newest else ("", None)
            found.append(Amendment("item", one.number, one.field, one.before, one.after, *by))
    return found


def _counts_untold(one: _Change, taken_up_at: int | None) -> bool:
    """Whether it is an amendment though no event of the item tells of it before a later sprint took it up."""
    if one.field == "item" or (one.stays and one.field == "sprint"):
        return True
    is_of_scope = one.field in OF_THE_SCOPE and not one.is_of_spike
    return one.stays and taken_up_at is None and not is_of_scope


def _taken_up_at(number: int, told: Iterable[Event], started: Iterable[queries.Started]) -> int | None:
    """Where in the log a later sprint took the item up; None where none has."""
    began = {one.sprint: one.seq for one in started}
    places = [one.seq for one in started if number in one.committed]
    places += [event.seq for event in told if began.get(event.data.get("sprint"), event.seq) < event.seq]
    return min(places, default=None)


def _is_before(event: Event, place: int | None) -> bool:
    return place is None or event.seq < place


def _tells(event: Event, field: str) -> bool:
    """Whether the event changed this field of its item."""
    changed = set(event.data.get("changed", ()))
    if field == "state":
        return event.data.get("was") not in (None, event.data.get("state")) or "sprint" in changed
    return bool(changed & COLUMNS.get(field, {field}))


def _changed(review: SprintReview, snapshot: Mapping[str, Any]) -> Iterable[_Change]:
    kept = {int(number): row for number, row in snapshot["items"].items()}
    tested = {row["item"]: row for row in snapshot["research"]["hypotheses"]}
    rows = WorkItem.objects.filter(project_id=review.project_id, number__in=[*kept, *tested])
    now = {item.number: item for item in rows.select_related("sprint")}
    for number, row in kept.items():
        yield from _of_row(number, row, now.get(number), review.sprint.number)
    spikes = {
        one.item_id: one for one in queries.spikes(review.project).filter(item__in=[one.pk for one in now.values()])
    }
    scope = queries.scope_of(review.project)
    for number, row in tested.items():
        if (item := now.get(number)) is not None:
            yield from _of_hypothesis(row, kept.get(number), item, spikes.get(item.pk), scope)


def _of_row(number: int, row: Mapping[str, Any], item: WorkItem | None, sprint: int) -> Iterable[_Change]:
    if item is None:
        yield _Change(number, "item", row["title"], None, row["stays"])
        return
    after = {
        "title": item.title,
        "kind": str(item.kind),
        "points": item.points,
        "estimates": item.estimates,
        "state": str(item.state),
        "sprint": item.sprint.number if item.sprint else None,
    }
    before = dict(row) | {"sprint": sprint}
    for name in (*SAID, *STAYS) if row["stays"] else SAID:
        if name in before and before[name] != after[name]:  # what an older review did not say, it did not say wrongly
            yield _Change(number, name, before[name], after[name], row["stays"])


def _of_hypothesis(
    row: Mapping[str, Any], kept: Mapping[str, Any] | None, item: WorkItem, spike: Spike | None, scope: Scope
) -> Iterable[_Change]:
    after, stays = research.said_of(item, spike, scope), bool(kept and kept["stays"])
    for name, value in after.items():
        is_title = name == "hypothesis" and kept is not None and row[name] == kept["title"] and value == item.title
        if row[name] != value and not is_title:  # the title is told once
            yield _Change(item.number, name, row[name], value, stays, is_of_spike=spike is not None)


def _of_cards(review: SprintReview, snapshot: Mapping[str, Any]) -> list[Amendment]:
    now = {card.number: card for card in queries.review_cards(review.sprint)}
    found = []
    for row in snapshot["decisions"]:
        card = now.get(row["number"])
        became = card.item.number if card and card.item else None
        if became != row["item"]:
            found.append(Amendment("card", row["number"], "item", row["item"], became))
    return found
