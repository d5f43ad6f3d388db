"""What Celery is rung for: an id and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps

from celery import shared_task
from django.db import close_old_connections, connection

from core import events, jobs
from core.ledger import jobs as ledger_jobs


def _rung_for(work: Callable[..., None]) -> Callable[..., None]:
    """A task by the function's name, with a connection that ends with it."""

    @wraps(work)
    def task(*row_ids: int) -> None:
        close_old_connections()
        try:
            work(*row_ids)
        finally:
            connection.close()

    return shared_task(name=work.__name__, ignore_result=True)(task)


@_rung_for
def run_job(job_id: int) -> None:
    """Carry out a job, if it can be claimed."""
    jobs.run(job_id)


@_rung_for
def run_delivery(delivery_id: int) -> None:
    """Run one event handler, if its delivery is still pending."""
    events.deliver(delivery_id, now=datetime.now(UTC))


@_rung_for
def fire_schedule(schedule_id: int) -> None:
    """Make a schedule's job, if its slot has come."""
    jobs.fire(schedule_id)


@_rung_for
def keep_scheduled() -> None:
    """Schedule the house's own jobs, as the code says now."""
    ledger_jobs.keep_scheduled()
    jobs.keep_scheduled()
