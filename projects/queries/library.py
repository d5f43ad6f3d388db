"""The library of finished projects, open to everybody, and what was learnt from them."""

from django.db.models import Q, QuerySet

from core.errors import NotFound
from projects.models import Outcome, PriorsVersion, Project

MOST_WORDS = 8


def finished_projects(search: str = "") -> QuerySet[Outcome]:
    """What finished projects took, for whoever is signed in, the last one first. Each word has to stand somewhere."""
    found = Outcome.objects.filter(published_at__isnull=False).select_related("project")
    for word in search.split()[:MOST_WORDS]:
        found = found.filter(
            Q(title__icontains=word)
            | Q(summary__icontains=word)
            | Q(lessons__icontains=word)
            | Q(metric__icontains=word)
            | Q(project__key__iexact=word)
        )
    return found.order_by("-published_at", "pk")


def finished_project(key: str) -> Outcome:
    """Raises NotFound."""
    found = finished_projects().filter(project__key=key).first() if key.isascii() and key.isalnum() else None
    if found is None:
        raise NotFound(f"There is no finished project {key!r} in the library.")
    return found


def outcome(project: Project) -> Outcome | None:
    return Outcome.objects.select_related("option", "project").filter(project=project).first()


def priors_versions() -> QuerySet[PriorsVersion]:
    """The newest first."""
    return PriorsVersion.objects.select_related("project").order_by("-number")


def newest_priors() -> PriorsVersion | None:
    """None while no finished project has said anything: the default."""
    return priors_versions().first()
