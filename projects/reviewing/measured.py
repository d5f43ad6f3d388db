"""What the runs of an item came to. The app that has the runs registers it, in its gates.py, as it does its facts of
cards: the review says the same movement as the card."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from projects.models import Project, WorkItem


@dataclass(frozen=True)
class Measured:
    """The best value of an item's metric, as its card says it, and how sure it is.

    `runs` says what the interval of 95% rests on: 1 is the best run, which logged its own; three or more are the runs
    that measured the metric, and the interval is that of their `mean`; 0 is no interval.
    """

    value: float
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    runs: int = 0


Teller = Callable[[Project, Sequence[WorkItem]], Mapping[int, Measured]]
"""By the items' numbers, at the same cost for one item and for many."""

_tellers: list[Teller] = []


def measures(teller: Teller) -> Teller:
    _tellers.append(teller)
    return teller


def measured(project: Project, items: Sequence[WorkItem]) -> dict[int, Measured]:
    """Whatever of these items was measured."""
    found: dict[int, Measured] = {}
    if items:
        for teller in _tellers:
            found |= teller(project, items)
    return found
