"""Writes about objections: each function's own, blind until all are in."""

from datetime import datetime

from django.db import transaction

from core import events
from core.errors import Conflict
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import Function
from projects.events import OBJECTION_HANDED_IN
from projects.models import Objection, Project
from projects.operations import fields
from projects.operations.dossier import keep_revision, locked_dossier


@transaction.atomic
def hand_in_objection(*, project: Project, text: str, has_none: bool, by: User, now: datetime) -> Objection:
    """Write what the function that one speaks for has against it, or why it has nothing against it.

    Until all are in nobody sees another's, nor does any event tell it; handed in again it takes the place of the one
    before, until all are in. Raises NotAllowed, Invalid, Conflict when another person spoke for the function or all
    are open.
    """
    dossier = locked_dossier(project)
    require(rules.why_not_object(by, project))
    read = fields.checked({"text": text, "has_none": has_none}, {"text": fields.text(least=1), "has_none": fields.flag})
    function = _speaks_for(project, by)
    known = {one.function: one for one in Objection.objects.filter(project=project)}
    if len(known) == len(Function):
        raise Conflict("All objections are in and open: they stay as they are.", code="open")
    before = known.get(function)
    if before is not None and before.author_id != by.pk:
        raise Conflict(f"{before.author} has spoken for {function.label.lower()} already.", code="taken")
    objection = before or Objection(project=project, function=function, author=by, version=0)
    objection.text, objection.has_none, objection.written_at = read["text"], read["has_none"], now
    objection.version += 1
    objection.save()
    keep_revision(dossier, by=by, now=now)
    events.record(OBJECTION_HANDED_IN, objection, by=by, function=str(function))
    return objection


def _speaks_for(project: Project, by: User) -> Function:
    """The function of their role; whoever spoke before keeps the one that they spoke for."""
    before = Objection.objects.filter(project=project, author=by).first()
    found = Function(before.function) if before else rules.function_of(by, project)
    assert found is not None  # `why_not_object` asked
    return found
