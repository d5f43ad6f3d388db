"""Checkpoints on schedule, and verifying and exporting a chain as jobs with progress."""

import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from core import events, storage
from core.enums import JobState
from core.jobs import JobKind, Report, database_now, job_kind
from core.ledger import checkpoints, exporting
from core.ledger.checkpoints import Broken
from core.ledger.verifying import Tell, verify
from core.models import Job, Schedule, ScheduleFire, Stream

CHECKPOINT, VERIFY, EXPORT = "checkpoint_ledger", "verify_ledger", "export_ledger"
LOOKED_AGAIN_S = 3600
"""A chain that stands still is held against its newest checkpoint again after that long, and what stays broken is told
again."""
KEPT_DAYS = 1
"""How long the jobs of the schedule stay that succeeded: there is one every minute."""

_Known = tuple[int, str, float]
# What this process has seen to be written down, by place and chain: number and hash of the head, and when.
_known: dict[tuple[str, int], _Known] = {}


def keep_scheduled() -> None:
    """See to it that checkpoints are written for ever, as often as the settings say."""
    every = settings.LEDGER_CHECKPOINT_SECONDS
    defaults = {"every_seconds": every, "next_at": database_now()}
    found, is_new = Schedule.objects.get_or_create(kind=CHECKPOINT, subject_type="", subject_id="", defaults=defaults)
    if not is_new and found.every_seconds != every:
        Schedule.objects.filter(pk=found.pk).update(every_seconds=every, next_at=database_now())


@job_kind(CHECKPOINT, queue="quick", is_routine=True)
class CheckpointLedger(JobKind):
    """One checkpoint of every chain that grew. A broken chain fails the job, after the others have theirs; once an hour
    for as long as it stays so."""

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        written, refused = 0, []
        for stream in _moved():
            try:
                written += checkpoints.keep(stream, now=datetime.now(UTC)) is not None
            except Broken as exc:
                refused.append(exc.message)
            else:
                _known[_place_of(stream)] = (stream.last_seq, stream.head, time.monotonic())
        said = " ".join(refused)
        if refused and not _is_told(said):
            raise Broken(said)
        return {"written": written, "broken": len(refused)}

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        old = ScheduleFire.objects.filter(
            schedule=job.payload.get("schedule"), slot__lt=database_now() - timedelta(days=KEPT_DAYS)
        )
        Job.objects.filter(pk__in=old.values("job"), state=JobState.SUCCEEDED).delete()
        return result


def _moved() -> Iterator[Stream]:
    """The chains that are not as this process has seen them written down within the hour. One query, and no look at
    the files, for all that stand still."""
    for stream in Stream.objects.order_by("pk").iterator():
        seq, head, at = _known.get(_place_of(stream), (None, None, 0.0))
        if (seq, head) != (stream.last_seq, stream.head) or time.monotonic() - at > LOOKED_AGAIN_S:
            yield stream


def _place_of(stream: Stream) -> tuple[str, int]:
    return settings.LEDGER_CHECKPOINTS_URL, stream.pk


def _is_told(said: str) -> bool:
    since = database_now() - timedelta(seconds=LOOKED_AGAIN_S)
    return Job.objects.filter(kind=CHECKPOINT, finished_at__gte=since, error__message=said).exists()


@job_kind(VERIFY, queue="quick")
class VerifyLedger(JobKind):
    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        verdict = verify(_stream(job), tell=_telling(report, 0, 1))
        return asdict(verdict) | {"is_intact": verdict.is_intact}

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        said = {name: result[name] for name in ("is_intact", "checked", "first_bad_seq", "reason", "anchored_seq")}
        events.record(events.LEDGER_VERIFIED, job, by=job.created_by, **said)
        return result


@job_kind(EXPORT, queue="quick", timeout_s=3600)
class ExportLedger(JobKind):
    """The verdict first, then everything, packed and signed."""

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        stream = _stream(job)
        verdict = verify(stream, tell=_telling(report, 0, 0.5))
        path = scratch / "ledger.zip"
        return exporting.write(
            path, stream=stream, verdict=verdict, now=datetime.now(UTC), tell=_telling(report, 0.5, 0.95)
        )

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        blob = storage.put_path(scratch / "ledger.zip")
        kept = result | {"digest": blob.digest, "size": blob.size}
        events.record(events.LEDGER_EXPORTED, job, by=job.created_by, **kept)
        return kept


def kept_until(job: Job) -> datetime | None:
    """Until when the archive of an export can be taken along; None for an export that has none."""
    return job.finished_at + _kept_for() if job.result and job.finished_at else None


def _kept_for() -> timedelta:
    return timedelta(days=settings.EXPORT_KEEP_DAYS)


@storage.tells_names
def _exports(digests: Collection[str]) -> Iterable[str]:
    """The archives of exports, as long as exports are kept."""
    kept = Job.objects.filter(kind=EXPORT, finished_at__gte=database_now() - _kept_for())
    return kept.filter(result__digest__in=list(digests)).values_list("result__digest", flat=True)


def _stream(job: Job) -> Stream:
    return Stream.objects.get(pk=job.stream_id or events.instance_stream_id())


def _telling(report: Report, low: float, high: float) -> Tell:
    """Progress between two bounds."""

    def tell(done: int, total: int) -> None:
        report.progress(low + (high - low) * done / max(total, 1), f"event {done:,} of {total:,}")

    return tell
