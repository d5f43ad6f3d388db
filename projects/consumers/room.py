"""The open pages of one project in this process: one task reads for all of them what happened, and wakes them."""

import asyncio
import contextlib
import logging

from asgiref.sync import sync_to_async

from core import live
from core.models import User
from core.shared import WhileHeld
from projects import presence
from projects.consumers.readers import GATHER_S, Credential, still
from projects.tail import tail_of

logger = logging.getLogger(__name__)

POLL_S = 2.0
RECHECK_S = 1.9
MOST_WHISPERS = 200

CLOSE_NOT_YOURS = 4403
CLOSE_TRY_AGAIN = 1012


class Page:
    """One open page's place in its room: whose it is, what wakes it, and why it must end, once it must."""

    def __init__(self, credential: Credential, user: User) -> None:
        self.credential, self.user = credential, user
        self.woken = asyncio.Event()
        self.whispers: list[str] = []
        self.end_code: int | None = None

    def whisper(self, text: str) -> None:
        if len(self.whispers) < MOST_WHISPERS:
            self.whispers.append(text)
        self.woken.set()

    def take_whispers(self) -> list[str]:
        taken, self.whispers = self.whispers, []
        return taken

    def end(self, code: int) -> None:
        self.end_code = code
        self.woken.set()


class Room:
    """Hold on to the object for as long as the socket is open.

    Whoever may no longer read the project is sent away within two seconds, and before they hear of an event that may
    have ended it.
    """

    def __init__(self, stream_id: int) -> None:
        self.stream_id = stream_id
        self.tail = tail_of(stream_id)
        self._pages: set[Page] = set()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def enter(self, page: Page) -> None:
        if not self._pages:
            live.hub.join(self.stream_id, self)
            self._task = asyncio.create_task(self._serve())
        self._pages.add(page)

    def leave(self, page: Page) -> None:
        self._pages.discard(page)
        if not self._pages and self._task:
            live.hub.leave(self.stream_id, self)
            self._task.cancel()
            self._task = None

    def tell(self, whispered: str | None) -> None:
        """By the hub: that there is something to read, or what was whispered."""
        if whispered is None:
            self._woken.set()
            return
        for page in self._pages:
            page.whisper(whispered)

    async def _serve(self) -> None:
        """Pages whose serving fails (the database restarts, say) are told to come again, not left hanging."""
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._read())
                both.create_task(self._mind())
        except* Exception:
            logger.exception("the live pages of project %s could not be served", self.stream_id)
            pages, self._pages = self._pages, set()
            for page in pages:
                page.end(CLOSE_TRY_AGAIN)

    async def _read(self) -> None:
        """Clear first, then read, then wait: so nothing falls between reading and waiting."""
        seq = await self.tail.refresh()
        while True:
            self._woken.clear()
            last = await self.tail.refresh()
            if seq < last:
                if await self._is_told_of_members(seq):
                    await self._check(within_s=0)
                for page in self._pages:
                    page.woken.set()
                seq = last
            # Not wait_for: before Python 3.12 it may swallow a cancellation, and this task would never end.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._woken.wait()

    async def _is_told_of_members(self, seq: int) -> bool:
        while found := await self.tail.after(seq):
            if any(entry.type.startswith("member.") for entry in found):
                return True
            seq = found[-1].seq
        return False

    async def _mind(self) -> None:
        """Apart from reading: an event does not wait for the question who may still hear."""
        while True:
            await asyncio.sleep(RECHECK_S - GATHER_S)
            await self._check(within_s=GATHER_S)
            if presence.is_due():
                await sync_to_async(presence.keep, thread_sensitive=False)()

    async def _check(self, *, within_s: float) -> None:
        pages = list(self._pages)
        found = await still({page.credential for page in pages}, self.stream_id, within_s=within_s)
        for page in pages:
            if page.credential in found:
                page.user = found[page.credential]
            else:
                page.end(CLOSE_NOT_YOURS)


room_of = WhileHeld(Room)
"""The room that this process's sockets of a stream share."""
