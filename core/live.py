"""Waking open pages: the log delivers, this only wakes.

Each web process holds one subscription to the wake-up channel and tells its own pages from memory. A wake-up may be
lost (broker down, slow reader): whoever listens reads the log by sequence number, and polls when nothing wakes it, so
that a lost wake-up costs time and never an event. Sending is best-effort: it must not fail, or slow, the work it tells
of.
"""

import asyncio
import contextlib
import json
import logging
import threading
import time
from collections import defaultdict
from typing import Any, Protocol

import redis
import redis.asyncio
from django.conf import settings

logger = logging.getLogger(__name__)

CHANNEL = "throughline:wake"
RETRY_AFTER_S = 1.0
SHOWN_EVERY_S = 1.0


class _Bell:
    """The sending side: one connection for each process, silent for a second after a failure."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: redis.Redis | None = None
        self._silent_until = 0.0

    def ring(self, message: dict[str, Any]) -> None:
        if time.monotonic() < self._silent_until:
            return
        try:
            self._connected().publish(CHANNEL, json.dumps(message))
        except (redis.RedisError, OSError) as exc:
            self._silent_until = time.monotonic() + RETRY_AFTER_S
            logger.warning("wake-up not sent, pages will poll: %s", exc)

    def _connected(self) -> redis.Redis:
        with self._lock:
            if self._client is None:
                self._client = redis.Redis.from_url(
                    settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5, health_check_interval=30
                )
            return self._client


_bell = _Bell()


def wake(stream_id: int) -> None:
    """Tell every web process that the stream has something new."""
    _bell.ring({"stream": stream_id})


def wake_person(user_id: int) -> None:
    """Tell every web process that there is something new for this person. Their bell is the negative of their id."""
    _bell.ring({"stream": -user_id})


def whisper(stream_id: int, message: dict[str, Any]) -> None:
    """Send something that is not worth keeping (a metric just logged) to the stream's open pages."""
    _bell.ring({"stream": stream_id, "whisper": message})


def show(stream_id: int, message: dict[str, Any]) -> None:
    """Send how something stands (who is here) to the stream's open pages. Of several in SHOWN_EVERY_S, the last is
    enough: a thousand who come together would otherwise be told of a thousand times each."""
    _bell.ring({"stream": stream_id, "shown": message})


class Listener(Protocol):
    """One place of this process that wants to know of a stream."""

    def tell(self, whispered: str | None) -> None:
        """That there is something to read, or what was whispered, as JSON."""


class Hub:
    """The receiving side: one subscription for each process, shared by its sockets."""

    def __init__(self) -> None:
        self._listeners: dict[int, set[Listener]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._shown: dict[int, dict[str, Any] | None] = {}  # by stream, what came since something was shown

    def join(self, stream_id: int, listener: Listener) -> None:
        self._listeners[stream_id].add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._listen())

    def leave(self, stream_id: int, listener: Listener) -> None:
        self._listeners[stream_id].discard(listener)
        if not self._listeners[stream_id]:
            del self._listeners[stream_id]

    def _is_wanted(self) -> bool:
        """Somebody listens, and this task was not told to end: what it waits in may swallow the cancellation itself."""
        task = asyncio.current_task()
        return bool(self._listeners) and not (task and task.cancelling())

    async def _listen(self) -> None:
        while self._is_wanted():
            try:
                await self._receive()
            except (redis.RedisError, OSError) as exc:
                logger.warning("wake-up subscription lost, trying again: %s", exc)
                await asyncio.sleep(RETRY_AFTER_S)

    async def _receive(self) -> None:
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_timeout=60, health_check_interval=15)
        try:
            pubsub = client.pubsub(ignore_subscribe_messages=True)
            await pubsub.subscribe(CHANNEL)
            self._shown.clear()
            self._wake_all()  # whatever was sent while nobody listened
            while self._is_wanted():
                message = await pubsub.get_message(timeout=20)
                if message is not None:
                    self._tell(json.loads(message["data"]))
        finally:
            with contextlib.suppress(Exception):
                await client.aclose()

    def _tell(self, message: dict[str, Any]) -> None:
        stream_id = message["stream"]
        if "shown" not in message:
            self._tell_all(stream_id, message.get("whisper"))
        elif stream_id in self._shown:
            self._shown[stream_id] = message["shown"]
        else:
            self._show(stream_id, message["shown"])

    def _show(self, stream_id: int, message: dict[str, Any]) -> None:
        self._shown[stream_id] = None
        self._tell_all(stream_id, message)
        asyncio.get_running_loop().call_later(SHOWN_EVERY_S, self._show_last, stream_id)

    def _show_last(self, stream_id: int) -> None:
        last = self._shown.pop(stream_id, None)
        if last is not None:
            self._show(stream_id, last)

    def _tell_all(self, stream_id: int, whispered: dict[str, Any] | None) -> None:
        text = None if whispered is None else json.dumps(whispered)
        for listener in self._listeners.get(stream_id, ()):
            listener.tell(text)

    def _wake_all(self) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.tell(None)


hub = Hub()
