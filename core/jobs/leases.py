"""Who holds a job: claimed with a token for the length of a lease, given back, ended."""

import logging
import socket
from datetime import datetime, timedelta
from os import getpid

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from core import events
from core.enums import JOB_FLOW, JobState
from core.jobs.kinds import Failure, kind_called
from core.models import Job

logger = logging.getLogger(__name__)


class LostLease(Exception):
    """Another worker holds the job now (or it was cancelled): stop, and write nothing more."""


def database_now() -> datetime:
    """The one clock for leases, slots and due times."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@transaction.atomic
def claim(job_id: int) -> Job | None:
    """Take the job with a new token and lease, if it is due or its holder's lease has run out; else None.

    A job whose attempts are used up ends here as failed.
    """
    claimable = Q(state=JobState.QUEUED, due_at__lte=Now()) | Q(state=JobState.RUNNING, lease_until__lt=Now())
    job = Job.objects.select_for_update(skip_locked=True).filter(claimable, pk=job_id).first()
    if job is None:
        return None
    if job.attempt >= job.max_attempts:
        end(job, "fail", failure=Failure("worker_lost", f"The worker was lost {job.attempt} times."))
        events.record(events.JOB_FAILED, job, by=None, kind=job.kind, error=job.error)
        return job
    now = database_now()
    job.state = JOB_FLOW.target(job.state, "claim")
    job.attempt, job.token = job.attempt + 1, job.token + 1
    job.lease_until = now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    job.started_at, job.progress, job.note = job.started_at or now, 0.0, ""
    job.worker = f"{socket.gethostname()}:{getpid()}"[:120]
    job.save(update_fields=["state", "attempt", "token", "lease_until", "started_at", "progress", "note", "worker"])
    if not kind_called(job.kind).is_routine:
        events.record(events.JOB_STARTED, job, by=None, kind=job.kind, attempt=job.attempt)
    return job


def held(job: Job) -> models.QuerySet[Job]:
    """The job's row, if this worker still holds it: every write on its behalf is conditional on it."""
    return Job.objects.filter(pk=job.pk, token=job.token, state=JobState.RUNNING)


def lock_held(job: Job) -> Job:
    """Lock the job's row for a write on its behalf, inside a transaction. Raises LostLease."""
    row = held(job).select_for_update(no_key=True).first()
    if row is None:
        raise LostLease
    return row


def release(job: Job) -> None:
    """Give a job back without burning an attempt, because this worker is being stopped."""
    held(job).update(
        state=JOB_FLOW.target(JobState.RUNNING, "release"), attempt=F("attempt") - 1, lease_until=None, rung_at=None
    )


def end(job: Job, step: str, *, failure: Failure) -> None:
    """End the job unsuccessfully, also when its kind cannot note that: a job that cannot end runs for ever."""
    job.error = {"code": failure.code, "message": failure.message}
    close(job, step)
    try:
        with transaction.atomic():
            kind_called(job.kind).failed(job, failure)
    except Exception:
        logger.exception("job %s: its kind could not note the failure %s", job.pk, failure.code)


def close(job: Job, step: str) -> None:
    """Take the step that ends the job, and write what it came to."""
    job.state = JOB_FLOW.target(job.state, step)
    job.finished_at, job.lease_until = database_now(), None
    job.save(
        update_fields=[
            "state",
            "finished_at",
            "lease_until",
            "error",
            "result",
            "progress",
            "note",
            "cancel_requested_at",
        ]
    )
