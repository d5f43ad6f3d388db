"""A sprint's burn-up, replayed from the facts of its items: pure, knows no database.

An item counts with its points; without an estimate it counts as one. What is dropped leaves the agreed scope.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

OUTSIDE: tuple[str, int | None] | None = None


@dataclass(frozen=True)
class Fact:
    """What an event said about an item: where it was then. `was_sprint` is where it was before."""

    day: date
    item: int
    sprint: int | None
    was_sprint: int | None
    state: str
    was_state: str
    points: int | None


@dataclass(frozen=True)
class Card:
    """An item as it stands in the sprint now."""

    item: int
    state: str
    points: int | None


@dataclass(frozen=True)
class BurnUp:
    """`days` runs to the end of the sprint, `done` and `scope` to today."""

    days: list[date]
    done: list[int]
    scope: list[int]


def replay(facts: Sequence[Fact], *, sprint: int, start: date, end: date, today: date, cards: Iterable[Card]) -> BurnUp:
    """Points done and points agreed at the end of each day of the sprint."""
    places = _at_start(facts, sprint, cards)
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    done, scope, at = [], [], 0
    for day in days:
        if day > today:
            break
        while at < len(facts) and (facts[at].day <= day or day == min(end, today)):
            fact = facts[at]
            places[fact.item] = (fact.state, fact.points) if fact.sprint == sprint else OUTSIDE
            at += 1
        inside = [place for place in places.values() if place and place[0] != "dropped"]
        done.append(sum(_weight(points) for state, points in inside if state == "done"))
        scope.append(sum(_weight(points) for _, points in inside))
    return BurnUp(days=days, done=done, scope=scope)


def _at_start(facts: Sequence[Fact], sprint: int, cards: Iterable[Card]) -> dict[int, tuple[str, int | None] | None]:
    """Where items were before their first fact; one without any (carried over) is where it is now."""
    places: dict[int, tuple[str, int | None] | None] = {card.item: (card.state, card.points) for card in cards}
    for fact in reversed(facts):
        places[fact.item] = (fact.was_state, fact.points) if fact.was_sprint == sprint else OUTSIDE
    return places


def _weight(points: int | None) -> int:
    return 1 if points is None else points
