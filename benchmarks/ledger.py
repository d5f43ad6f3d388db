"""Verifying a chain of a million events: how long it takes, and how much memory it takes at its end."""

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any

import django

from benchmarks.table import Figure
from tests.product import Product

EVENTS = int(os.environ.get("LEDGER_EVENTS", "1000000"))


def measure() -> list[Figure]:
    with Product() as product:
        found = json.loads(product._run("-m", "benchmarks.ledger").splitlines()[-1])
    assert found["checked"] == EVENTS, found
    how = f"{EVENTS:,} events, one process, beside the running service"
    return [
        Figure("verify a million events of the ledger", found["seconds"] * 1_000_000 / EVENTS, 60, "s", how),
        Figure("memory that verifying added", found["grown_mb"], 50, "MB", "highest resident size, against its start"),
    ]


def main() -> int:
    """In a process of its own, with the settings of the product that was started."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from core import ledger  # noqa: PLC0415 (models are there only now)
    from core.models import Stream  # noqa: PLC0415 (settings are there only now)

    stream = Stream.objects.create(name="BENCH")
    _fill(stream)
    before, began = _peak_mb(), time.perf_counter()
    verdict = ledger.verify(stream)
    took = time.perf_counter() - began
    assert verdict.is_intact, verdict
    print(json.dumps({"checked": verdict.checked, "seconds": took, "grown_mb": _peak_mb() - before}))
    return 0


def _fill(stream: Any) -> None:
    """A chain as `record` writes it, by COPY."""
    from django.db import connection  # noqa: PLC0415 (settings are there only now)

    columns = "stream_id, seq, type, subject_type, subject_id, subject_label, actor_label, at, data, request_id"
    head = "0" * 64
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        with cursor.copy(f"COPY core_event ({columns}, salt, hash) FROM STDIN") as copy:
            for row in _rows(stream.pk):
                copy.write_row(row)
                head = row[-1]
    stream.last_seq, stream.head = EVENTS, head
    stream.save(update_fields=["last_seq", "head"])


def _rows(stream_id: int) -> Iterator[tuple[Any, ...]]:
    from core.events import canonical, chain_hash  # noqa: PLC0415 (settings are there only now)
    from core.models import Event  # noqa: PLC0415 (settings are there only now)

    head = "0" * 64
    for seq in range(1, EVENTS + 1):
        data = {"state": "in_progress", "was": "planned", "points": seq % 8, "sprint": seq // 1000, "share": seq / 7}
        event = Event(
            stream_id=stream_id, seq=seq, type="item.moved", subject_type="workitem", subject_id=str(seq % 999)
        )
        event.subject_label, event.actor_label = f"Item {seq % 999}", "Data scientist"
        event.at, event.data = f"2026-01-01T00:00:00.{seq % 1_000_000:06d}+00:00", data
        event.request_id, event.salt = f"{seq:032x}", f"{seq:032x}"
        head = chain_hash(head, event)
        said = (event.type, event.subject_type, event.subject_id, event.subject_label, event.actor_label, event.at)
        yield stream_id, seq, *said, canonical(data).decode(), event.request_id, event.salt, head


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
