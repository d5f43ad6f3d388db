"""The jobs that bring things in and take them out."""

import json
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from core import storage
from core.children import Child
from core.jobs import ChildSpec, Failure, JobKind, LostLease, Report, database_now, job_kind
from core.models import Job
from porting import operations, stock
from porting.enums import SourceKind
from porting.models import Export, Import, ImportedItem
from porting.operations.imports import may_ask_anywhere
from porting.operations.records import MESSAGES

DAY_S = 24 * 3600
DATABASE, ARCHIVE = "mlflow.db", "export.zip"
CHUNK = 1024 * 1024
# What is packed as it is: packing it tighter would cost more than it saves.
STORED_FROM = 16 * 1024 * 1024
README = """This is a stock MLflow: its database (mlflow.db) and its files (mlartifacts). In this folder:

    mlflow server --backend-store-uri sqlite:///mlflow.db --artifacts-destination ./mlartifacts
"""


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
        secret = json.loads(operations.opened(found)) if found.sealed else {}
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


@job_kind("export", queue="quick", timeout_s=DAY_S, memory_mb=4096)
class ExportToMlflow(JobKind):
    """Write the project as a stock MLflow, and pack it."""

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        made = Export.objects.select_related("project").get(pk=job.payload["export"])
        written = write_stock(made, scratch, report)
        with zipfile.ZipFile(scratch / ARCHIVE, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(scratch / DATABASE, DATABASE)
            archive.writestr("README.txt", README)
            total = sum(size for _, _, size in stock.files(made.project, made.experiments))
            for path, digest, size in stock.files(made.project, made.experiments):
                _pack(archive, path, digest, size)
                written.add("files")
                written.add("bytes", size)
                _go_on(report, 0.5 + 0.45 * written.counts["bytes"] / max(total, 1), path)
        return {"done": written.counts, "notes": written.notes}

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        blob = storage.put_path(scratch / ARCHIVE)
        operations.finish_export(job=job, archive=blob, done=result["done"], notes=result["notes"])
        return {"digest": blob.digest, **result["done"]}

    def failed(self, job: Job, failure: Failure) -> None:
        operations.fail_export(job=job, code=failure.code, message=failure.message)


@job_kind("expire_exports", queue="quick", is_routine=True, every_s=DAY_S)
class ExpireExports(JobKind):
    """Old archives are let go of, so that the sweep of files finds that nothing names them."""

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        kept_for = timedelta(days=settings.EXPORT_KEEP_DAYS)
        return {"expired": operations.expire_exports(before=database_now() - kept_for)}


def write_stock(made: Export, folder: Path, report: Report) -> stock.Written:
    """The database of a stock MLflow with the export's experiments, in `folder`."""
    child = Child(module="porting.writing", cwd=folder, timeout_s=600, memory_mb=4096)
    for _ in child.messages({"name": DATABASE}, stop=report.lost.is_set):
        report.progress(0.01, "making the database")
    runs = max(stock.runs(made.project, made.experiments), 1)
    return stock.write(
        folder / DATABASE,
        project=made.project,
        experiments=made.experiments,
        tell=lambda done: _go_on(report, 0.05 + 0.45 * done / runs, f"run {done:,} of {runs:,}"),
    )


def _go_on(report: Report, value: float, note: str) -> None:
    """Raises LostLease: this attempt is over."""
    if report.lost.is_set():
        raise LostLease
    report.progress(min(value, 0.99), note)


def _pack(archive: zipfile.ZipFile, path: str, digest: str, size: int) -> None:
    info = zipfile.ZipInfo(f"mlartifacts/{path}", (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_STORED if size >= STORED_FROM else zipfile.ZIP_DEFLATED
    info.file_size = size
    with storage.open_blob(digest) as source, archive.open(info, "w") as sink:
        shutil.copyfileobj(source, sink, CHUNK)


def _settled(found: Import) -> dict[str, dict[str, str]]:
    """Kind and original id to fingerprint, of the runs and models that were taken whole into the project."""
    settled: dict[str, dict[str, str]] = {"run": {}, "model": {}}
    rows = ImportedItem.objects.filter(project=found.project, kind__in=settled).exclude(fingerprint="")
    for kind, original, fingerprint in rows.values_list("kind", "original_id", "fingerprint"):
        settled[kind][original] = fingerprint
    return settled


def _now() -> datetime:
    return datetime.now(UTC)
