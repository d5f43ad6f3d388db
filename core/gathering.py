"""Group commit: what arrives while a commit is under way waits for it and shares the next.

A commit costs the same for one statement and for ten, so callers who come together need a fraction of the commits. Each
is answered after the commit that holds its work, and trouble of its own stays its own: a group that fails for the sake
of one is written again one by one.
"""

import asyncio
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

import psycopg
from psycopg import AsyncConnection

from core import pool

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# One caller's trouble, which must not become that of those who share its commit.
_ONES_OWN = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.QueryCanceled,
)


class Gathering(Generic[Item, Answer]):
    """Writes items in groups: `write` takes a connection and items, and answers for each, in their order.

    At most `flights` groups of an event loop are under way at a time. A group is as many of those who wait as weigh at
    most `most` together, and at least one.
    """

    def __init__(
        self,
        write: Callable[[AsyncConnection[Any], Sequence[Item]], Awaitable[Sequence[Answer]]],
        *,
        flights: int,
        most: int,
        weight: Callable[[Item], int] = lambda item: 1,
    ) -> None:
        self._write = write
        self._flights, self._most, self._weight = flights, most, weight
        self._queues: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue[Item, Answer]]
        self._queues = weakref.WeakKeyDictionary()

    async def write(self, item: Item) -> Answer:
        """Its answer, once it is committed. Raises what its statements raised."""
        loop = asyncio.get_running_loop()
        queue = self._queues.setdefault(loop, _Queue())
        answer: asyncio.Future[Answer] = loop.create_future()
        queue.waiting.append((item, answer))
        if queue.under_way < self._flights:
            queue.under_way += 1
            flight = asyncio.create_task(self._fly(queue))
            queue.flights.add(flight)
            flight.add_done_callback(queue.flights.discard)
        return await answer

    async def _fly(self, queue: "_Queue[Item, Answer]") -> None:
        """Until nobody waits. It says that it is over in the same step in which it saw so: a callback comes a step
        later, and who came in between would wait for a flight that has landed."""
        try:
            while queue.waiting:
                await self._commit(self._take(queue.waiting))
        finally:
            queue.under_way -= 1

    def _take(self, waiting: deque[tuple[Item, asyncio.Future[Answer]]]) -> list[tuple[Item, asyncio.Future[Answer]]]:
        taken = [waiting.popleft()]
        weight = self._weight(taken[0][0])
        while waiting and (weight := weight + self._weight(waiting[0][0])) <= self._most:
            taken.append(waiting.popleft())
        return taken

    async def _commit(self, group: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            async with pool.connection() as one:
                answers = await self._write(one, [item for item, _ in group])
        except _ONES_OWN as error:
            if len(group) == 1:
                _tell(group, error)
            else:
                for single in group:
                    await self._commit([single])
        except BaseException as error:
            _tell(group, error)
            if not isinstance(error, Exception):
                raise
        else:
            for (_, waiting), answer in zip(group, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(answer)


class _Queue(Generic[Item, Answer]):
    """Who waits in one event loop, and what is under way there."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self.under_way = 0
        self.flights: set[asyncio.Task[None]] = set()  # the loop itself holds its tasks weakly


def _tell(group: list[tuple[Any, asyncio.Future[Any]]], error: BaseException) -> None:
    for _, answer in group:
        if not answer.done():
            answer.set_exception(error)
