"""Writes about imports: asking for one, and keeping what the reader says."""

from porting.operations.exports import expire_exports, fail_export, finish_export, start_export
from porting.operations.imports import fail_import, finish_import, import_job, opened, start_import
from porting.operations.records import note_counts, take_record

__all__ = [
    "expire_exports",
    "fail_export",
    "fail_import",
    "finish_export",
    "finish_import",
    "import_job",
    "note_counts",
    "opened",
    "start_export",
    "start_import",
    "take_record",
]
