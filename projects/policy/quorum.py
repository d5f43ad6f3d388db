"""Whether enough different persons decided: each counts once, for one of the approvals asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from projects.policy.pack import ApprovalRule


@dataclass(frozen=True)
class Vote:
    """Somebody's approval. `is_outside`: they do not work on the project."""

    person: int
    role: str
    is_outside: bool = False


def counts_for(rule: ApprovalRule, vote: Vote) -> bool:
    return vote.role in rule.roles and (vote.is_outside or not rule.outside_team)


def missing(rules: Sequence[ApprovalRule], votes: Iterable[Vote]) -> list[int]:
    """For each rule how many persons are missing, with the persons dealt out so that the most seats are taken.

    Of a person with several votes the last counts. A maximum matching of seats and persons, by augmenting paths.
    """
    persons = list({vote.person: vote for vote in votes}.values())
    seats = [index for index, rule in enumerate(rules) for _ in range(rule.count)]
    sits: dict[int, int] = {}
    for seat in range(len(seats)):
        _seat(seat, rules, seats, persons, sits, set())
    taken = set(sits.values())
    lacking = [0] * len(rules)
    for seat, index in enumerate(seats):
        lacking[index] += seat not in taken
    return lacking


def _seat(
    seat: int,
    rules: Sequence[ApprovalRule],
    seats: Sequence[int],
    persons: Sequence[Vote],
    sits: dict[int, int],
    tried: set[int],
) -> bool:
    """Find a person for the seat, moving those who can sit elsewhere; `sits` is person to seat."""
    for person, vote in enumerate(persons):
        if person in tried or not counts_for(rules[seats[seat]], vote):
            continue
        tried.add(person)
        if person not in sits or _seat(sits[person], rules, seats, persons, sits, tried):
            sits[person] = seat
            return True
    return False
