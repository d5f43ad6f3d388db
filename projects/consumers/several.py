"""The live socket of a page over several projects: it says that something changed, and the page asks again."""

import asyncio
import contextlib
import logging

import orjson
from channels.db import database_sync_to_async
from django.db.models import QuerySet

from core import live
from core.models import User
from projects.consumers.project import CLOSE_SIGN_IN, ProjectConsumer
from projects.consumers.readers import known
from projects.consumers.room import CLOSE_TRY_AGAIN, RECHECK_S
from projects.models import Project
from projects.queries import visible_projects
from projects.tail import BATCH, Tail, tail_of

logger = logging.getLogger(__name__)


class _Ear:
    """One stream's place in the hub, which notes that it was this one that woke the page."""

    def __init__(self, stream_id: int, page: "SeveralProjectsConsumer") -> None:
        self.stream_id, self.page = stream_id, page

    def tell(self, whispered: str | None) -> None:
        if whispered is None:
            self.page.woken_by.add(self.stream_id)
            self.page.woken.set()


class SeveralProjectsConsumer(ProjectConsumer):
    """Hears every project of the person, and what they are told themselves. Sends `{"type": ..., "projects": [KEY]}`:
    in which of them something happened, and `null` for wherever it was.

    `matters` are the beginnings of the types of event that change the page. What happens within `gather_s` is told at
    once together, and nothing sooner than `every_s` after the last.
    """

    user: User
    says: str
    matters: tuple[str, ...]
    gather_s = 0.3
    every_s = 0.0
    poll_s = 15.0

    async def _open(self, user: User, seq: int) -> None:
        self.user = user
        self.woken, self.woken_by = asyncio.Event(), set[int]()
        self.ears: dict[int, _Ear] = {}
        self.tails: dict[int, Tail] = {}
        self.seen: dict[int, int] = {}
        self.keys: dict[int, str] = {}
        self.told = 0
        self.task = asyncio.create_task(self._serve_or_close(seq))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is edited on such a page: what it says keeps the socket open, no more."""

    async def _forget(self) -> None:
        for stream_id, ear in self.ears.items():
            live.hub.leave(stream_id, ear)

    async def _serve_or_close(self, seq: int) -> None:
        try:
            await self._serve(seq)
        except OSError:
            logger.debug("a live page over several projects left while it was sent to")
        except Exception:
            logger.exception("a live page over several projects could not be served")
            await self.close(code=CLOSE_TRY_AGAIN)

    async def _serve(self, seq: int) -> None:
        """First of all the page is told to look: what happened while it was loading is in no list. From then on it is
        told when something happened that matters, a few together."""
        clock = asyncio.get_running_loop().time
        if await self._catch_up() is None:
            return
        await self._say(None)
        checked = said = clock()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.poll_s):
                    await self.woken.wait()
            await asyncio.sleep(max(self.gather_s, said + self.every_s - clock()))
            self.woken.clear()
            woken, self.woken_by = self.woken_by, set()
            before = set(self.seen), self.told
            if not woken or -self.user.pk in woken or clock() - checked > RECHECK_S:
                checked = clock()
                moved = await self._catch_up()
                if moved is None:
                    return
                woken |= moved
            news = await self._news(woken)
            is_other = before != (set(self.seen), self.told)
            if news or is_other:
                said = clock()
                await self._say(None if is_other else news)

    async def _say(self, streams: set[int] | None) -> None:
        projects = None if streams is None else sorted(self.keys[one] for one in streams)
        await self.send(orjson.dumps({"type": self.says, "projects": projects}).decode())

    async def _news(self, woken: set[int]) -> set[int]:
        """The streams of these in which something happened that matters."""
        news = set()
        for stream_id in woken & self.seen.keys():
            tail = self.tails[stream_id]
            await tail.refresh()
            found = await tail.after(self.seen[stream_id])
            if found:
                self.seen[stream_id] = found[-1].seq
            if any(entry.type.startswith(self.matters) for entry in found) or len(found) == BATCH:
                news.add(stream_id)
        return news

    async def _catch_up(self) -> set[int] | None:
        """Hear what the person may hear now, and close (None) if that is nothing any more. Returns the streams in which
        something happened, in case a wake-up was lost."""
        found = await self._heard()
        if found is None:
            await self.close(code=CLOSE_SIGN_IN)
            return None
        self.told, streams = found
        last = {stream_id: seq for stream_id, (_, seq) in streams.items()}
        self.seen = {stream_id: self.seen.get(stream_id, seq) for stream_id, seq in last.items()}
        self.keys |= {stream_id: key for stream_id, (key, _) in streams.items()}
        for stream_id in self.ears.keys() - {*self.seen, -self.user.pk}:
            live.hub.leave(stream_id, self.ears.pop(stream_id))
        for stream_id in {*self.seen, -self.user.pk} - self.ears.keys():
            self.ears[stream_id] = _Ear(stream_id, self)
            live.hub.join(stream_id, self.ears[stream_id])
        self.tails = {stream_id: self.tails.get(stream_id) or tail_of(stream_id) for stream_id in self.seen}
        return {stream_id for stream_id, seq in last.items() if seq > self.seen[stream_id]}

    @database_sync_to_async
    def _heard(self) -> tuple[int, dict[int, tuple[str, int]]] | None:
        """What was told the person last, and by stream its project's key and last event; None when they are signed
        out."""
        user = known([self.credential]).get(self.credential)
        if user is None:
            return None
        found = self._projects_of(user)
        if self.token and self.token.stream_id:
            found = found.filter(pk=self.token.stream_id)
        rows = found.values_list("pk", "key", "stream__last_seq")
        return self._last_told(user), {pk: (key, seq) for pk, key, seq in rows}

    def _projects_of(self, user: User) -> QuerySet[Project]:
        return visible_projects(user)

    def _last_told(self, user: User) -> int:
        """A number that rises when the person is told something that stands in no project's log."""
        return 0
