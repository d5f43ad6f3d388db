"""The worker: a claimed job is carried out, in a child process or here, and ended."""

import contextlib
import logging
import shutil
import tempfile
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction

from core import events
from core.children import Child, ChildFailed
from core.enums import JOB_FLOW, JobState
from core.errors import DomainError, LedgerClosed
from core.jobs.kinds import ChildSpec, Failure, JobKind, kind_called
from core.jobs.leases import LostLease, claim, close, database_now, end, lock_held, release
from core.jobs.reports import Report
from core.models import Job

logger = logging.getLogger(__name__)


class Stopping(Exception):
    """The worker is being stopped; its jobs go back to the queue."""


stopping = threading.Event()


def run(job_id: int) -> str | None:
    """Claim and carry out a job. Returns the state it ended in, or None when there was nothing to claim."""
    job = claim(job_id)
    if job is None:
        return None
    if job.state == JobState.FAILED:
        return job.state
    report = Report(job)
    try:
        with _scratch(job) as scratch, report.kept_alive():
            return _carry_out(job, report, scratch)
    except LostLease:
        logger.warning("job %s: lease lost, stopped", job.pk)
        return None


@contextlib.contextmanager
def _scratch(job: Job) -> Iterator[Path]:
    settings.JOB_SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    for left in settings.JOB_SCRATCH_DIR.glob(f"job-{job.pk}-*"):  # of attempts that were killed
        shutil.rmtree(left, ignore_errors=True)
    path = Path(tempfile.mkdtemp(prefix=f"job-{job.pk}-{job.token}-", dir=settings.JOB_SCRATCH_DIR))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _carry_out(job: Job, report: Report, scratch: Path) -> str | None:
    kind = kind_called(job.kind)
    try:
        spec = kind.prepare(job, scratch)
        result = kind.run(job, scratch, report) if spec is None else _run_child(kind, job, spec, report, scratch)
    except (LostLease, LedgerClosed):  # not ours any more, or that it failed cannot be said either: the lease decides
        raise
    except DomainError as exc:
        return _fail(job, Failure(exc.code, exc.message))
    except ChildFailed as exc:
        return _fail(job, Failure(exc.code, exc.message))
    except Stopping:
        release(job)
        return None
    except Exception as exc:
        logger.exception("job %s crashed", job.pk)
        return _retry_or_fail(job, Failure("crashed", f"{type(exc).__name__}: {exc}"))
    try:
        return _finish(job, kind, result, scratch)
    except (LostLease, LedgerClosed, DatabaseError):  # not ours any more, or the database is away: the lease decides
        raise
    except Exception as exc:
        logger.exception("job %s could not be finished", job.pk)
        return _retry_or_fail(job, Failure("crashed", f"{type(exc).__name__}: {exc}"))


def _run_child(kind: JobKind, job: Job, spec: ChildSpec, report: Report, scratch: Path) -> dict[str, Any]:
    timeout_s, memory_mb = kind.limits(job)
    child = Child(module=spec.module, cwd=scratch, timeout_s=timeout_s, memory_mb=memory_mb)
    for message in child.messages(spec.spec, stop=lambda: report.lost.is_set() or stopping.is_set()):
        match message.get("t"):
            case "progress":
                report.progress(float(message["value"]), str(message.get("note", "")))
            case "log":
                report.log(str(message.get("line", "")))
            case "result":
                return message
            case _:
                kind.message(job, message)
    if report.lost.is_set():
        raise LostLease
    if stopping.is_set():
        raise Stopping
    raise ChildFailed("crashed", "The work ended without a result.")


@transaction.atomic
def _finish(job: Job, kind: JobKind, result: dict[str, Any], scratch: Path) -> str:
    row = lock_held(job)
    try:
        with transaction.atomic():
            row.result = kind.finish(row, result, scratch)
            row.progress, row.note = 1.0, ""
            close(row, "succeed")
            if not kind.is_routine:
                events.record(events.JOB_SUCCEEDED, row, by=None, kind=row.kind)
    except LedgerClosed:
        raise
    except DomainError as exc:
        end(row, "fail", failure=Failure(exc.code, exc.message))
        events.record(events.JOB_FAILED, row, by=None, kind=row.kind, error=row.error)
    return row.state


@transaction.atomic
def _fail(job: Job, failure: Failure) -> str:
    row = lock_held(job)
    end(row, "fail", failure=failure)
    events.record(events.JOB_FAILED, row, by=None, kind=row.kind, error=row.error)
    return row.state


@transaction.atomic
def _retry_or_fail(job: Job, failure: Failure) -> str:
    row = lock_held(job)
    if row.attempt >= row.max_attempts:
        return _fail(job, failure)
    row.state = JOB_FLOW.target(row.state, "release")
    row.error = {"code": failure.code, "message": failure.message}
    row.due_at = database_now() + timedelta(seconds=2**row.attempt)
    row.lease_until = row.rung_at = None
    row.save(update_fields=["state", "error", "due_at", "lease_until", "rung_at"])
    return row.state
