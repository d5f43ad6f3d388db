"""An export from its request to its archive."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from core import events, jobs
from core.errors import Conflict, Invalid
from core.models import Blob, Job, User
from core.rules import require
from experiments.models import Experiment
from porting import rules
from porting.events import EXPORT_EXPIRED, EXPORT_FAILED, EXPORT_FINISHED, EXPORT_STARTED
from porting.models import Export
from projects.models import Project

EXPORT_JOB = "export"


@transaction.atomic
def start_export(*, project: Project, experiments: Sequence[str] | None, by: User | None, now: datetime) -> Export:
    """Queue an archive of these experiments (None: all) and of what was registered of them.

    Raises NotAllowed, Invalid (no such experiment), Conflict (`in_progress`: one export a project at a time).
    """
    require(rules.why_not_export(by, project.pk))
    wanted = list(dict.fromkeys(experiments)) if experiments else None
    _check(project, wanted)
    made = Export.objects.create(project=project, experiments=wanted, created_by=by, created_at=now)
    payload = {"export": made.pk}
    key = f"export:{project.pk}"
    job = jobs.submit(EXPORT_JOB, project_id=project.pk, by=by, payload=payload, subject=made, unique_key=key)
    if job.payload != payload:
        raise Conflict("Another export of this project is under way. Wait for its end.", code="in_progress")
    made.job = job
    made.save(update_fields=["job"])
    events.record(EXPORT_STARTED, made, by=by, experiments=wanted)
    return made


@transaction.atomic
def finish_export(*, job: Job, archive: Blob, done: Mapping[str, Any], notes: Sequence[Mapping[str, str]]) -> Export:
    """Keep the archive. Within the transaction that ends the job."""
    made = Export.objects.select_for_update(no_key=True).get(pk=job.payload["export"])
    made.archive, made.done, made.notes = archive, dict(done), [dict(note) for note in notes]
    made.save(update_fields=["archive", "done", "notes"])
    events.record(EXPORT_FINISHED, made, by=None, digest=archive.digest, size=archive.size, **done)
    return made


@transaction.atomic
def fail_export(*, job: Job, code: str, message: str) -> Export:
    """Note that it did not come to its end: there is no archive. Within the transaction that ends the job."""
    made = Export.objects.get(pk=job.payload["export"])
    events.record(EXPORT_FAILED, made, by=None, code=code, reason=message)
    return made


@transaction.atomic
def expire_exports(*, before: datetime) -> int:
    """Let go of the archives that were packed before then: the sweep of files removes them. Returns how many."""
    old = Export.objects.filter(archive__isnull=False, job__finished_at__lt=before)
    rows = list(old.select_for_update(no_key=True, of=("self",), skip_locked=True).order_by("pk"))
    for made in rows:
        made.archive = None
        made.save(update_fields=["archive"])
        events.record(EXPORT_EXPIRED, made, by=None)
    return len(rows)


def _check(project: Project, wanted: Sequence[str] | None) -> None:
    known = set(Experiment.objects.filter(project=project, name__in=wanted or []).values_list("name", flat=True))
    for name in wanted or []:
        if name not in known:
            raise Invalid(f"There is no experiment {name[:100]!r}.", field="experiments", code="no_such_experiment")
