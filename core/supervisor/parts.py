"""The command line of each part."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def web(listener: int) -> list[str]:
    """One uvicorn process on a listening socket that it inherits."""
    # Whoever calls from this machine could otherwise claim any address; a proxy in front is named by the environment.
    proxies = ["--proxy-headers"] if "FORWARDED_ALLOW_IPS" in os.environ else ["--no-proxy-headers"]
    return [
        *(sys.executable, "-m", "uvicorn", "config.asgi:application", "--fd", str(listener)),
        *("--loop", "uvloop", "--http", "httptools", "--ws", "websockets", "--ws-max-size", str(64 * 1024)),
        *("--timeout-graceful-shutdown", "10", "--timeout-keep-alive", "30", "--backlog", "1024"),
        *("--no-access-log", "--no-server-header", "--log-level", "warning"),
        *proxies,
    ]


def worker() -> list[str]:
    """Threads suffice: training runs in child processes that the job starts."""
    return [
        *(sys.executable, "-m", "celery", "-A", "config", "worker", "--pool=threads", "--concurrency=4"),
        *("-Q", "training,quick", "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=WARNING"),
    ]


def scheduler() -> list[str]:
    return manage("dispatch")


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def part_env() -> dict[str, str]:
    """Our environment, with lines that come out as they are written, and one memory arena for all threads to share."""
    defaults = {"PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2", "DJANGO_SETTINGS_MODULE": "config.settings"}
    return {**defaults, **os.environ}
