"""What clients log to their open runs, by asynchronous statements of one round trip: the machines' way to these tables.

Each function does what its namesake of `batches` and `runs` does in the plain case, after the same checks, and answers
None or False, having written nothing, when the case is not plain: a run that is missing, put aside, ended or trained
here, a param that would change. The caller then takes the ordinary way, which knows why not. The rules that depend on
the user alone were asked by the caller; those that depend on the run are in the statements.

All is written in groups that share a commit (`core.gathering`). Calls that log points only, and calls that log params
and tags only, gather apart: each group is one statement, and needs no transaction around it. What is an event too, a
run's begin and end, goes apart again: it waits for its project's chain.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from core import events, live
from core.gathering import Gathering
from core.models import User
from experiments import naming
from experiments.enums import Lifecycle, RunSource, RunStatus
from experiments.events import RUN_STARTED
from experiments.models import Run
from experiments.operations.points import ADD_NAMES, WRITE, Item, Points, arguments, names_of
from experiments.operations.runs import EVENTS, summary
from experiments.operations.whispers import measured

MAX_POINTS = 4000
MAX_CHANGES = 50
MAX_TEXTS = 100

_NONE: Mapping[str, str] = {}

_OPEN = "lifecycle = 'active' AND source <> 'training' AND status IN ('RUNNING', 'SCHEDULED')"
# Of several runs, each once, in the order of their ids, so that two writers wait for each other and do not deadlock.
# That no param changes is said of the row alone: a subquery is not asked again when the row was waited for.
_LOG_TEXTS = f"""
UPDATE experiments_run SET params = experiments_run.params || given.params, tags = experiments_run.tags || given.tags
FROM unnest(%s::text[], %s::bigint[], %s::jsonb[], %s::jsonb[]) AS given(run_id, project_id, params, tags)
WHERE experiments_run.run_id = given.run_id AND experiments_run.project_id = given.project_id AND {_OPEN}
  AND (experiments_run.params || given.params) @> experiments_run.params
RETURNING experiments_run.run_id
"""
_BEGIN = """
INSERT INTO experiments_run (project_id, experiment_id, run_id, name, source, status, lifecycle, params, tags,
                             created_by_id, started_at)
SELECT project_id, id, %(run_id)s, %(name)s, %(source)s, %(status)s, %(lifecycle)s, %(params)s, %(tags)s,
       %(created_by_id)s, %(started_at)s
FROM experiments_experiment WHERE id = %(experiment_id)s AND project_id = %(project_id)s AND lifecycle = 'active'
FOR SHARE RETURNING (SELECT name FROM experiments_experiment WHERE id = %(experiment_id)s)
"""
_END = f"""
UPDATE experiments_run SET status = %(status)s, ended_at = %(ended_at)s
WHERE run_id = %(run_id)s AND project_id = %(project_id)s AND {_OPEN}
RETURNING id, experiment_id, name, started_at, params, tags,
          (SELECT count(*) FROM experiments_latestmetric AS latest WHERE latest.run_id = experiments_run.id)
"""


Row = tuple[Any, ...]


@dataclass(frozen=True)
class _Logged(Item):
    """What one call logs to one run, all or nothing."""

    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_texts(self) -> bool:
        return bool(self.params or self.tags)


@dataclass(frozen=True)
class _Change:
    """One statement that returns a row, or none when the case is not plain; and the event that the row is to say."""

    statement: str
    values: Mapping[str, Any]
    said: Callable[[Row], events.Said]


async def log(
    *, project_id: int, run_id: str, points: Points, params: Mapping[str, str] = _NONE, tags: Mapping[str, str] = _NONE
) -> bool:
    """Log checked points, params and tags. False, with nothing written, when the case is not plain."""
    logged = _Logged(run_id, project_id, points, params, tags)
    is_written = await _gathering_of(logged).write(logged)
    if is_written:
        measured(project_id, run_id)
    return is_written


async def begin_run(
    *, project_id: int, experiment_id: int, name: str, tags: Mapping[str, str], started_at: datetime, by: User
) -> Run | None:
    """Begin a run with checked tags. None when the case is not plain."""
    run = Run(
        project_id=project_id,
        experiment_id=experiment_id,
        run_id=naming.run_id(),
        name=name or naming.run_name(),
        source=RunSource.MLFLOW,
        status=RunStatus.RUNNING,
        lifecycle=Lifecycle.ACTIVE,
        tags=dict(tags),
        created_by=by,
        started_at=started_at,
    )
    values = {field.attname: getattr(run, field.attname) for field in Run._meta.concrete_fields}
    values |= {"params": Jsonb(run.params), "tags": Jsonb(run.tags)}

    def said(row: Row) -> events.Said:
        return events.Said(RUN_STARTED, run, by, {"experiment": row[0]})

    return run if await _ends.write(_Change(_BEGIN, values, said)) else None


async def end_run(*, project_id: int, run_id: str, status: str, ended_at: datetime, by: User) -> Run | None:
    """End an open run as FINISHED, FAILED or KILLED. None when the case is not plain."""
    values = {"project_id": project_id, "run_id": run_id, "status": status, "ended_at": ended_at}
    run = Run(**values)

    def said(row: Row) -> events.Said:
        run.pk, run.experiment_id, run.name, run.started_at, run.params, run.tags, metrics = row
        logged = summary(run.params, run.tags, metrics=metrics)
        return events.Said(EVENTS[RunStatus(status)], run, by, {"logged": logged})

    return run if await _ends.write(_Change(_END, values, said)) else None


def _gathering_of(logged: _Logged) -> Gathering[_Logged, bool]:
    if not logged.has_texts:
        return _points
    return _both if logged.points else _texts


async def _write_both(one: AsyncConnection[Any], group: Sequence[_Logged]) -> list[bool]:
    """Write all of each call or nothing of it; which of them got theirs."""
    async with one.pipeline(), one.transaction():
        took = await _write_texts(one, group)
        left = [place for place, is_taken in enumerate(took) if is_taken]
        if left:
            written = await _write_points(one, [group[place] for place in left])
            for place, is_written in zip(left, written, strict=True):
                took[place] = is_written
    return took


async def _write_texts(one: AsyncConnection[Any], group: Sequence[_Logged]) -> list[bool]:
    """Write params and tags; which were not refused them. Calls of one run follow each other."""
    took = [False] * len(group)
    left = list(enumerate(group))
    while left:
        turn: dict[str, tuple[int, _Logged]] = {}
        for place, each in left:
            turn.setdefault(each.run_id, (place, each))
        cursor = await one.execute(_LOG_TEXTS, _texts_of([each for _, each in turn.values()]), prepare=True)
        for [run_id] in await cursor.fetchall():
            took[turn[run_id][0]] = True
        left = [(place, each) for place, each in left if turn[each.run_id][0] != place]
    return took


def _texts_of(turn: Iterable[_Logged]) -> list[list[Any]]:
    rows = [
        (each.run_id, each.project_id, Jsonb(dict(each.params)), Jsonb(dict(each.tags)))
        for each in sorted(turn, key=lambda each: each.run_id)
    ]
    return [list(column) for column in zip(*rows, strict=True)]


async def _write_points(one: AsyncConnection[Any], items: Sequence[Item]) -> list[bool]:
    """Write the points of all items by one statement; which of them got theirs."""
    names = names_of(items)
    while True:
        known, written = await (await one.execute(WRITE, arguments(items, names), prepare=True)).fetchone() or (0, [])
        if known == len(names):
            return [place in written for place in range(1, len(items) + 1)]
        await one.execute(ADD_NAMES, [names])


async def _change(one: AsyncConnection[Any], changes: Sequence[_Change]) -> list[Row | None]:
    """Make all changes, and say them, in one transaction; the row of each."""
    with events.failing_closed():
        rows, said = await _changed(one, changes)
    for stream_id in {each.stream_id for each in said}:
        await asyncio.to_thread(live.wake, stream_id)
    return rows


async def _changed(one: AsyncConnection[Any], changes: Sequence[_Change]) -> tuple[list[Row | None], list[events.Said]]:
    async with one.pipeline(), one.transaction():
        cursors = [await one.execute(change.statement, change.values, prepare=True) for change in changes]
        rows = [await cursor.fetchone() for cursor in cursors]
        said = [change.said(row) for change, row in zip(changes, rows, strict=True) if row]
        if said:
            await events.append(one, said)
    return rows, said


_points: Gathering[_Logged, bool] = Gathering(
    _write_points, flights=2, most=MAX_POINTS, weight=lambda logged: len(logged.points)
)
_texts = Gathering(_write_texts, flights=1, most=MAX_TEXTS)
_both = Gathering(_write_both, flights=2, most=MAX_POINTS, weight=lambda logged: len(logged.points))
_ends = Gathering(_change, flights=1, most=MAX_CHANGES)
