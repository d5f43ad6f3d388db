"""What happened in a project."""

from django.db.models import QuerySet

from core.models import Event, Job
from projects.models import Project, WorkItem

# Facts too frequent to be told one by one; the ledger shows them all.
QUIET = (
    "job.queued", "job.started", "job.succeeded", "predictions.labelled", "drift_window.checked",
    "drift_window.measured",
)  # fmt: skip


def events(project: Project, *, prefix: str = "") -> QuerySet[Event]:
    """The project's events, those with a type that begins with `prefix`."""
    found = Event.objects.filter(stream_id=project.pk)
    return found.filter(type__startswith=prefix) if prefix else found


def latest_job(project: Project, kind: str) -> Job | None:
    return Job.objects.filter(stream_id=project.pk, kind=kind).select_related("created_by").order_by("-pk").first()


def news(project: Project, *, limit: int = 12) -> list[Event]:
    """The latest events worth telling."""
    return list(events(project).exclude(type__in=QUIET).select_related("actor").order_by("-seq")[:limit])


def last_changed_by(item: WorkItem) -> str:
    """The name of whoever last did something to this card; empty when no person did."""
    about = Event.objects.filter(stream_id=item.project_id, subject_type="workitem", subject_id=item.public_id)
    return about.order_by("-seq").values_list("actor_label", flat=True).first() or ""


def event_kinds(project: Project) -> list[str]:
    """The first words of the event types that the project has, for the filter."""
    types = Event.objects.filter(stream_id=project.pk).order_by().values_list("type", flat=True).distinct()
    return sorted({name.split(".")[0] for name in types})
