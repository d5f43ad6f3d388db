"""Cancelling a job of a project."""

from datetime import datetime

from core import jobs
from core.models import Job, User
from core.rules import require
from experiments import rules


def cancel_job(*, job: Job, by: User, now: datetime) -> Job:
    """End a job that has not ended; what it was for is told (a run is killed). The event is written by `jobs.cancel`.

    Raises NotAllowed, Conflict (`already_ended`).
    """
    require(rules.why_not_cancel(by, job))
    return jobs.cancel(job=job, by=by, now=now)
