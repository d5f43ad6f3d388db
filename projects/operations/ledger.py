"""Asking for the whole chain to be verified or exported, and taking an export along: each leaves its trace in it."""

from django.db import transaction

from core import events, jobs
from core.errors import NotFound
from core.ledger.jobs import EXPORT, VERIFY
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
    """The archive that an export made, to be handed over. Raises NotAllowed, NotFound."""
    require(rules.why_not_read(by, project.pk))
    job = Job.objects.filter(stream_id=project.pk, kind=EXPORT, pk=job_id).first()
    if job is None or not job.result:
        raise NotFound(f"There is no export of the ledger with the number {job_id}.")
    blob = Blob.objects.get(digest=job.result["digest"])
    events.record(events.LEDGER_READ, job, by=by, digest=blob.digest, events=job.result["events"])
    return blob
