"""The end of a project's log, kept in memory for the open pages of this process.

A wake-up reaches every socket of a project at once: together they make one read of the database, not one each.
"""

from collections import deque
from dataclasses import dataclass

import orjson
from channels.db import database_sync_to_async

from core import events
from core.models import Stream
from core.shared import ReadTogether, WhileHeld

BATCH = 500
KEPT = 2000


@dataclass(frozen=True)
class Entry:
    """One event as it is sent."""

    seq: int
    type: str
    text: str


class Tail:
    """Hold on to the object for as long as the socket is open."""

    def __init__(self, stream_id: int) -> None:
        self.stream_id = stream_id
        self.read_to: int | None = None
        self._kept: deque[Entry] = deque(maxlen=KEPT)
        self._refresh = ReadTogether(self._catch_up)

    async def refresh(self) -> int:
        """Read what is new. Returns the number of the last event that was committed before the call, or a later one."""
        return await self._refresh.get()

    async def after(self, seq: int) -> list[Entry]:
        """Of what was read, the events after `seq` in order, at most a batch: from memory, or for a page far behind
        from the database."""
        if not self._kept or seq < self._kept[0].seq - 1:
            return await _read(self.stream_id, seq) if seq < (self.read_to or 0) else []
        start = max(0, seq - self._kept[0].seq + 1)  # sequence numbers have no gaps
        return [self._kept[index] for index in range(start, min(len(self._kept), start + BATCH))]

    async def _catch_up(self) -> int:
        if self.read_to is None:
            self.read_to = await _last_seq(self.stream_id)
            return self.read_to
        while True:
            found = await _read(self.stream_id, self.read_to)
            self._kept.extend(found)
            self.read_to = found[-1].seq if found else self.read_to
            if len(found) < BATCH:
                return self.read_to


tail_of = WhileHeld(Tail)
"""The tail that this process's sockets of a stream share."""


@database_sync_to_async
def _read(stream_id: int, seq: int) -> list[Entry]:
    found = events.after(stream_id=stream_id, seq=seq, limit=BATCH)
    return [Entry(event.seq, event.type, orjson.dumps(event.wire()).decode()) for event in found]


@database_sync_to_async
def _last_seq(stream_id: int) -> int:
    return Stream.objects.values_list("last_seq", flat=True).get(pk=stream_id)
