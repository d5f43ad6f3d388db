"""The kinds of jobs: opening a risk again whose acceptance is over."""

from pathlib import Path
from typing import Any

from core.jobs import JobKind, Report, database_now, job_kind
from core.models import Job
from projects import operations
from projects.models import Risk
from projects.operations.acceptances import EXPIRE_ACCEPTANCE


@job_kind(EXPIRE_ACCEPTANCE, queue="quick", timeout_s=60, is_routine=True)
class ExpireAcceptance(JobKind):
    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        risk = Risk.objects.get(pk=job.payload["risk"])
        return {"expired": operations.expire_acceptance(risk=risk, today=database_now().date())}
