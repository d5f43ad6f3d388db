"""What was written into documents."""

from django.db.models import Q, QuerySet

from core.numbers import whole_of
from documents.models import Passage
from models_registry.models import ModelVersion
from projects.models import Project


def history(project: Project, kind: str, about: str, paragraph: str) -> QuerySet[Passage]:
    """Every writing of a paragraph, the newest first."""
    found = Passage.objects.filter(project=project, kind=kind, about=about, paragraph=paragraph)
    return found.select_related("written_by").order_by("-number")


def newest(project: Project, kind: str, version: ModelVersion | None) -> dict[str, Passage]:
    """By paragraph: what was written for this version, else for the version of the model before it."""
    about = Q(about=version.public_id if version else "")
    if version is not None:
        about |= Q(about__startswith=f"{version.model.name}/")
    rows = Passage.objects.filter(about, project=project, kind=kind).select_related("written_by").order_by("number")
    found: dict[str, Passage] = {}
    for one in sorted(rows, key=lambda one: (model_number(one.about), one.number)):
        if version is None or model_number(one.about) <= version.number:
            found[one.paragraph] = one
    return {paragraph: one for paragraph, one in found.items() if one.text}


def model_number(about: str) -> int:
    """The 3 of model/3; 0 for a document about the project."""
    return whole_of(about.rpartition("/")[2]) or 0


def last_numbers(project: Project, kind: str, about: str) -> dict[str, int]:
    """By paragraph: the number of its last writing about this, empty ones too."""
    rows = Passage.objects.filter(project=project, kind=kind, about=about).values_list("paragraph", "number")
    return dict(rows.order_by("number"))
