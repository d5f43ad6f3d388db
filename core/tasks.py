"""What Celery is rung for: an id and nothing else."""

from datetime import UTC, datetime

from celery import shared_task
from django.db import close_old_connections, connection

from core import events, jobs


@shared_task(name="run_job", ignore_result=True)
def run_job(job_id: int) -> None:
    """Carry out a job, if it can be claimed."""
    close_old_connections()
    try:
        jobs.run(job_id)
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
