"""Writes about imports: asking for one, and keeping what the reader says."""

from porting.operations.imports import fail_import, finish_import, import_job, start_import
from porting.operations.records import note_counts, take_record

__all__ = [
    "fail_import",
    "finish_import",
    "import_job",
    "note_counts",
    "start_import",
    "take_record",
]
