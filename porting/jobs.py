"""The jobs that bring things in."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from core import storage
from core.jobs import ChildSpec, Failure, JobKind, job_kind
from core.models import Job
from porting import operations
from porting.enums import SourceKind
from porting.models import Import, ImportedItem
from porting.operations.imports import may_ask_anywhere
from porting.operations.records import MESSAGES
from porting.sealing import unseal

DAY_S = 24 * 3600


@job_kind("import", queue="training", timeout_s=DAY_S, memory_mb=6144, max_attempts=10)
class ImportFromMlflow(JobKind):
    """Read a source in a child, and keep what it says. An attempt goes on where the one before stopped."""

    def prepare(self, job: Job, scratch: Path) -> ChildSpec:
        found = operations.import_job(job)
        spec: dict[str, Any] = {
            "kind": found.kind,
            "experiments": found.experiments,
            "settled": _settled(found),
            "max_bytes": settings.IMPORT_MAX_BYTES,
        }
        secret = json.loads(unseal(found.sealed, key=settings.SECRET_KEY)) if found.sealed else {}
        if found.kind == SourceKind.ARCHIVE:
            assert found.archive_id is not None
            storage.copy_to(found.archive_id, scratch / "archive")
            return ChildSpec("porting.reading", spec | {"path": "archive"})
        if found.kind == SourceKind.SERVER:
            named = may_ask_anywhere(found.source)
            return ChildSpec("porting.reading", spec | {"url": found.source, "is_named": named} | secret)
        return ChildSpec("porting.reading", spec | secret)

    def message(self, job: Job, message: dict[str, Any]) -> None:
        if message["t"] == "expected":
            expected = {name: message[name] for name in ("experiments", "runs", "points", "bytes", "models")}
            operations.note_counts(job=job, expected=expected)
        elif message["t"] in MESSAGES:
            operations.take_record(job=job, message=message, now=_now())

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        done = operations.finish_import(job=job)
        return {"import": done.pk, **done.done}

    def failed(self, job: Job, failure: Failure) -> None:
        operations.fail_import(job=job, code=failure.code, message=failure.message)


def _settled(found: Import) -> dict[str, dict[str, str]]:
    """Kind and original id to fingerprint, of the runs and models that were taken whole into the project."""
    settled: dict[str, dict[str, str]] = {"run": {}, "model": {}}
    rows = ImportedItem.objects.filter(project=found.project, kind__in=settled).exclude(fingerprint="")
    for kind, original, fingerprint in rows.values_list("kind", "original_id", "fingerprint"):
        settled[kind][original] = fingerprint
    return settled


def _now() -> datetime:
    return datetime.now(UTC)
