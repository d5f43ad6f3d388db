"""What Celery is rung for: an id and nothing else."""

from datetime import UTC, datetime

from celery import shared_task
from django.db import close_old_connections, connection

from core import events, jobs
from core.ledger import jobs as ledger_jobs


@shared_task(name="run_job", ignore_result=True)
def run_job(job_id: int) -> None:
    """Carry out a job, if it can be claimed."""
    close_old_connections()
    try:
        jobs.run(job_id)
    finally:
        connection.close()


@shared_task(name="fire_schedule", ignore_result=True)
def fire_schedule(schedule_id: int) -> None:
    """Make a schedule's job, if its slot has come."""
    close_old_connections()
    try:
        jobs.fire(schedule_id)
    finally:
        connection.close()


@shared_task(name="keep_scheduled", ignore_result=True)
def keep_scheduled() -> None:
    """Schedule the house's own jobs, as the code says now."""
    close_old_connections()
    try:
        ledger_jobs.keep_scheduled()
        jobs.keep_scheduled()
    finally:
        connection.close()


@shared_task(name="run_delivery", ignore_result=True)
def run_delivery(delivery_id: int) -> None:
    """Run one event handler, if its delivery is still pending."""
    close_old_connections()
    try:
        events.deliver(delivery_id, now=datetime.now(UTC))
    finally:
        connection.close()
