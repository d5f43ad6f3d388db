"""The live socket of a project: its events after a sequence number, in order, each once; presence beside them."""

import asyncio
import logging
import uuid
from typing import Any
from urllib.parse import parse_qs

import orjson
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http.request import validate_host

from core.api import authenticate_header
from core.models import User
from core.numbers import BIG, whole_of
from projects import presence, queries
from projects.consumers.messages import Ask, read
from projects.consumers.parts import parts_of
from projects.consumers.readers import Credential, known
from projects.consumers.room import CLOSE_NOT_YOURS, CLOSE_TRY_AGAIN, Page, in_thread, room_of
from projects.tail import BATCH, Entry

logger = logging.getLogger(__name__)

END_S = 5.0

CLOSE_BAD_REQUEST = 4400
CLOSE_SIGN_IN = 4401


class ProjectConsumer(AsyncWebsocketConsumer):
    """`/ws/projects/KEY?after=SEQ`. Whoever stops being a member stops hearing within two seconds (4403)."""

    task: asyncio.Task[None] | None = None
    place = ""
    stream_id: int

    async def __call__(self, *asgi: Any) -> None:
        """However it ends: of somebody who left while they were sent to, Channels tells nothing."""
        try:
            await super().__call__(*asgi)
        finally:
            await self._leave()

    async def connect(self) -> None:
        if not self._is_origin_ours():
            await self.close()  # before accept: the handshake is refused with 403
            return
        await self.accept()  # refusals from here on have a code that the page can read
        self.token = await database_sync_to_async(authenticate_header)(self._header(b"authorization"))
        user = self.token.user if self.token else self._session_user()
        seq = self._after()
        if user is None:
            await self.close(code=CLOSE_SIGN_IN)
        elif seq is None:
            await self.close(code=CLOSE_BAD_REQUEST)
        else:
            self.credential = Credential.of(user, self.token, self.scope.get("session"))
            await self._open(user, seq)

    async def _leave(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait([self.task], timeout=END_S)
            await self._forget()

    async def _forget(self) -> None:
        """What is held of the page, now that nothing serves it."""
        self.room.leave(self.page)
        if self.token is None:
            await in_thread(presence.leave)(self.stream_id, self.page_id)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Pages listen, and say what `messages` names. `ping` keeps proxies from closing the socket."""
        if text_data == "ping":
            return
        said = read(text_data)
        if self.task is None:
            return  # it is closed, or will be
        if said is None:
            self.page.end(CLOSE_BAD_REQUEST)
        elif self.token is not None:
            return  # a program with a token is no page
        elif isinstance(said, Ask):
            await self._answer(said)
        elif said.place != self.place:
            self.place = said.place
            await self._show()

    async def _answer(self, ask: Ask) -> None:
        """What fails is answered with nothing: the page asks for it by itself, and hears why."""
        try:
            found = await self.parts.answered(self.scope, self.page.user, ask.of)
        except Exception:
            logger.exception("fragments of project %s could not be made", self.key)
            found = {}
        await self._tell({"ask": ask.number, "parts": found})

    async def _tell(self, message: dict[str, Any]) -> None:
        """Unless the page was ended meanwhile: nothing is sent after a close."""
        if self.page.end_code is None:
            await self.send(orjson.dumps(message).decode())

    async def _open(self, user: User, seq: int) -> None:
        self.key = self.scope["url_route"]["kwargs"]["key"]
        stream_id = await self._readable_stream()
        if stream_id is None:
            await self.close(code=CLOSE_NOT_YOURS)
            return
        self.stream_id, self.page_id = stream_id, uuid.uuid4().hex
        self.parts = parts_of(self.stream_id)
        self.room, self.page = room_of(self.stream_id), Page(self.credential, user)
        self.room.enter(self.page)
        del self.scope["user"]  # from here on the page knows them, as they are now
        self.task = asyncio.create_task(self._serve_or_close(seq))

    async def _serve_or_close(self, seq: int) -> None:
        """A page whose serving fails (the database restarts, say) is told to come again, not left hanging."""
        try:
            await self._serve(seq)
        except OSError:
            logger.debug("a live page of project %s left while it was sent to", self.key)
        except Exception:
            logger.exception("a live page of project %s could not be served", self.key)
            await self.close(code=CLOSE_TRY_AGAIN)

    async def _serve(self, seq: int) -> None:
        """Clear first, then read until there is nothing, then wait: so nothing falls between reading and waiting."""
        seq, is_shown = await self._start(seq), self.token is not None
        while self.page.end_code is None:
            self.page.woken.clear()
            found = await self.room.after(seq)
            seq = await self._send_all(found, seq)
            if not is_shown:
                is_shown = True
                await self._show()
            if len(found) < BATCH:
                await self.page.woken.wait()
        await self.close(code=self.page.end_code)

    async def _show(self) -> None:
        """That the page is here, and where it edits. A program with a token is no page."""
        presence.hold(self.stream_id, self.page.user, self.page_id, self.place)
        message = await in_thread(presence.note)(self.stream_id, self.page_id)
        if message:
            await self._tell(message)

    async def _start(self, seq: int) -> int:
        """Where to read from. A page ahead of the log (a backup was restored) must fetch everything again."""
        last = await database_sync_to_async(queries.last_seq)(self.stream_id)
        if seq <= last:
            return seq
        await self._tell({"resync_required": True, "seq": last})
        return last

    async def _send_all(self, found: list[Entry], seq: int) -> int:
        """Send the events, then what is whispered. Returns the number of the last event sent."""
        for entry in found:
            await self.send(entry.text)
            seq = entry.seq
        for whispered in self.page.take_whispers():
            await self.send(whispered)
        return seq

    @database_sync_to_async
    def _readable_stream(self) -> int | None:
        """The project's stream, if this person, by this token or session, may read it."""
        user = known([self.credential]).get(self.credential)
        if user is None or not (self.key.isascii() and self.key.isalnum()):
            return None
        stream_id = queries.visible_projects(user).filter(key=self.key).values_list("pk", flat=True).first()
        return None if self.token and self.token.stream_id not in (None, stream_id) else stream_id

    def _session_user(self) -> User | None:
        user: Any = self.scope.get("user")
        return user if user is not None and user.is_authenticated else None

    def _after(self) -> int | None:
        text = parse_qs(self.scope["query_string"].decode("latin-1")).get("after", ["0"])[0]
        return whole_of(text, most=BIG)

    def _is_origin_ours(self) -> bool:
        """A browser names the page it comes from: it must be ours. Programs send no Origin and bring a token."""
        origin = self._header(b"origin")
        if not origin:
            return bool(self._header(b"authorization"))
        host = origin.split("://", 1)[-1]
        bare = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        return host == self._header(b"host") and validate_host(bare, settings.ALLOWED_HOSTS)

    def _header(self, name: bytes) -> str:
        return next((value.decode("latin-1") for key, value in self.scope["headers"] if key == name), "")
