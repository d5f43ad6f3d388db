"""The scheduler process: rings Celery for due schedules, jobs and deliveries. It knows core alone."""

import logging
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection
from kombu.exceptions import OperationalError as BrokerDown

from core import events, jobs

logger = logging.getLogger(__name__)

ANEW_S, SELDOM_S = 5.0, 300.0
# A ring may be lost with the broker: what the house schedules for itself is then made up for within the hour.
REMINDED_EVERY_S = 3600.0


class Command(BaseCommand):
    help = "Ring the workers for due schedules, jobs and deliveries, until told to stop."
    requires_system_checks = []  # they would load every page of the house: 30 MB that nothing here needs

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        reminded_at = -REMINDED_EVERY_S
        while not stop.is_set():
            try:
                if time.monotonic() - reminded_at > REMINDED_EVERY_S:
                    _ring("keep_scheduled")
                    reminded_at = time.monotonic()
                rang = dispatch_once()
            except (OperationalError, InterfaceError, BrokerDown, OSError) as exc:
                logger.warning("dispatch interrupted, trying again: %s", exc)
                connection.close()
                _rung.clear()  # a broker that was away may have lost what was rung for
                rang, reminded_at = 0, -REMINDED_EVERY_S
                stop.wait(1)
            if not rang:
                stop.wait(settings.DISPATCH_INTERVAL_SECONDS)


def dispatch_once() -> int:
    """One round. Returns how many were rung for. Rows stay as they are when the broker is away: nothing is lost."""
    due = jobs.take_due()
    for job_id, queue in due:
        _ring("run_job", job_id, queue=queue)
    schedules = _ring_anew("fire_schedule", jobs.due_schedules())
    deliveries = _ring_anew("run_delivery", events.due_deliveries(now=datetime.now(UTC)))
    return len(due) + schedules + deliveries


class _Rung(NamedTuple):
    at: float
    wait: float


_rung: defaultdict[str, dict[int, _Rung]] = defaultdict(dict)


def _ring_anew(task: str, row_ids: Sequence[int]) -> int:
    """For those that are new, and anew, ever more seldom, for those that stay: rows that wait for a busy worker must
    not fill its queue with rings."""
    now, rung = time.monotonic(), _rung[task]
    for pk in rung.keys() - set(row_ids):
        del rung[pk]
    due = [pk for pk in row_ids if pk not in rung or now - rung[pk].at > rung[pk].wait]
    for pk in due:
        _ring(task, pk)
        rung[pk] = _Rung(now, min(2 * rung[pk].wait, SELDOM_S) if pk in rung else ANEW_S)
    return len(due)


def _ring(task: str, *row_ids: int, queue: str = "quick") -> None:
    current_app.send_task(task, args=row_ids, queue=queue, retry=False, ignore_result=True)
