"""The kinds of jobs: what is to be done once an acceptance of a risk, or a waiver, is over."""

import logging
from pathlib import Path
from typing import Any

from core.errors import DomainError
from core.jobs import JobKind, Report, database_now, job_kind
from core.models import Job
from projects import operations, queries
from projects.models import Risk
from projects.operations.acceptances import EXPIRE_ACCEPTANCE

logger = logging.getLogger(__name__)


@job_kind(EXPIRE_ACCEPTANCE, queue="quick", timeout_s=60, is_routine=True)
class ExpireAcceptance(JobKind):
    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        risk = Risk.objects.get(pk=job.payload["risk"])
        return {"expired": operations.expire_acceptance(risk=risk, today=database_now().date())}


@job_kind("expire_waivers", queue="quick", is_routine=True, every_s=3600)
class ExpireWaivers(JobKind):
    """Ask again for what was waived, where the time is over. A project whose policy can no longer be read waits until
    it moved to another."""

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        now, ended = database_now(), 0
        for waiver in queries.expired_waivers(now=now):
            try:
                ended += operations.expire_waiver(waiver=waiver, now=now)
            except DomainError as error:
                logger.warning("waiver %s could not be ended: %s", waiver.pk, error)
        return {"ended": ended}
