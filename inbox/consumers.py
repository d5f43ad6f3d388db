"""The live socket of an inbox: it says that something changed, and the page asks for the list again."""

import asyncio
import contextlib
import logging

import orjson
from channels.db import database_sync_to_async

from core import live
from core.models import Stream, User
from inbox.models import Notification
from projects.consumers import CLOSE_SIGN_IN, CLOSE_TRY_AGAIN, END_S, RECHECK_S, ProjectConsumer
from projects.queries import visible_projects
from projects.tail import BATCH, Tail, tail_of

logger = logging.getLogger(__name__)

POLL_S = 15.0
GATHER_S = 0.3
# What changes what stands in somebody's inbox. Runs and points are not among it: they come too often.
MATTERS = (
    "gate.", "review.", "version.", "risk.", "control.", "indicator.", "finding.", "scope.", "dossier.", "option.",
    "precedent.", "sheet.", "objection.", "kill_criterion.", "item.", "sprint.", "alert.", "member.", "policy.",
    "project.", "dataset_version.", "deployment.", "token.",
)  # fmt: skip

_CHANGED = orjson.dumps({"type": "inbox.changed"}).decode()


class _Ear(live.Listener):
    """One stream's place in the hub, which notes that it was this one that woke the page."""

    def __init__(self, stream_id: int, page: "InboxConsumer") -> None:
        super().__init__()
        self.stream_id, self.page = stream_id, page

    def tell(self, whispered: dict[str, object] | None) -> None:
        if whispered is None:
            self.page.woken_by.add(self.stream_id)
            self.page.woken.set()


class InboxConsumer(ProjectConsumer):
    """`/ws/inbox`. Hears every project of the person, and what they are told themselves."""

    async def _open(self, user: User, seq: int) -> None:
        self.user = user
        self.woken, self.woken_by = asyncio.Event(), set[int]()
        self.ears: dict[int, _Ear] = {}
        self.tails: dict[int, Tail] = {}
        self.seen: dict[int, int] = {}
        self.told = 0
        self.task = asyncio.create_task(self._serve_or_close(seq))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is edited in an inbox: what a page says keeps the socket open, no more."""

    async def disconnect(self, code: int) -> None:
        if self.task is None:
            return
        self.task.cancel()
        await asyncio.wait([self.task], timeout=END_S)
        for stream_id, ear in self.ears.items():
            live.hub.leave(stream_id, ear)

    async def _serve_or_close(self, seq: int) -> None:
        try:
            await self._serve(seq)
        except OSError:
            logger.debug("a live inbox left while it was sent to")
        except Exception:
            logger.exception("a live inbox could not be served")
            await self.close(code=CLOSE_TRY_AGAIN)

    async def _serve(self, seq: int) -> None:
        """First of all the page is told to look: what happened while it was loading is in no list. From then on it is
        told when something happened that matters, a few together."""
        clock = asyncio.get_running_loop().time
        if not await self._catch_up():
            return
        await self.send(_CHANGED)
        checked = clock()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self.woken.wait()
            await asyncio.sleep(GATHER_S)
            self.woken.clear()
            woken, self.woken_by = self.woken_by, set()
            changed = await self._has_news(woken)
            if not woken or -self.user.pk in woken or clock() - checked > RECHECK_S:
                checked = clock()
                before = dict(self.seen), self.told
                if not await self._catch_up():
                    return
                changed = changed or before != (self.seen, self.told)
            if changed:
                await self.send(_CHANGED)

    async def _has_news(self, woken: set[int]) -> bool:
        """Whether something that matters happened in these streams."""
        changed = False
        for stream_id in woken & self.seen.keys():
            found = await self.tails[stream_id].after(self.seen[stream_id])
            if found:
                self.seen[stream_id] = found[-1].seq
            changed = changed or any(entry.type.startswith(MATTERS) for entry in found) or len(found) == BATCH
        return changed

    async def _catch_up(self) -> bool:
        """Hear what the person may hear now, and close (False) if that is nothing any more."""
        found = await self._heard()
        if found is None:
            await self.close(code=CLOSE_SIGN_IN)
            return False
        self.told, seen = found
        for stream_id in self.ears.keys() - {*seen, -self.user.pk}:
            live.hub.leave(stream_id, self.ears.pop(stream_id))
        for stream_id in {*seen, -self.user.pk} - self.ears.keys():
            self.ears[stream_id] = _Ear(stream_id, self)
            live.hub.join(stream_id, self.ears[stream_id])
        self.tails = {stream_id: self.tails.get(stream_id) or tail_of(stream_id) for stream_id in seen}
        self.seen = seen
        return True

    @database_sync_to_async
    def _heard(self) -> tuple[int, dict[int, int]] | None:
        """The last notification, and the last event of each stream; None when the person is signed out."""
        user = User.objects.filter(pk=self.user.pk, is_active=True).first()
        if user is None or not self._is_credential_good():
            return None
        told = Notification.objects.filter(user=user).order_by("-pk").values_list("pk", flat=True).first() or 0
        visible = visible_projects(user).filter(memberships__user=user)
        if self.token and self.token.stream_id:
            visible = visible.filter(pk=self.token.stream_id)
        streams = Stream.objects.filter(pk__in=visible.values("pk"))
        return told, dict(streams.values_list("pk", "last_seq"))
