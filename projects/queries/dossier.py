"""The scope and the dossier, with its spikes, kill criteria and objections."""

from typing import Any

from django.db.models import QuerySet

from core.errors import NotFound
from projects.events import SCOPE_REVISED
from projects.models import (
    Assumption,
    Ceiling,
    Dossier,
    DossierRevision,
    KillCriterion,
    Objection,
    Precedent,
    Project,
    Scope,
    ScopeOption,
    Spike,
)
from projects.queries.history import events
from projects.queries.library import newest_priors


def scope_of(project: Project) -> Scope:
    return Scope.objects.select_related("revised_by").get(project_id=project.pk)


def scope_before(project: Project, version: int) -> dict[str, Any]:
    """What the fields that were revised after this revision said in it."""
    later = events(project).filter(type=SCOPE_REVISED, subject_version__gt=version).order_by("seq")
    before: dict[str, Any] = {}
    for event in later:
        for name, (old, _) in event.data["changes"].items():
            before.setdefault(name, old)
    return before


def dossier_of(project: Project) -> Dossier:
    """The dossier; an empty one, not kept yet, while nobody has begun it."""
    found = Dossier.objects.select_related("revised_by", "priors").filter(project=project).first()
    return found or Dossier(project=project, priors=newest_priors())


# What no template fills in.
_OWN = ("project", "version", "priors", "revised_by", "revised_at", "today_measured_on")
_DATA = ("dataset", "dataset_label", "dataset_positive")


def is_blank(dossier: Dossier) -> bool:
    """Whether nothing stands in it that a template would write over. The ceiling, precedents, objections and answers
    are no such thing."""
    if not dossier.version:
        return True
    fields = [one for one in Dossier._meta.concrete_fields if one.name not in (*_OWN, *_DATA)]
    is_untold = all(getattr(dossier, one.attname) == one.get_default() for one in fields)
    return is_untold and not options(dossier.project).exists()


def options(project: Project) -> QuerySet[ScopeOption]:
    """The options that stand, in the order they were added."""
    standing = ScopeOption.objects.filter(project=project, removed_at=None)
    return standing.select_related("precedent").order_by("number")


def option(project: Project, number: int) -> ScopeOption:
    """Raises NotFound."""
    found = options(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no option {number} in this project.")
    return found


def precedents(project: Project) -> QuerySet[Precedent]:
    """With the sheets of both raters, in the order they were added."""
    found = Precedent.objects.filter(project=project).select_related("finished__project")
    return found.prefetch_related("sheets__rater").order_by("number")


def precedent(project: Project, number: int) -> Precedent:
    """Raises NotFound."""
    found = precedents(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no precedent {number} in this project.")
    return found


def ceiling(project: Project) -> Ceiling | None:
    return Ceiling.objects.select_related("sealed_by").filter(project=project).first()


def spikes(project: Project) -> QuerySet[Spike]:
    """In the order they were planned, with their option and card."""
    return Spike.objects.filter(project=project).select_related("option", "item", "locked_by").order_by("number")


def spike(project: Project, number: int) -> Spike:
    """Raises NotFound."""
    found = spikes(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no spike {number} in this project.")
    return found


def assumptions(project: Project) -> QuerySet[Assumption]:
    """Those that stand, in the order they were added."""
    standing = Assumption.objects.filter(project=project, removed_at=None)
    return standing.select_related("owner", "spike", "item").order_by("number")


def assumption(project: Project, number: int) -> Assumption:
    """Raises NotFound."""
    found = assumptions(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no assumption {number} in this project.")
    return found


def kill_criteria(project: Project) -> QuerySet[KillCriterion]:
    return KillCriterion.objects.filter(project=project).select_related("decider").order_by("due_date", "pk")


def kill_criterion(project: Project, number: int) -> KillCriterion:
    """Raises NotFound."""
    found = kill_criteria(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no kill criterion {number} in this project.")
    return found


def objections(project: Project) -> QuerySet[Objection]:
    return Objection.objects.filter(project=project).select_related("author").order_by("pk")


def dossier_revisions(project: Project) -> QuerySet[DossierRevision]:
    return DossierRevision.objects.filter(project=project).select_related("revised_by")


def dossier_revision(project: Project, number: int) -> DossierRevision:
    """Raises NotFound."""
    found = dossier_revisions(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no revision {number} of this dossier.")
    return found
