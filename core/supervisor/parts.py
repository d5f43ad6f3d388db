"""The command line of each part."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def web(listener: int, *gate: int) -> list[str]:
    """One uvicorn process on a listening socket that it inherits; it answers when the gate, if any, is opened."""
    # WhiteNoise sends a static file as a plain iterator, which Django reads to its end first: they are small.
    unalarmed = ("-W", "ignore:StreamingHttpResponse must consume synchronous iterators")
    return [sys.executable, *unalarmed, "-m", "core.supervisor.web", str(listener), *map(str, gate)]


def worker() -> list[str]:
    """Threads suffice: training runs in child processes that the job starts."""
    # Celery warns root; ours runs nothing but our own tasks, told by JSON.
    unalarmed = ("-W", "ignore:You're running the worker with superuser privileges")
    return [
        *(sys.executable, *unalarmed, "-m", "celery", "--quiet", "-A", "config", "worker"),
        *("--pool=threads", "--concurrency=4", "-Q", "training,quick", "--loglevel=WARNING"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def scheduler() -> list[str]:
    """It reads three tables and rings: the rest of the house would take 40 MB more."""
    return manage("dispatch", "--settings=config.scheduler")


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def part_env() -> dict[str, str]:
    """Our environment, with lines that come out as they are written, one memory arena for all threads to share, and
    what was freed given back. The worker leaves out Django's checks: they would load every page, 30 MB that it does not
    need.
    """
    defaults = {
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_TRIM_THRESHOLD_": "1048576",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "CELERY_SKIP_CHECKS": "1",
    }
    return {**defaults, **os.environ}
