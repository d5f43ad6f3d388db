"""Planning a sprint: how much room each discipline has, and how much of it is taken."""

from dataclasses import dataclass
from datetime import date, timedelta

from projects import queries
from projects.enums import Discipline
from projects.models import Sprint, SprintCapacity
from projects.models.items import ESTIMATES

SATURDAY = 5


@dataclass(frozen=True)
class Room:
    """Points of one discipline; without one it is the whole team, with what nobody split among the disciplines: that is
    in no discipline's own room."""

    discipline: Discipline | None
    capacity: float
    committed: int
    not_split: int = 0

    @property
    def is_over(self) -> bool:
        return self.committed > self.capacity

    @property
    def label(self) -> str:
        return str(self.discipline.label) if self.discipline else "Everybody"


def working_days(start: date, end: date) -> int:
    """Mondays to Fridays, both ends counted."""
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return sum(day.weekday() < SATURDAY for day in days)


def available(one: SprintCapacity, days: int) -> float:
    """The points left of the person's when their days off are taken away."""
    return round(one.points * max(0, days - one.days_off) / days, 1) if days else 0.0


def plan_of(sprint: Sprint) -> list[Room]:
    """The whole team first, then the disciplines that have room or work."""
    days = working_days(sprint.start_date, sprint.end_date)
    room: dict[str, float] = dict.fromkeys(Discipline.values, 0.0)
    for one in queries.capacities(sprint):
        room[one.discipline] += available(one, days)
    taken, total, not_split = dict.fromkeys(Discipline.values, 0), 0, 0
    for item in sprint.items.exclude(state="dropped"):
        total += item.points or 0
        not_split += 0 if item.estimates else item.points or 0
        for discipline, column in ESTIMATES.items():
            taken[discipline.value] += getattr(item, column) or 0
    each = [Room(one, round(room[one.value], 1), taken[one.value]) for one in Discipline]
    whole = Room(None, round(sum(room.values()), 1), total, not_split)
    return [whole, *(one for one in each if one.capacity or one.committed)]
