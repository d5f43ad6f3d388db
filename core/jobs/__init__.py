"""Durable jobs: the database is the queue, Celery is the doorbell and the pool of threads.

A job is a row written in the transaction of the business change. A dispatcher rings Celery with its id and nothing
else. The worker claims the row with a new fencing token and a lease by the database's clock, keeps the lease while the
work runs in a child process, and ends it in one transaction that is conditional on the token. Whatever dies, the job
comes to exactly one recorded result.
"""

from core.jobs.kinds import ChildSpec, Failure, JobKind, UnknownKind, job_kind, kinds
from core.jobs.leases import LostLease, claim, database_now, held, lock_held, release
from core.jobs.queue import cancel, submit, take_due
from core.jobs.reports import Report
from core.jobs.schedules import due_schedules, fire, keep_scheduled
from core.jobs.working import run, stopping

__all__ = [
    "ChildSpec",
    "Failure",
    "JobKind",
    "LostLease",
    "Report",
    "UnknownKind",
    "cancel",
    "claim",
    "database_now",
    "due_schedules",
    "fire",
    "held",
    "job_kind",
    "keep_scheduled",
    "kinds",
    "lock_held",
    "release",
    "run",
    "stopping",
    "submit",
    "take_due",
]
