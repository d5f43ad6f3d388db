"""Saying how a project is."""

from datetime import datetime

from django.db import transaction

from core import events
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import Health
from projects.events import HEALTH_SET
from projects.models import HealthNote, Project
from projects.operations.locking import locked_open
from projects.operations.values import Values
from projects.roles import Permission

MOST_TEXT = 500


@transaction.atomic
def set_health(*, project: Project, light: str, note: str, by: User, now: datetime) -> HealthNote:
    """Set the light, with why where it is not green.

    Raises NotAllowed (needs whoever answers for the project), Invalid, Conflict when retired.
    """
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.PASS_GATE, project.pk))
    values = Values()
    light = values.choice("light", light, Health.values)
    note = values.text("note", note, most=MOST_TEXT)
    if light != Health.GREEN and not note:
        values.wrong("note", "Say why it is not green: whoever reads it wants to help.", code="required")
    values.refuse_if_wrong()
    found = HealthNote.objects.create(project=project, light=light, note=note, set_by=by, set_at=now)
    events.record(HEALTH_SET, found, by=by, light=light, note=note)
    return found
