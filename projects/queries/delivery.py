"""What the log says of items and sprints: what the measures of delivery are replayed from."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from core.models import Event
from projects.delivery import MOST_WEEKS, Change, History, Phase, histories
from projects.enums import ItemState, SprintState, Triage
from projects.events import SPRINT_CLOSED, SPRINT_STARTED
from projects.models import Project, Sprint, WorkItem

PHASES: dict[str, Phase] = {
    ItemState.BACKLOG: Phase.READY,
    ItemState.READY: Phase.READY,
    ItemState.IN_PROGRESS: Phase.ACTIVE,
    ItemState.REVIEW: Phase.WAITING,
    ItemState.DONE: Phase.DONE,
    ItemState.DROPPED: Phase.DROPPED,
}

_Row = tuple[int, str, str, dict[str, Any]]
"""An event's place, time, subject and data."""


@dataclass(frozen=True)
class Span:
    """A sprint's part of the log: from the event that started it to the last one before it closed."""

    start_seq: int
    started_at: datetime
    end_seq: int | None
    ended_at: datetime | None
    committed: list[int]


def sprint_story(sprint: Sprint) -> tuple[Span | None, dict[int, History]]:
    """The sprint's part of the log, None before it has started; and every item that was ever in it."""
    touches = Q(data__sprint=sprint.number) | Q(data__was_sprint=sprint.number)
    told = Event.objects.filter(stream_id=sprint.project_id).filter(
        Q(touches, subject_type="workitem") | Q(subject_type="sprint", type__in=[SPRINT_STARTED, SPRINT_CLOSED])
    )
    numbers: set[int] = set()
    mine: dict[str, _Row] = {}
    for kind, *row in told.values_list("type", "seq", "at", "subject_id", "data"):
        seq, at, subject, data = row
        if kind not in (SPRINT_STARTED, SPRINT_CLOSED):
            numbers.add(int(subject))
            continue
        if subject == sprint.public_id:
            mine[kind] = (seq, at, subject, data)
        if data.get("carried_to") == sprint.number:
            numbers |= set(data["carried"])
    span = _span(mine)
    return span, item_histories(sprint.project_id, numbers | set(span.committed if span else ()))


def item_histories(project_id: int, numbers: Collection[int]) -> dict[int, History]:
    """Every change of these items. That a sprint closed and carried them over is one, though told of the sprint."""
    if not numbers:
        return {}
    ids = [str(number) for number in numbers]
    told = Event.objects.filter(stream_id=project_id).filter(
        Q(subject_type="workitem", subject_id__in=ids, data__has_key="state")
        | Q(subject_type="sprint", type=SPRINT_CLOSED)
    )
    rows: list[tuple[str, _Row]] = [
        (kind, (seq, at, subject, data))
        for kind, seq, at, subject, data in told.order_by("seq").values_list("type", "seq", "at", "subject_id", "data")
    ]
    changes = [_change(*row) for kind, row in rows if kind != SPRINT_CLOSED]
    closed = [row for kind, row in rows if kind == SPRINT_CLOSED]
    return histories([*changes, *_carried(closed, histories(changes), set(numbers))])


def finished_lately(project: Project, *, now: datetime) -> dict[int, History]:
    """Of the items that were done at some time in the last twelve weeks."""
    since = (now - timedelta(weeks=MOST_WEEKS)).isoformat(timespec="microseconds")
    told = Event.objects.filter(stream_id=project.pk, subject_type="workitem", at__gte=since, data__state="done")
    return item_histories(project.pk, {int(one) for one in told.values_list("subject_id", flat=True).distinct()})


def in_progress(project: Project) -> dict[int, History]:
    begun = WorkItem.objects.filter(project=project, state__in=[ItemState.IN_PROGRESS, ItemState.REVIEW])
    return item_histories(project.pk, set(begun.values_list("number", flat=True)))


def titles(project: Project, numbers: Collection[int]) -> dict[int, str]:
    """Of the items with these numbers."""
    items = WorkItem.objects.filter(project=project, number__in=list(numbers))
    return dict(items.values_list("number", "title"))


def left_open(project: Project) -> int:
    """How many items of the project are still to be done; what waits for triage is not agreed yet."""
    items = WorkItem.objects.filter(project=project).exclude(triage=Triage.WAITING)
    return items.exclude(state__in=[ItemState.DONE, ItemState.DROPPED]).count()


def points_done(project: Project) -> list[int]:
    """Points completed in each closed sprint, oldest first; an item without an estimate counts as one."""
    closed = Sprint.objects.filter(project=project, state=SprintState.CLOSED).order_by("number")
    points = Coalesce(Sum(Coalesce("items__points", 1), filter=Q(items__state=ItemState.DONE)), 0)
    return list(closed.annotate(total=points).values_list("total", flat=True))


def events_between(project_id: int, start_seq: int, end_seq: int | None, types: Collection[str]) -> QuerySet[Event]:
    """What happened of these types after `start_seq`, in order."""
    found = Event.objects.filter(stream_id=project_id, seq__gt=start_seq, type__in=types).order_by("seq")
    return found if end_seq is None else found.filter(seq__lte=end_seq)


@dataclass(frozen=True)
class Started:
    """That a sprint was started: its number, the items that it was started with, and where that stands in the log."""

    seq: int
    sprint: int
    committed: list[int]


def sprints_started(project: Project, *, after_seq: int) -> list[Started]:
    """Those that were started after the log had `after_seq` events, in order."""
    found = Event.objects.filter(stream_id=project.pk, type=SPRINT_STARTED, seq__gt=after_seq).order_by("seq")
    rows = found.values_list("seq", "subject_id", "data")
    return [Started(seq, int(number), list(data.get("committed", []))) for seq, number, data in rows]


def corrections(sprint: Sprint, *, after_seq: int, numbers: Collection[int]) -> list[Event]:
    """What was written about these items after the log had `after_seq` events, newest first."""
    found = Event.objects.filter(stream_id=sprint.project_id, subject_type="workitem", seq__gt=after_seq)
    return list(found.filter(subject_id__in=[str(number) for number in numbers]).order_by("-seq"))


def _change(seq: int, at: str, item: str, data: dict[str, Any]) -> Change:
    return Change(
        at=datetime.fromisoformat(at),
        seq=seq,
        item=int(item),
        sprint=data.get("sprint"),
        phase=PHASES[data["state"]],
        points=data.get("points"),
        kind=data.get("kind") or "",
        blocked=data.get("blocked") or "",
    )


def _span(mine: dict[str, _Row]) -> Span | None:
    if SPRINT_STARTED not in mine:
        return None
    start_seq, started, _, data = mine[SPRINT_STARTED]
    end_seq, ended = mine[SPRINT_CLOSED][:2] if SPRINT_CLOSED in mine else (None, None)
    return Span(
        start_seq=start_seq,
        started_at=datetime.fromisoformat(started),
        end_seq=end_seq - 1 if end_seq else None,
        ended_at=datetime.fromisoformat(ended) if ended else None,
        committed=[int(number) for number in data.get("committed", [])],
    )


def _carried(closed: list[_Row], known: dict[int, History], numbers: set[int]) -> Iterator[Change]:
    """Each item that a closing sprint carried over, as it went on: in the next sprint, or ready in the backlog. What
    is carried over twice between two of its own changes goes on from where it was carried."""
    carried: dict[int, Change] = {}
    for seq, at, _, data in closed:
        to = data.get("carried_to")
        for number in numbers & {int(one) for one in data.get("carried", [])}:
            was = next((one for one in reversed(known.get(number, ())) if one.seq < seq), None)
            if number in carried and (was is None or carried[number].seq > was.seq):
                was = carried[number]
            if was is not None:
                phase = was.phase if to else Phase.READY
                moment = datetime.fromisoformat(at)
                carried[number] = Change(moment, seq, number, to, phase, was.points, was.kind, was.blocked)
                yield carried[number]
