"""What many open pages ask for at the same moment, made once for all of them in this process.

After an event each page of a project fetches the same fragment. Whoever comes first makes it, the others wait for it
and take it. A key names everything that the answer depends on: of a project's records that is the number of the last
event, read before the records were. What lies outside the project's log, such as a person's name, may be KEPT_S old.
Where there is no such number, those who ask at the same moment read together.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

MOST = 64
KEPT_S = 10.0

Answer = TypeVar("Answer")
Made = TypeVar("Made")


class _Place(Generic[Answer]):
    def __init__(self) -> None:
        self.lock = Lock()
        self.made_at = -KEPT_S
        self.answer: Answer | None = None


class Shared(Generic[Answer]):
    """At most MOST answers, the last used ones."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._places: OrderedDict[Hashable, _Place[Answer]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer for this key, made if nobody made it a moment ago. What `make` raises is raised to its caller
        alone: the next one tries again."""
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > MOST:
                self._places.popitem(last=False)
        with place.lock:
            if place.answer is None or time.monotonic() - place.made_at > KEPT_S:
                place.answer, place.made_at = make(), time.monotonic()
            return place.answer


class ReadTogether(Generic[Answer]):
    """Of one event loop: a read that is shared by all who ask for it before it begins. One is under way at a time."""

    def __init__(self, read: Callable[[], Awaitable[Answer]]) -> None:
        self._read = read
        self._next: asyncio.Future[Answer] | None = None
        self._reading = asyncio.Lock()

    async def get(self) -> Answer:
        """What a read found that began after this call. Raises what it raised, to all who share it."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._begin())
            self._next.add_done_callback(_seen)  # those who asked may be gone
        return await asyncio.shield(self._next)

    async def _begin(self) -> Answer:
        async with self._reading:
            self._next = None
            return await self._read()


def _seen(done: "asyncio.Future[Answer]") -> None:
    if not done.cancelled():
        done.exception()


class WhileHeld(Generic[Made]):
    """One object for each number, shared by all who hold it; it is forgotten with the last of them."""

    def __init__(self, make: Callable[[int], Made]) -> None:
        self._make = make
        self._held: WeakValueDictionary[int, Made] = WeakValueDictionary()

    def __call__(self, number: int) -> Made:
        found = self._held.get(number)
        if found is None:
            found = self._held[number] = self._make(number)
        return found
