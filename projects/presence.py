"""Who has a project open right now. It travels on the live socket without a sequence number, and is never kept.

Best-effort, like everything that is not the log: without the broker nobody is shown, and nothing else changes.
"""

import json
import logging
import time
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

from core import live
from core.models import User

logger = logging.getLogger(__name__)

FRESH_S = 45
REFRESH_S = 15
_KEPT_S = 3600


def enter(stream_id: int, user: User, page: str) -> None:
    """Note an open page (again, to keep it fresh), and tell the others who is here."""
    seen = {"user": user.pk, "name": str(user), "initials": user.initials, "at": time.time()}
    try:
        is_new = bool(_client().hset(_key(stream_id), page, json.dumps(seen)))
        _client().expire(_key(stream_id), _KEPT_S)
        if is_new:
            tell(stream_id)
    except (redis.RedisError, OSError) as exc:
        logger.debug("presence not noted: %s", exc)


def leave(stream_id: int, page: str) -> None:
    """Forget an open page, and tell the others."""
    try:
        _client().hdel(_key(stream_id), page)
        tell(stream_id)
    except (redis.RedisError, OSError) as exc:
        logger.debug("presence not noted: %s", exc)


def tell(stream_id: int) -> None:
    live.whisper(stream_id, {"presence": here(stream_id)})


def here(stream_id: int) -> list[dict[str, Any]]:
    """Who has the project open, each person once: `{"name", "initials"}`."""
    people: dict[int, dict[str, Any]] = {}
    for page, text in _client().hgetall(_key(stream_id)).items():  # type: ignore[union-attr]
        seen = json.loads(text)
        if time.time() - seen["at"] > FRESH_S:
            _client().hdel(_key(stream_id), page)
            continue
        people[seen["user"]] = {"name": seen["name"], "initials": seen["initials"]}
    return [people[pk] for pk in sorted(people)]


def _key(stream_id: int) -> str:
    return f"throughline:here:{stream_id}"


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
