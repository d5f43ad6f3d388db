"""The queue: jobs are put in, called off, and taken out when they are due."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from core import events
from core.enums import JobState
from core.errors import Conflict
from core.jobs.kinds import Failure, Queue, kind_called
from core.jobs.leases import database_now, end
from core.models import Job, User


def submit(
    kind: str,
    *,
    project_id: int | None,
    by: User | None,
    payload: dict[str, Any] | None = None,
    subject: models.Model | None = None,
    unique_key: str | None = None,
    delay: timedelta = timedelta(0),
) -> Job:
    """Queue a job in the current transaction. With a `unique_key`, the job that is already open under it is returned.

    Raises UnknownKind: a bug, or a schedule of a kind that is no more.
    """
    definition = kind_called(kind)
    if unique_key is not None:
        _one_at_a_time(unique_key)
        existing = Job.objects.open().filter(unique_key=unique_key).first()
        if existing is not None:
            return existing
    now = database_now()
    job = Job.objects.create(
        kind=kind,
        queue=definition.queue,
        stream_id=project_id,
        subject_type=(subject._meta.model_name or "") if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        unique_key=unique_key,
        payload=payload or {},
        max_attempts=definition.max_attempts,
        due_at=now + delay,
        created_at=now,
        created_by=by,
    )
    if not definition.is_routine:
        events.record(events.JOB_QUEUED, job, by=by, kind=kind)
    return job


def _one_at_a_time(unique_key: str) -> None:
    """Whoever submits under the same key waits here until we commit, and then sees our job."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"job:{unique_key}"])


@transaction.atomic
def cancel(*, job: Job, by: User, now: datetime) -> Job:
    """Cancel a job that has not ended: it ends here, and a worker that still holds it can write nothing more."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if not job.is_open:
        raise Conflict(f"The job has ended already: {job.get_state_display().lower()}.", code="already_ended")
    job.cancel_requested_at = now
    end(job, "cancel", failure=Failure("cancelled", f"Cancelled by {by}."))
    events.record(events.JOB_CANCELLED, job, by=by, kind=job.kind)
    return job


def take_due(*, limit: int = 50) -> list[tuple[int, Queue]]:
    """Ids and queues of jobs to ring for: due, or held by a worker whose lease has run out. Each at most once a lease.

    A ring may be lost; the row is rung for again after a lease. Any number of dispatchers may call this.
    """
    lease = timedelta(seconds=settings.JOB_LEASE_SECONDS)
    waiting = Q(state=JobState.QUEUED, due_at__lte=Now()) | Q(state=JobState.RUNNING, lease_until__lt=Now())
    unrung = Q(rung_at=None) | Q(rung_at__lt=Now() - lease / 3)
    with transaction.atomic():
        rows = list(
            Job.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(waiting, unrung)
            .order_by("due_at", "pk")
            .values_list("pk", "queue")[:limit]
        )
        Job.objects.filter(pk__in=[pk for pk, _ in rows]).update(rung_at=Now())
    return [(pk, queue) for pk, queue in rows]  # type: ignore[misc]  # the column holds one of them
