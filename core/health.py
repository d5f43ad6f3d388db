"""What the service needs to be of use, asked part by part."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

_migrated = False


def problems() -> dict[str, str]:
    """Each part that is not ready, with the reason; empty when all is well."""
    found = {name: check() for name, check in CHECKS.items()}
    return {name: reason for name, reason in found.items() if reason is not None}


def _database() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as exc:
        return f"no answer: {_first_line(exc)}"
    return None


def _migrations() -> str | None:
    """Asked until the answer is yes once: a running process does not lose its tables."""
    global _migrated
    if _migrated:
        return None
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as exc:
        return f"not known: {_first_line(exc)}"
    _migrated = not waiting
    return f"{len(waiting)} to apply" if waiting else None


def _broker() -> str | None:
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1).ping()
    except (redis.RedisError, OSError) as exc:
        return f"no answer: {_first_line(exc)}"
    return None


def _first_line(exc: Exception) -> str:
    return (str(exc).splitlines() or [type(exc).__name__])[0]


CHECKS: dict[str, Callable[[], str | None]] = {"database": _database, "migrations": _migrations, "broker": _broker}
