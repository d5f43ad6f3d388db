"""The live socket of a project: its events after a sequence number, in order, each once; presence beside them."""

import asyncio
import contextlib
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import orjson
from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http.request import validate_host

from core import events, live
from core.api import authenticate_header
from core.errors import NotFound
from core.models import Token, User
from projects import presence, queries

POLL_S = 2.0
BATCH = 500
RECHECK_S = 2.0
MAX_FRAME = 64 * 1024

CLOSE_BAD_REQUEST = 4400
CLOSE_SIGN_IN = 4401
CLOSE_NOT_YOURS = 4403


class ProjectConsumer(AsyncWebsocketConsumer):
    """`/ws/projects/KEY?after=SEQ`. Whoever stops being a member stops hearing within two seconds (4403)."""

    async def connect(self) -> None:
        if not self._is_origin_ours():
            await self.close()  # before accept: the handshake is refused with 403
            return
        await self.accept()
        self.token = await sync_to_async(authenticate_header)(self._header(b"authorization"))
        self.user: User | None = self.token.user if self.token else self._session_user()
        self.key: str = self.scope["url_route"]["kwargs"]["key"]
        self.stream_id = await sync_to_async(self._stream_id)()
        if self.user is None or self.stream_id is None:
            await self.close(code=CLOSE_SIGN_IN if self.user is None else CLOSE_NOT_YOURS)
            return
        seq = self._after()
        if seq is None:
            await self.close(code=CLOSE_BAD_REQUEST)
            return
        self.page_id = uuid.uuid4().hex
        self.listener = live.Listener()
        live.hub.join(self.stream_id, self.listener)
        self.task = asyncio.create_task(self._serve(seq))

    async def disconnect(self, code: int) -> None:
        if not hasattr(self, "task"):
            return
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task
        live.hub.leave(self.stream_id, self.listener)
        await sync_to_async(presence.leave)(self.stream_id, self.page_id)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Pages only listen; `ping` keeps proxies from closing the socket."""
        if text_data != "ping":
            await self.close(code=CLOSE_BAD_REQUEST)

    async def _serve(self, seq: int) -> None:
        """Join first, then read until there is nothing, then wait: so nothing falls between reading and waiting."""
        clock = asyncio.get_running_loop().time
        checked = shown = -1e9
        while True:
            self.listener.woken.clear()
            if clock() - checked > RECHECK_S:
                checked = clock()
                if await sync_to_async(self._stream_id)() is None:
                    await self.close(code=CLOSE_NOT_YOURS)
                    return
            if clock() - shown > presence.REFRESH_S:
                shown = clock()
                await sync_to_async(presence.enter)(self.stream_id, self.user, self.page_id)
            found = await sync_to_async(events.after)(stream_id=self.stream_id, seq=seq, limit=BATCH)
            for event in found:
                await self.send(orjson.dumps(event.wire()).decode())
                seq = event.seq
            for whispered in self.listener.take_whispers():
                await self.send(orjson.dumps(whispered).decode())
            if len(found) < BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.listener.woken.wait(), POLL_S)

    def _stream_id(self) -> int | None:
        """The project's stream, if this person (and this token) may still read it; asked again while it is open."""
        if self.user is None:
            return None
        if self.token and not Token.objects.usable(now=datetime.now(UTC)).filter(pk=self.token.pk).exists():
            return None
        if not User.objects.filter(pk=self.user.pk, is_active=True).exists():
            return None
        try:
            project = queries.visible_project(self.user, self.key)
        except NotFound:
            return None
        if self.token and self.token.stream_id not in (None, project.pk):
            return None
        return project.pk

    def _session_user(self) -> User | None:
        user: Any = self.scope.get("user")
        return user if user is not None and user.is_authenticated else None

    def _after(self) -> int | None:
        values = parse_qs(self.scope["query_string"].decode("latin-1")).get("after", ["0"])
        return int(values[0]) if values[0].isdigit() and len(values[0]) < 19 else None

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
