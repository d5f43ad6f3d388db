"""Asking for the whole chain to be verified or exported, and taking an export along: each leaves its trace in it."""

from django.conf import settings
from django.db import transaction

from core import events, jobs
from core.errors import Gone, NotFound
from core.jobs import database_now
from core.ledger.jobs import EXPORT, VERIFY, kept_until
from core.models import Blob, Job, User
from core.rules import require
from projects import rules
from projects.models import Project


@transaction.atomic
def verify_ledger(*, project: Project, by: User) -> Job:
    """Queue a walk of the project's chain; one that is under way is returned. Raises NotAllowed."""
    require(rules.why_not_read(by, project.pk))
    return jobs.submit(VERIFY, project_id=project.pk, by=by, unique_key=f"{VERIFY}:{project.pk}")


@transaction.atomic
def export_ledger(*, project: Project, by: User) -> Job:
    """Queue a signed archive of the project's chain; one that is under way is returned. Raises NotAllowed."""
    require(rules.why_not_read(by, project.pk))
    return jobs.submit(EXPORT, project_id=project.pk, by=by, unique_key=f"{EXPORT}:{project.pk}")


@transaction.atomic
def take_ledger(*, project: Project, job_id: int, by: User) -> Blob:
    """The archive that an export made, to be handed over, as long as it is kept. Raises NotAllowed, NotFound, Gone."""
    require(rules.why_not_read(by, project.pk))
    job = Job.objects.filter(stream_id=project.pk, kind=EXPORT, pk=job_id).first()
    if job is None or not job.result:
        raise NotFound(f"There is no export of the ledger with the number {job_id}.")
    until = kept_until(job)
    blob = Blob.objects.filter(digest=job.result["digest"]).first() if until and until > database_now() else None
    if blob is None:
        raise Gone(f"Exports are kept for {settings.EXPORT_KEEP_DAYS} days, and this one is older: make a new one.")
    events.record(events.LEDGER_READ, job, by=by, digest=blob.digest, events=job.result["events"])
    return blob
