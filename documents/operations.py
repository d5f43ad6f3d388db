"""Writes into documents."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Invalid, NotFound
from core.models import User
from core.rules import require
from documents import rules
from documents.events import PASSAGE_WRITTEN
from documents.models import Passage
from documents.paper import Asked, Mapping
from models_registry.models import ModelVersion
from projects.models import Project
from projects.operations import fields
from projects.operations.locking import locked_open, require_version

MOST_TEXT = 20_000


@transaction.atomic
def write_passage(
    *,
    project: Project,
    kind: Mapping,
    version: ModelVersion | None,
    paragraph: str,
    text: str,
    by: User,
    now: datetime,
    expected_version: int | None = None,
) -> Passage:
    """Write a paragraph of a document anew; an empty text takes it back. What was written before stays readable.

    Raises NotFound for a paragraph that the document does not have, NotAllowed, Invalid, PreconditionFailed when
    somebody wrote since, Conflict for a retired project.
    """
    asked = asked_in(kind, paragraph)
    project = locked_open(project.pk)
    require(rules.why_not_write(by, project, asked.responsible))
    if kind.subject == "version" and version is None:
        raise Invalid("This document is about a version of a model: there is none yet.", field="version")
    text = fields.checked({"text": text}, {"text": fields.text(most=MOST_TEXT)})["text"]
    about = version.public_id if version else ""
    earlier = Passage.objects.filter(project=project, kind=kind.key, about=about, paragraph=paragraph)
    last = earlier.aggregate(last=Max("number"))["last"] or 0
    require_version("This paragraph", last, expected_version)
    passage = Passage.objects.create(
        project=project,
        kind=kind.key,
        about=about,
        paragraph=paragraph,
        number=last + 1,
        text=text,
        written_by=by,
        written_at=now,
    )
    told = {"kind": kind.key, "paragraph": paragraph, "about": about, "title": asked.title}
    events.record(PASSAGE_WRITTEN, passage, by=by, is_empty=not text, **told)
    return passage


def asked_in(kind: Mapping, paragraph: str) -> Asked:
    """Raises NotFound."""
    found = next((one for one in kind.paragraphs if one.number == paragraph), None)
    if found is None:
        raise NotFound(f"There is no paragraph {paragraph[:40]!r} in this document.")
    return found
