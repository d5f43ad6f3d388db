"""What clients log to their open runs, by asynchronous statements of one round trip: the machines' way to these tables.

Each function does what its namesake of `batches` and `runs` does in the plain case, after the same checks, and answers
None or False, having written nothing, when the case is not plain: a run that is missing, put aside, ended or trained
here, a param that would change. The caller then takes the ordinary way, which knows why not. The rules that depend on
the user alone were asked by the caller; those that depend on the run are in the statements.

All is written in groups that share a commit (`core.gathering`): points together by one statement; params and tags a
statement each; what is an event too (a run's begin and end) apart from these, because it waits for its project's chain.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from core import events, live, pool
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

_OPEN = "lifecycle = 'active' AND source <> 'training' AND status IN ('RUNNING', 'SCHEDULED')"
_LOG_TEXTS = f"""
UPDATE experiments_run SET params = params || %(params)s, tags = tags || %(tags)s
WHERE run_id = %(run_id)s AND project_id = %(project_id)s AND {_OPEN}
  AND NOT EXISTS (SELECT FROM jsonb_each_text(%(params)s) AS given WHERE params ->> given.key <> given.value)
RETURNING id
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
class _Change:
    """One statement that returns a row, or none when the case is not plain; and the event that the row is to say."""

    statement: str
    values: Mapping[str, Any]
    said: Callable[[Row], events.Said] | None = None


async def log_points(*, project_id: int, run_id: str, points: Points) -> bool:
    """Log checked points. False, with nothing written, when the case is not plain."""
    is_written = await _points.write(Item(run_id, project_id, points))
    if is_written:
        measured(project_id, run_id)
    return is_written


async def log_texts(
    *, project_id: int, run_id: str, params: Mapping[str, str], tags: Mapping[str, str], points: Points | None = None
) -> bool:
    """Log checked params and tags, and points with them, all or nothing. False when the case is not plain."""
    given = {"project_id": project_id, "run_id": run_id, "params": Jsonb(dict(params)), "tags": Jsonb(dict(tags))}
    if points:
        is_written = await _log_both(given, Item(run_id, project_id, points))
    else:
        is_written = await _texts.write(_Change(_LOG_TEXTS, given)) is not None
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

    def said(row: Row) -> events.Said:
        logged = summary(row[4], row[5], metrics=row[6])
        return events.Said(EVENTS[RunStatus(status)], _ended(values, row), by, {"logged": logged})

    row = await _ends.write(_Change(_END, values, said))
    return _ended(values, row) if row else None


def _ended(values: Mapping[str, Any], row: Row) -> Run:
    names = ("pk", "experiment_id", "name", "started_at", "params", "tags")
    return Run(**values, **dict(zip(names, row, strict=False)))


async def _log_both(given: dict[str, Any], item: Item) -> bool:
    async with pool.connection() as one, one.transaction():
        found = await (await one.execute(_LOG_TEXTS, given, prepare=True)).fetchone()
        return found is not None and bool(await _write(one, [item]))


async def _write(one: AsyncConnection[Any], items: Sequence[Item]) -> list[bool]:
    """Write the points of all items by one statement; which of them got theirs."""
    names = names_of(items)
    while True:
        known, written = await (await one.execute(WRITE, arguments(items, names), prepare=True)).fetchone() or (0, [])
        if known == len(names):
            return [place in written for place in range(1, len(items) + 1)]
        await one.execute(ADD_NAMES, [names])


async def _change(one: AsyncConnection[Any], changes: Sequence[_Change]) -> list[Row | None]:
    """Make all changes in one transaction; the row of each."""
    async with one.transaction():
        async with one.pipeline():
            cursors = [await one.execute(change.statement, change.values, prepare=True) for change in changes]
            rows = [await cursor.fetchone() for cursor in cursors]
        said = [change.said(row) for change, row in zip(changes, rows, strict=True) if row and change.said]
        if said:
            await events.append(one, said)
    for stream_id in {each.stream_id for each in said}:
        await asyncio.to_thread(live.wake, stream_id)
    return rows


_points = Gathering(_write, flights=2, most=MAX_POINTS, weight=lambda item: len(item.points))
_texts = Gathering(_change, flights=1, most=MAX_CHANGES)
_ends = Gathering(_change, flights=1, most=MAX_CHANGES)
