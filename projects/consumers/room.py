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
from projects.tail import Entry, tail_of

logger = logging.getLogger(__name__)

POLL_S = 2.0
RECHECK_S = 1.5
KEEP_S = 5.0
MOST_WHISPERS = 200

in_thread = sync_to_async(thread_sensitive=False)  # for what waits on the broker and never on the database

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
    """Hold on to the object for as long as the socket is open. Pages read what happened `after` a number, when woken.

    Whoever may no longer read the project is sent away within two seconds, and before they hear of an event that may
    have ended it: an event is cleared for pages only when that was asked.
    """

    def __init__(self, stream_id: int) -> None:
        self.stream_id = stream_id
        self.tail = tail_of(stream_id)
        self._cleared = 0
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

    async def after(self, seq: int) -> list[Entry]:
        """The events after `seq` in order, at most a batch, of those that are cleared."""
        found = await self.tail.after(seq)
        is_cleared = not found or found[-1].seq <= self._cleared
        return found if is_cleared else [entry for entry in found if entry.seq <= self._cleared]

    async def _serve(self) -> None:
        """Pages whose serving fails (the database restarts, say) are told to come again, not left hanging."""
        try:
            async with asyncio.TaskGroup() as all_three:
                all_three.create_task(self._read())
                all_three.create_task(self._mind())
                all_three.create_task(self._keep())
        except* Exception:
            logger.exception("the live pages of project %s could not be served", self.stream_id)
            if self._task is asyncio.current_task():  # else all left meanwhile, and who is here has another
                pages, self._pages = self._pages, set()
                for page in pages:
                    page.end(CLOSE_TRY_AGAIN)

    async def _read(self) -> None:
        """Clear first, then read, then wait: so nothing falls between reading and waiting."""
        self._cleared = 0
        while True:
            self._woken.clear()
            last = await self.tail.refresh()
            if self._cleared < last:
                if not self._cleared or await self._is_told_of_members(self._cleared):
                    await self._check(within_s=0)
                self._cleared = last
                for page in self._pages:
                    page.woken.set()
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

    async def _keep(self) -> None:
        """Presence is best-effort: what fails there ends nothing here."""
        while True:
            await asyncio.sleep(KEEP_S)
            if presence.is_due():
                try:
                    await in_thread(presence.keep)()
                except Exception:
                    logger.exception("who is here could not be kept")

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
