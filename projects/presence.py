"""Who has a project open right now, and which field each edits. It travels without a number, and is never kept.

Best-effort, like everything that is not the log: without the broker nobody is shown, and nothing else changes.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import orjson
import redis
from django.conf import settings

from core import live
from core.models import User

logger = logging.getLogger(__name__)

FRESH_S = 45
REFRESH_S = 15
LATELY_S = 1.0
RETRY_AFTER_S = 5.0
NAMED = 20
_KEPT_S = 3600

Seen = dict[str, Any]

_silent_until = 0.0
_lock = threading.Lock()  # of _noted; it is held while the broker is asked
_noted: dict[int, tuple[float, dict[str, Seen]]] = {}
_mine_lock = threading.Lock()  # which the event loop takes too: never held while anything is waited for
_mine: dict[int, dict[str, Seen]] = {}  # the pages of this process
_kept_at = time.monotonic()


def hold(stream_id: int, user: User, page: str, place: str = "") -> None:
    """Know of an open page of this process, and of the place in which it edits, until `leave`. Costs nothing."""
    with _mine_lock:
        seen = {"user": user.pk, "name": str(user), "initials": user.initials, "place": place}
        _mine.setdefault(stream_id, {})[page] = seen


def note(stream_id: int, page: str) -> dict[str, Any]:
    """Write down a page that is held, if it still is, and tell the others if that changes who is here.

    Returns what they are told, for the page itself: its own subscription may not stand yet. Empty without the broker.
    """
    with _mine_lock:
        held = _mine.get(stream_id, {}).get(page)
    told: dict[str, Any] = {}
    if held:
        _try(lambda: told.update(_message(_write(stream_id, {page: held}))))
    return told


def is_due() -> bool:
    """Whether the pages of this process want to be noted again. Asked in its event loop, by any page of it."""
    return time.monotonic() - _kept_at > REFRESH_S


def keep() -> None:
    """Note all pages of this process again, once for however many of them ask; tell each who is here."""
    global _kept_at
    if not is_due():
        return
    _kept_at = time.monotonic()
    with _mine_lock:
        mine = {stream_id: dict(pages) for stream_id, pages in _mine.items()}
    for stream_id, pages in mine.items():
        _try(partial(_keep, stream_id, pages))


def _keep(stream_id: int, pages: dict[str, Seen]) -> None:
    live.show(stream_id, _message(_write(stream_id, pages)))


def leave(stream_id: int, page: str) -> None:
    """Forget an open page, and tell the others if nobody of that name is left in it."""
    with _mine_lock:
        held = _mine.get(stream_id, {})
        held.pop(page, None)
        if not held:
            _mine.pop(stream_id, None)

    def forget() -> None:
        with _lock:
            pages = _lately(stream_id)
            before = _people(pages)
            pages.pop(page, None)
            left = _people(pages)
        _client().hdel(_key(stream_id), page)
        if left != before:
            live.show(stream_id, _message(left))

    _try(forget)


def _write(stream_id: int, held: dict[str, Seen]) -> list[dict[str, Any]]:
    """Write these pages down and forget those that were not kept; tell the others if that changes who is here."""
    seen = {page: one | {"at": time.time()} for page, one in held.items()}
    with _lock:
        pages = _lately(stream_id)
        before = _people(pages)
        pages.update(seen)
        gone = [page for page, there in pages.items() if not _is_fresh(there)]
        for page in gone:
            del pages[page]
        people = _people(pages)
    writes = _client().pipeline(transaction=False)
    writes.hset(_key(stream_id), mapping={page: json.dumps(one) for page, one in seen.items()})
    writes.expire(_key(stream_id), _KEPT_S)
    if gone:
        writes.hdel(_key(stream_id), *gone)
    writes.execute()
    if gone or people != before:
        live.show(stream_id, _message(people))
    return people


def _message(people: list[dict[str, Any]]) -> dict[str, Any]:
    """How many are here, and of a crowd the first with whoever edits something."""
    named = [*people[:NAMED], *(one for one in people[NAMED:] if one["places"])]
    return {"presence": named, "here": len(people)}


def here(stream_id: int) -> list[dict[str, Any]]:
    """Who has the project open, each person once: `{"name", "initials", "places"}`. Raises redis.RedisError."""
    return _people(_pages(stream_id))


def _people(pages: dict[str, Seen]) -> list[dict[str, Any]]:
    people: dict[int, dict[str, Any]] = {}
    for seen in pages.values():
        if _is_fresh(seen):
            person = {"name": seen["name"], "initials": seen["initials"], "places": []}
            people.setdefault(seen["user"], person)["places"] += [seen["place"]] if seen["place"] else []
    return [people[pk] for pk in sorted(people)]


def _lately(stream_id: int) -> dict[str, Seen]:
    """The pages as they were a moment ago, with what this process noted since: a thousand pages that come back together
    do not each read of a thousand. Ask with the lock."""
    at, pages = _noted.get(stream_id, (0.0, {}))
    if time.monotonic() - at > LATELY_S:
        pages = _pages(stream_id)
        for old in [one for one, (read_at, _) in _noted.items() if time.monotonic() - read_at > LATELY_S]:
            _noted.pop(old, None)
        _noted[stream_id] = time.monotonic(), pages
    return pages


def _pages(stream_id: int) -> dict[str, Seen]:
    found: Any = _client().hgetall(_key(stream_id))
    return {page.decode(): orjson.loads(text) for page, text in found.items()}


def _is_fresh(seen: Seen) -> bool:
    return time.time() - float(seen["at"]) <= FRESH_S


def _try(do: Callable[[], None]) -> None:
    """Do it, unless the broker failed a moment ago: many pages must not queue behind its timeouts."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        do()
    except (redis.RedisError, OSError) as exc:
        _silent_until = time.monotonic() + RETRY_AFTER_S
        logger.info("presence not noted: %s", exc)


def _key(stream_id: int) -> str:
    return f"throughline:here:{stream_id}"


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
