"""What clients log to their open runs, by asynchronous statements of one round trip: the machines' way to these tables.

Each function does what its namesake of `batches` and `runs` does in the plain case, after the same checks, and answers
None or False, having written nothing, when the case is not plain: a run that is missing, put aside, ended or trained
here, a param that would change. The caller then takes the ordinary way, which knows why not. The rules that depend on
the user alone were asked by the caller; those that depend on the run are in the statements.

Points that arrive while a commit is under way wait for it and share the next: eight clients need about a fifth of the
commits. Each caller is answered after the commit that holds its points.
"""

import asyncio
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from core import events, live, pool
from core.models import User
from experiments import naming
from experiments.enums import Lifecycle, RunSource, RunStatus
from experiments.events import RUN_STARTED
from experiments.models import Run
from experiments.operations.points import ADD_NAMES, WRITE, Item, Points, arguments, names_of
from experiments.operations.runs import EVENTS, summary
from experiments.operations.whispers import measured

FLIGHTS = 2
MAX_POINTS = 4000
# One caller's trouble, which must not become that of those who share its statement.
_ONES_OWN = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.QueryCanceled,
)

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
UPDATE experiments_run SET status = %s, ended_at = %s WHERE run_id = %s AND project_id = %s AND {_OPEN}
RETURNING id, experiment_id, name, started_at, params, tags,
          (SELECT count(*) FROM experiments_latestmetric AS latest WHERE latest.run_id = experiments_run.id)
"""


async def log_points(*, project_id: int, run_id: str, points: Points) -> bool:
    """Log checked points. False, with nothing written, when the case is not plain."""
    loop = asyncio.get_running_loop()
    gathering = _gatherings.setdefault(loop, _Gathering())
    if not await gathering.write(Item(run_id, project_id, points)):
        return False
    measured(project_id, run_id)
    return True


async def log_texts(
    *, project_id: int, run_id: str, params: Mapping[str, str], tags: Mapping[str, str], points: Points | None = None
) -> bool:
    """Log checked params and tags, and points with them, all or nothing. False when the case is not plain."""
    given = {"project_id": project_id, "run_id": run_id, "params": Jsonb(dict(params)), "tags": Jsonb(dict(tags))}
    if points:
        is_written = await _log_both(given, Item(run_id, project_id, points))
    else:
        is_written = bool(await pool.rows(_LOG_TEXTS, given))
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
    async with pool.connection() as one, one.transaction():
        found = await (await one.execute(_BEGIN, values, prepare=True)).fetchone()
        if found is None:
            return None
        await events.append(one, RUN_STARTED, run, by=by, experiment=found[0])
    await asyncio.to_thread(live.wake, project_id)
    return run


async def end_run(*, project_id: int, run_id: str, status: str, ended_at: datetime, by: User) -> Run | None:
    """End an open run as FINISHED, FAILED or KILLED. None when the case is not plain."""
    async with pool.connection() as one, one.transaction():
        cursor = await one.execute(_END, [status, ended_at, run_id, project_id], prepare=True)
        found = await cursor.fetchone()
        if found is None:
            return None
        pk, experiment_id, name, started_at, params, tags, metrics = found
        run = Run(
            pk=pk,
            project_id=project_id,
            experiment_id=experiment_id,
            run_id=run_id,
            name=name,
            status=status,
            params=params,
            tags=tags,
            started_at=started_at,
            ended_at=ended_at,
        )
        logged = summary(params, tags, metrics=metrics)
        await events.append(one, EVENTS[RunStatus(status)], run, by=by, logged=logged)
    await asyncio.to_thread(live.wake, project_id)
    return run


async def _log_both(given: dict[str, Any], item: Item) -> bool:
    async with pool.connection() as one, one.transaction():
        found = await (await one.execute(_LOG_TEXTS, given, prepare=True)).fetchone()
        return found is not None and bool(await _write(one, [item]))


async def _write(one: AsyncConnection[Any], items: Sequence[Item]) -> set[int]:
    """Write the points of all items by one statement; the places, from one, of those that got theirs."""
    names = names_of(items)
    while True:
        known, written = await (await one.execute(WRITE, arguments(items, names), prepare=True)).fetchone() or (0, [])
        if known == len(names):
            return set(written)
        await one.execute(ADD_NAMES, [names])


class _Gathering:
    """The points of one event loop's callers on their way to a commit."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Item, asyncio.Future[bool]]] = deque()
        self._flights: set[asyncio.Task[None]] = set()

    async def write(self, item: Item) -> bool:
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if len(self._flights) < FLIGHTS:
            flight = asyncio.create_task(self._fly())
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)
        return await answer

    async def _fly(self) -> None:
        while self._waiting:
            await self._commit(self._take())

    def _take(self) -> list[tuple[Item, asyncio.Future[bool]]]:
        """As many of those who wait as one statement should hold, and at least one."""
        taken = [self._waiting.popleft()]
        size = len(taken[0][0].points)
        while self._waiting and size + len(self._waiting[0][0].points) <= MAX_POINTS:
            size += len(self._waiting[0][0].points)
            taken.append(self._waiting.popleft())
        return taken

    async def _commit(self, group: list[tuple[Item, asyncio.Future[bool]]]) -> None:
        try:
            async with pool.connection() as one:
                written = await _write(one, [item for item, _ in group])
        except _ONES_OWN as error:
            if len(group) == 1:
                _tell(group, error)
            for single in group if len(group) > 1 else []:
                await self._commit([single])
        except BaseException as error:
            _tell(group, error)
            if not isinstance(error, Exception):
                raise
        else:
            for place, (_, answer) in enumerate(group, start=1):
                if not answer.done():
                    answer.set_result(place in written)


def _tell(group: list[tuple[Item, asyncio.Future[bool]]], error: BaseException) -> None:
    for _, answer in group:
        if not answer.done():
            answer.set_exception(error)


_gatherings: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Gathering] = weakref.WeakKeyDictionary()
