"""Who has a project open right now, and which field each edits. It travels without a number, and is never kept.

Best-effort, like everything that is not the log: without the broker nobody is shown, and nothing else changes.
"""

import json
import logging
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

from core import live
from core.models import User

logger = logging.getLogger(__name__)

FRESH_S = 45
REFRESH_S = 15
RETRY_AFTER_S = 5.0
_KEPT_S = 3600

_silent_until = 0.0


def enter(stream_id: int, user: User, page: str, place: str = "") -> list[dict[str, Any]]:
    """Note an open page (again, to keep it fresh), and the place in which it edits; tell the others what has changed.

    Returns who is here, for the page itself: its own subscription may not stand yet. Empty without the broker.
    """

    def note() -> None:
        seen = {"user": user.pk, "name": str(user), "initials": user.initials, "place": place, "at": time.time()}
        client = _client()
        before: Any = client.hget(_key(stream_id), page)
        client.hset(_key(stream_id), page, json.dumps(seen))
        client.expire(_key(stream_id), _KEPT_S)
        if before is None or json.loads(before)["place"] != place or _forget_gone(stream_id):
            tell(stream_id)
        people.extend(here(stream_id))

    people: list[dict[str, Any]] = []
    _try(note)
    return people


def leave(stream_id: int, page: str) -> None:
    """Forget an open page, and tell the others."""

    def forget() -> None:
        _client().hdel(_key(stream_id), page)
        tell(stream_id)

    _try(forget)


def tell(stream_id: int) -> None:
    live.whisper(stream_id, {"presence": here(stream_id)})


def here(stream_id: int) -> list[dict[str, Any]]:
    """Who has the project open, each person once: `{"name", "initials", "places"}`. Raises redis.RedisError."""
    people: dict[int, dict[str, Any]] = {}
    for seen in _pages(stream_id).values():
        if _is_fresh(seen):
            person = {"name": seen["name"], "initials": seen["initials"], "places": []}
            people.setdefault(seen["user"], person)["places"] += [seen["place"]] if seen["place"] else []
    return [people[pk] for pk in sorted(people)]


def _forget_gone(stream_id: int) -> bool:
    """Drop the pages of processes that died without leaving. True if there were any."""
    gone = [page for page, seen in _pages(stream_id).items() if not _is_fresh(seen)]
    return bool(gone and _client().hdel(_key(stream_id), *gone))


def _pages(stream_id: int) -> dict[str, dict[str, Any]]:
    found: Any = _client().hgetall(_key(stream_id))
    return {page.decode(): json.loads(text) for page, text in found.items()}


def _is_fresh(seen: dict[str, Any]) -> bool:
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
