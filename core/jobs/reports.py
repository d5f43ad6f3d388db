"""What a running job tells while its lease is kept: progress and log."""

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from core import events, live
from core.jobs.leases import LostLease, database_now, held
from core.models import Job, JobLog

logger = logging.getLogger(__name__)

MAX_LOG_LINES = 2000


PROGRESS_EVERY_S = 0.5


HELD_EVERY_S = 1.0


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
