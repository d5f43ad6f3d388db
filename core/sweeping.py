"""Files that nothing names any more are removed, a day after they were last kept.

The day is for whoever keeps a file first and names it later. A file without a row, left by a transaction that was
rolled back or by a sweep that died, goes as well; so does what lies where files are spooled and is in nobody's hands.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core import storage
from core.errors import NotFound
from core.jobs import JobKind, Report, database_now, job_kind
from core.models import Blob, Job

GRACE = timedelta(days=1)
LOT = 500
SWEEP = "sweep_files"
DAY_S = 24 * 3600


@dataclass
class Swept:
    """What was removed, or would be: files that nothing names with their bytes, and files that nobody knows of."""

    files: int = 0
    bytes: int = 0
    strays: int = 0


def sweep(*, now: datetime, is_trial: bool = False) -> Swept:
    """Remove what has not been named for the time of grace. May run twice at once, beside anybody who keeps files."""
    swept, before = Swept(), now - GRACE
    for lot in _old(before):
        for digest in lot.keys() - storage.named(lot):
            if is_trial or storage.remove_blob(digest, kept_before=before, is_named=_is_named):
                swept.files += 1
                swept.bytes += lot[digest]
    for digest in _strays(before):
        swept.strays += is_trial or storage.remove_stray(digest)
    swept.strays += storage.remove_spooled(before=before, is_trial=is_trial)
    return swept


def _old(before: datetime) -> Iterator[dict[str, int]]:
    """Sizes by digest of what was last kept before then, in lots."""
    last = ""
    rows = Blob.objects.filter(kept_at__lt=before).order_by("digest")
    while lot := dict(rows.filter(digest__gt=last).values_list("digest", "size")[:LOT]):
        yield lot
        last = max(lot)


def _is_named(digest: str) -> bool:
    return bool(storage.named([digest]))


def _strays(before: datetime) -> Iterator[str]:
    for digests in storage.stored():
        known = set(Blob.objects.filter(digest__in=digests).values_list("digest", flat=True))
        for digest in set(digests) - known:
            try:
                is_old = storage.stored_at(digest) < before
            except NotFound:
                continue
            if is_old:
                yield digest


@job_kind(SWEEP, queue="quick", timeout_s=4 * 3600, is_routine=True, every_s=DAY_S)
class SweepFiles(JobKind):
    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        return asdict(sweep(now=database_now()))
