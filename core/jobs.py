"""Durable jobs: the database is the queue, Celery is the doorbell and the pool of threads.

A job is a row written in the transaction of the business change. A dispatcher rings Celery with its id and nothing
else. The worker claims the row with a new fencing token and a lease by the database's clock, keeps the lease while the
work runs in a child process, and ends it in one transaction that is conditional on the token. Whatever dies, the job
comes to exactly one recorded result.
"""

import contextlib
import logging
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from os import getpid
from pathlib import Path
from typing import Any, ClassVar, Literal

from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from core import events, live
from core.children import Child, ChildFailed
from core.enums import JOB_FLOW, JobState
from core.errors import Conflict, DomainError
from core.models import Job, JobLog, Schedule, ScheduleFire, User

logger = logging.getLogger(__name__)

Queue = Literal["training", "quick"]

MAX_LOG_LINES = 2000
PROGRESS_EVERY_S = 0.5
HELD_EVERY_S = 1.0


class UnknownKind(LookupError):
    """No job kind of this name is registered."""


class LostLease(Exception):
    """Another worker holds the job now (or it was cancelled): stop, and write nothing more."""


@dataclass(frozen=True)
class ChildSpec:
    """What runs outside the worker: a pure module, and what it gets on standard input."""

    module: str
    spec: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """Why a job did not succeed: a word for programs and a sentence for people."""

    code: str
    message: str


class JobKind:
    """What a kind of job does. Subclass, and register with `job_kind`.

    `prepare` reads the database, puts files into `scratch`, and names the child to run; or returns None, and `run`
    does the work in the worker's own thread. `message` gets each line of the child that is neither progress nor log.
    `finish` and `failed` are called inside the one transaction that ends the job.
    """

    name: ClassVar[str]
    queue: ClassVar[Queue]
    timeout_s: ClassVar[float]
    memory_mb: ClassVar[int]
    max_attempts: ClassVar[int]
    is_routine: ClassVar[bool]
    every_s: ClassVar[int | None]

    def prepare(self, job: Job, scratch: Path) -> ChildSpec | None:
        return None

    def run(self, job: Job, scratch: Path, report: "Report") -> dict[str, Any]:
        raise NotImplementedError(f"{self.name} has neither a child nor a run")

    def message(self, job: Job, message: dict[str, Any]) -> None:
        logger.info("job %s: unexpected message %r", job.pk, message.get("t"))

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        return result

    def failed(self, job: Job, failure: Failure) -> None:
        return None

    def limits(self, job: Job) -> tuple[float, int]:
        """Seconds and megabytes for this job's child."""
        return self.timeout_s, self.memory_mb


_kinds: dict[str, JobKind] = {}


def job_kind(
    name: str,
    *,
    queue: Queue,
    timeout_s: float = 600,
    memory_mb: int = 2048,
    max_attempts: int = 3,
    is_routine: bool = False,
    every_s: int | None = None,
) -> Any:
    """Class decorator: register a JobKind under `name`.

    A routine job comes back every few minutes for ever: what it finds is told by events of its own, and of the job
    itself only that it failed. One with `every_s` is the house's own, and scheduled from the first start on.
    """

    def register(cls: type[JobKind]) -> type[JobKind]:
        cls.name, cls.queue, cls.is_routine, cls.every_s = name, queue, is_routine, every_s
        cls.timeout_s, cls.memory_mb, cls.max_attempts = timeout_s, memory_mb, max_attempts
        _kinds[name] = cls()
        return cls

    return register


def kinds() -> dict[str, JobKind]:
    return dict(_kinds)


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
    definition = _kind(kind)
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


def _kind(name: str) -> JobKind:
    if name not in _kinds:
        raise UnknownKind(f"no job kind is called {name!r}")
    return _kinds[name]


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
    _end(job, "cancel", failure=Failure("cancelled", f"Cancelled by {by}."))
    events.record(events.JOB_CANCELLED, job, by=by, kind=job.kind)
    return job


def database_now() -> datetime:
    """The one clock for leases, slots and due times."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


# --- the dispatcher's side -------------------------------------------------------------------------------------------


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
    return [(pk, queue) for pk, queue in rows]  # type: ignore[misc]


def due_schedules(*, limit: int = 100) -> list[int]:
    """Ids of the schedules whose slot has come."""
    due = Schedule.objects.filter(is_active=True, next_at__lte=Now()).order_by("next_at")
    return list(due.values_list("pk", flat=True)[:limit])


# --- the worker's side -----------------------------------------------------------------------------------------------


def keep_scheduled() -> None:
    """See to it that each of the house's own jobs comes back as often as its kind says."""
    for kind in _kinds.values():
        if kind.every_s is not None:
            defaults = {"every_seconds": kind.every_s, "next_at": database_now()}
            found, _ = Schedule.objects.get_or_create(kind=kind.name, subject_type="", subject_id="", defaults=defaults)
            Schedule.objects.filter(pk=found.pk).exclude(every_seconds=kind.every_s).update(every_seconds=kind.every_s)


@transaction.atomic
def fire(schedule_id: int) -> Job | None:
    """Make the job of a schedule whose slot has come; missed slots collapse into one. Returns None when somebody else
    was first. Raises UnknownKind.
    """
    schedule = (
        Schedule.objects.select_for_update(skip_locked=True)
        .filter(pk=schedule_id, is_active=True, next_at__lte=Now())
        .first()
    )
    if schedule is None:
        return None
    slot, now = schedule.next_at, database_now()
    job = submit(
        schedule.kind,
        project_id=schedule.stream_id,
        by=None,
        payload=schedule.payload | {"schedule": schedule.pk, "slot": slot.isoformat()},
        unique_key=f"schedule:{schedule.pk}",
    )
    ScheduleFire.objects.get_or_create(schedule=schedule, slot=slot, defaults={"job": job})
    missed = int((now - slot).total_seconds() // schedule.every_seconds)
    schedule.next_at = slot + timedelta(seconds=schedule.every_seconds * (missed + 1))
    schedule.save(update_fields=["next_at"])
    return job


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
        _end(job, "fail", failure=Failure("worker_lost", f"The worker was lost {job.attempt} times."))
        events.record(events.JOB_FAILED, job, by=None, kind=job.kind, error=job.error)
        return job
    now = database_now()
    job.state = JOB_FLOW.target(job.state, "claim")
    job.attempt, job.token = job.attempt + 1, job.token + 1
    job.lease_until = now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    job.started_at, job.progress, job.note = job.started_at or now, 0.0, ""
    job.worker = f"{socket.gethostname()}:{getpid()}"[:120]
    job.save(update_fields=["state", "attempt", "token", "lease_until", "started_at", "progress", "note", "worker"])
    if not _kinds[job.kind].is_routine:
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


class Report:
    """The worker's hold on a running job: lease, progress and log. Its writes stop when the lease is lost."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.lost = threading.Event()
        self._lines = 0
        self._told_at = 0.0

    def progress(self, value: float, note: str = "") -> None:
        """Set the progress (0 to 1) and a note; open pages are told at most twice a second."""
        now = time.monotonic()
        if now - self._told_at < PROGRESS_EVERY_S and value < 1:
            return
        self._told_at = now
        self.job.progress, self.job.note = min(max(value, 0.0), 1.0), _plain(note)[:200]
        if not held(self.job).update(progress=self.job.progress, note=self.job.note):
            self.lost.set()
            raise LostLease
        if self.job.stream_id:
            live.whisper(self.job.stream_id, {"type": events.JOB_PROGRESSED, "subject": self._subject()})

    def log(self, line: str) -> None:
        self._lines += 1
        if self._lines <= MAX_LOG_LINES:
            JobLog.objects.create(job=self.job, attempt=self.job.attempt, at=database_now(), line=_plain(line)[:2000])

    @contextlib.contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Until the block ends, a thread renews the lease, a third of it apart, and looks each second whether the job
        was cancelled or taken over.
        """
        done = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(done,), name=f"lease-{self.job.pk}", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join(timeout=5)

    def _keep(self, done: threading.Event) -> None:
        lease = settings.JOB_LEASE_SECONDS
        renewed_at = time.monotonic()
        try:
            while not done.wait(min(HELD_EVERY_S, lease / 3)):
                is_due = time.monotonic() - renewed_at >= lease / 3
                if not self._still_held(lease if is_due else None):
                    self.lost.set()
                    return
                if is_due:
                    renewed_at = time.monotonic()
        finally:
            connection.close()

    def _still_held(self, lease: float | None) -> bool:
        try:
            if lease is None:
                return held(self.job).exists()
            return bool(held(self.job).update(lease_until=Now() + timedelta(seconds=lease)))
        except Exception as exc:  # the database may be restarting: the lease itself decides
            logger.warning("job %s: lease not renewed: %s", self.job.pk, exc)
            connection.close()
            return True

    def _subject(self) -> dict[str, Any]:
        return {"type": "job", "id": str(self.job.pk), "version": None}


def _plain(text: str) -> str:
    """Without NUL, which a text column refuses."""
    return text.replace("\0", "\ufffd")


def _carry_out(job: Job, report: Report, scratch: Path) -> str | None:
    kind = _kind(job.kind)
    try:
        spec = kind.prepare(job, scratch)
        result = kind.run(job, scratch, report) if spec is None else _run_child(kind, job, spec, report, scratch)
    except LostLease:
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
    except (LostLease, DatabaseError):  # not ours any more, or the database is away: the lease decides
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
            _close(row, "succeed")
            if not kind.is_routine:
                events.record(events.JOB_SUCCEEDED, row, by=None, kind=row.kind)
    except DomainError as exc:
        _end(row, "fail", failure=Failure(exc.code, exc.message))
        events.record(events.JOB_FAILED, row, by=None, kind=row.kind, error=row.error)
    return row.state


@transaction.atomic
def _fail(job: Job, failure: Failure) -> str:
    row = lock_held(job)
    _end(row, "fail", failure=failure)
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


def _end(job: Job, step: str, *, failure: Failure) -> None:
    """End the job unsuccessfully, also when its kind cannot note that: a job that cannot end runs for ever."""
    job.error = {"code": failure.code, "message": failure.message}
    _close(job, step)
    try:
        with transaction.atomic():
            _kind(job.kind).failed(job, failure)
    except Exception:
        logger.exception("job %s: its kind could not note the failure %s", job.pk, failure.code)


def _close(job: Job, step: str) -> None:
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


class Stopping(Exception):
    """The worker is being stopped; its jobs go back to the queue."""


stopping = threading.Event()


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
