"""The inbox's jobs: both come back for ever."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.jobs import JobKind, Report, job_kind
from core.models import Job
from inbox import operations


@job_kind("send_notifications", queue="quick", is_routine=True, every_s=60)
class SendNotifications(JobKind):
    """Send what is due by e-mail and chat."""

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        return dict(operations.send_due(now=datetime.now(UTC)))


@job_kind("note_expiring", queue="quick", is_routine=True, every_s=3600)
class NoteExpiring(JobKind):
    """Tell whoever it concerns that a waiver, an acceptance or a token ends within a week."""

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        return {"told": operations.note_expiring(now=datetime.now(UTC))}
