"""Jobs that come back by themselves."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from core.jobs.kinds import kinds
from core.jobs.leases import database_now
from core.jobs.queue import submit
from core.models import Job, Schedule, ScheduleFire


def keep_scheduled() -> None:
    """See to it that each of the house's own jobs comes back as often as its kind says."""
    for kind in kinds().values():
        if kind.every_s is not None:
            defaults = {"every_seconds": kind.every_s, "next_at": database_now()}
            found, _ = Schedule.objects.get_or_create(kind=kind.name, subject_type="", subject_id="", defaults=defaults)
            Schedule.objects.filter(pk=found.pk).exclude(every_seconds=kind.every_s).update(every_seconds=kind.every_s)


def due_schedules(*, limit: int = 100) -> list[int]:
    """Ids of the schedules whose slot has come."""
    due = Schedule.objects.filter(is_active=True, next_at__lte=Now()).order_by("next_at")
    return list(due.values_list("pk", flat=True)[:limit])


@transaction.atomic
def fire(schedule_id: int) -> Job | None:
    """Make the job of a schedule whose slot has come; missed slots collapse into one. Returns None when somebody else
    was first. Raises UnknownKind.
    """
    schedule = (
        Schedule.objects.select_for_update(skip_locked=True)
        .filter(pk=schedule_id, is_active=True, next_at__lte=Now())
        .first()
    )
    if schedule is None:
        return None
    slot, now = schedule.next_at, database_now()
    job = submit(
        schedule.kind,
        project_id=schedule.stream_id,
        by=None,
        payload=schedule.payload | {"schedule": schedule.pk, "slot": slot.isoformat()},
        unique_key=f"schedule:{schedule.pk}",
    )
    ScheduleFire.objects.get_or_create(schedule=schedule, slot=slot, defaults={"job": job})
    missed = int((now - slot).total_seconds() // schedule.every_seconds)
    schedule.next_at = slot + timedelta(seconds=schedule.every_seconds * (missed + 1))
    schedule.save(update_fields=["next_at"])
    return job
