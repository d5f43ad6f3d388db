"""The scheduler process: rings Celery for due jobs and deliveries, and fires schedules."""

import logging
import signal
import threading
from datetime import UTC, datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection
from kombu.exceptions import OperationalError as BrokerDown

from core import events, jobs
from core.ledger.jobs import keep_scheduled

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Ring the workers for due jobs and deliveries, and fire schedules, until told to stop."
    requires_system_checks = []  # they would load every page of the house: 30 MB that nothing here needs

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        is_scheduled = False
        while not stop.is_set():
            try:
                if not is_scheduled:
                    keep_scheduled()
                    jobs.keep_scheduled()
                    is_scheduled = True
                rang = dispatch_once()
            except (OperationalError, InterfaceError, BrokerDown, OSError) as exc:
                logger.warning("dispatch interrupted, trying again: %s", exc)
                connection.close()
                rang = 0
                stop.wait(1)
            if not rang:
                stop.wait(settings.DISPATCH_INTERVAL_SECONDS)


_rung_deliveries: dict[int, datetime] = {}


def dispatch_once() -> int:
    """One round. Returns how many were rung for. Rows stay as they are when the broker is away: nothing is lost."""
    jobs.fire_schedules()
    due = jobs.take_due()
    for job_id, queue in due:
        _ring("run_job", job_id, queue)
    now = datetime.now(UTC)
    deliveries = [pk for pk in events.due_deliveries(now=now) if _is_fresh(pk, now)]
    for delivery_id in deliveries:
        _ring("run_delivery", delivery_id, "quick")
    return len(due) + len(deliveries)


def _is_fresh(delivery_id: int, now: datetime) -> bool:
    """Not rung for in the last five seconds: a delivery at work must not fill the queue with rings."""
    for pk, at in list(_rung_deliveries.items()):
        if (now - at).total_seconds() > 5:
            del _rung_deliveries[pk]
    if delivery_id in _rung_deliveries:
        return False
    _rung_deliveries[delivery_id] = now
    return True


def _ring(task: str, row_id: int, queue: str) -> None:
    current_app.send_task(task, args=[row_id], queue=queue, retry=False, ignore_result=True)
