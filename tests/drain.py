"""Doing what the scheduler and the workers would do, here and now, until nothing is left."""

from datetime import UTC, datetime, timedelta

from core import events, jobs
from core.models import Job

ROUNDS = 100


def fire() -> list[Job]:
    """Make the jobs of all schedules whose slot has come."""
    return [job for pk in jobs.due_schedules() if (job := jobs.fire(pk))]


def drain(*, ahead: timedelta = timedelta(minutes=10)) -> int:
    """Run every due job and delivery, and what comes of them. Returns how many there were.

    `ahead` lets what is tried again after a while be tried now. Needs `django_db(transaction=True)` where jobs run.
    """
    done = 0
    for _ in range(ROUNDS):
        taken = [job_id for job_id, _queue in jobs.take_due()]
        for job_id in taken:
            jobs.run(job_id)
        now = datetime.now(UTC) + ahead
        deliveries = events.due_deliveries(now=now)
        for delivery_id in deliveries:
            events.deliver(delivery_id, now=now)
        if not taken and not deliveries:
            return done
        done += len(taken) + len(deliveries)
        Job.objects.open().filter(due_at__gt=jobs.database_now()).update(due_at=jobs.database_now(), rung_at=None)
    raise AssertionError(f"there is still work after {ROUNDS} rounds")
