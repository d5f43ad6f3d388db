"""An asynchronous pool of database connections for the few calls that machines hammer.

Django's own connections serve everything else. Under ASGI a view is a thread, and the ORM needs longer for a statement
than the database; a lean call is one coroutine and one prepared statement. Connections are in autocommit mode and carry
the same time limits as Django's; a task that is cancelled cancels its statement in the database.
"""

import asyncio
import weakref
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from django.db import connections
from psycopg import AsyncConnection
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool

Parameters = Sequence[Any] | Mapping[str, Any]

MAX_SIZE = 8
WAIT_S = 5.0
# Pages are read in the order of an index. Left alone, PostgreSQL takes a filter on a JSON value for one that few rows
# pass, and sorts all of an experiment for a page of it: 730 ms instead of 3 in 100,000 runs. It sorts where it must.
_IN_ORDER = "-c enable_sort=off -c max_parallel_workers_per_gather=0"

_pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncConnectionPool[Any]] = weakref.WeakKeyDictionary()


@asynccontextmanager
async def connection() -> AsyncIterator[AsyncConnection[Any]]:
    """A connection of this event loop's pool. Raises psycopg.OperationalError when there is none in time."""
    pool = await _pool()
    async with pool.connection() as one:
        yield one


async def rows(statement: str, parameters: Parameters, *, binary: bool = False) -> list[Any]:
    """Run one statement that is prepared once for each connection."""
    async with connection() as one:
        cursor = await one.execute(statement, parameters, prepare=True, binary=binary)
        return await cursor.fetchall()


async def close() -> None:
    """Close this event loop's connections."""
    if pool := _pools.pop(asyncio.get_running_loop(), None):
        await pool.close()


async def _pool() -> AsyncConnectionPool[Any]:
    loop = asyncio.get_running_loop()
    if loop not in _pools:
        _pools[loop] = AsyncConnectionPool(
            kwargs=_parameters(), min_size=1, max_size=MAX_SIZE, timeout=WAIT_S, configure=_configure, open=False
        )
    pool = _pools[loop]
    await pool.open()
    return pool


def _parameters() -> dict[str, Any]:
    """Django's address and limits, without what its wrapper adds for itself."""
    given = connections["default"].get_connection_params()
    ours = ("pool", "context", "cursor_factory", "server_side_binding", "prepare_threshold")
    kept = {name: value for name, value in given.items() if name not in ours}
    return kept | {"autocommit": True, "options": f"{given.get('options', '')} {_IN_ORDER}"}


async def _configure(one: AsyncConnection[Any]) -> None:
    set_json_loads(orjson.loads, one)
    set_json_dumps(orjson.dumps, one)
