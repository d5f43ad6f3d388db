"""Visits of pages by Django's client, in this process: the wall time of each, and the CPU that it cost."""

import gc
import time
from pathlib import Path
from typing import TypedDict

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.enums import DeliveryState
from core.models import Delivery
from tests.product import PASSWORD

WARM = 5
PART = {"hx-request": "true"}
SETTLE_S = 120


class Visits(TypedDict):
    """Milliseconds of each visit: by the clock, and of CPU in this process and in its database session."""

    wall: list[float]
    cpu: list[float]
    queries: int
    kb: float


def signed_in(username: str) -> Client:
    client = Client(headers={"host": "localhost"})
    assert client.login(username=username, password=PASSWORD)
    return client


def visit(client: Client, path: str, *, times: int = 40, is_part: bool = False) -> Visits:
    """The page again and again; queries are counted in one visit of their own."""
    wall, cpu = [], []
    with CaptureQueriesContext(connection) as caught:
        size = len(_page(client, path, is_part))
        queries = len(caught)
    for _ in range(times + WARM):
        began, used = time.perf_counter(), _cpu_ms()
        _page(client, path, is_part)
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append(_cpu_ms() - used)
    return {"wall": wall[WARM:], "cpu": cpu[WARM:], "queries": queries, "kb": size / 1000}


def settle() -> None:
    """Until the service beside has done with what was filled in, whose work is not the pages'; the planner knows what
    is there; and what was loaded is frozen, as the web process does."""
    deadline = time.monotonic() + SETTLE_S
    while Delivery.objects.filter(state=DeliveryState.PENDING).exists() and time.monotonic() < deadline:
        time.sleep(0.5)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    gc.collect()
    gc.freeze()


def _page(client: Client, path: str, is_part: bool) -> bytes:
    answer = client.get(path, headers=PART if is_part else None)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content


def _cpu_ms() -> float:
    """Of this process and of its database sessions (whose processes tell nanoseconds)."""
    return time.process_time() * 1000 + sum(map(_ran_ms, _sessions()))


def _ran_ms(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    except OSError:
        return 0.0


_known: list[int] = []


def _sessions() -> list[int]:
    if not _known:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'benchmark'")
            _known.extend(pid for (pid,) in cursor.fetchall())
    return _known
