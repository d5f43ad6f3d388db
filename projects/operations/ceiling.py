"""Writes about the resource ceiling: sealed before the options are costed, and opened afterwards."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from projects import queries, rules
from projects.events import CEILING_OPENED, CEILING_SEALED
from projects.models import Ceiling, Project, ScopeOption
from projects.operations import fields
from projects.operations.dossier import keep_revision, locked_dossier
from projects.operations.values import Values

MOST_SKILLS = 12


def _skills(values: Values, field: str, given: Any) -> dict[str, float]:
    if not isinstance(given, Mapping) or len(given) > MOST_SKILLS:
        values.wrong(field, f"Skills are at most {MOST_SKILLS} names with person-months each: got {given!r}.")
        return {}
    return {
        values.text(field, name, least=1, most=40): values.between(field, months, low=0, high=10_000)
        for name, months in given.items()
    }


CEILING_FIELDS: dict[str, fields.Reader] = {
    "money": fields.number(0, fields.MOST_AMOUNT),
    "skills": _skills,
    "run_cost": fields.number(0, fields.MOST_AMOUNT),
    "latency_ms": fields.number(0, 1e9),
    "alerts": fields.number(0, fields.MOST_AMOUNT),
}


@transaction.atomic
def seal_ceiling(*, project: Project, values: Mapping[str, Any], by: User, now: datetime) -> Ceiling:
    """Set what the project may take at most. Nobody sees it, nor does any event tell it, until it is opened.

    Sealed again, it takes the place of the one before, as long as that is not opened. That options were costed already
    is not refused, but kept and shown. Raises NotAllowed, Invalid, Conflict.
    """
    dossier = locked_dossier(project)
    require(rules.why_not_seal(by, project))
    before = Ceiling.objects.filter(project=project).first()
    if before is not None and before.opened_at is not None:
        raise Conflict("The ceiling is open: to change it now would be to fit it to the options.", code="opened")
    read = fields.checked(values, CEILING_FIELDS)
    if not any(value not in (None, {}) for value in read.values()):
        raise Invalid("A ceiling limits something: give at least one figure.", field="money", code="empty")
    costed = ScopeOption.objects.filter(project=project, costed_by__isnull=False).exists()
    was_blind = before.is_blind if before is not None else True
    ceiling = Ceiling(
        project=project,
        version=before.version + 1 if before is not None else 1,
        is_blind=was_blind and not costed,
        sealed_by=by,
        sealed_at=now,
        **read,
    )
    ceiling.save()
    keep_revision(dossier, by=by, now=now)
    events.record(CEILING_SEALED, ceiling, by=by, is_blind=ceiling.is_blind, role=queries.role_of(by, project.pk))
    return ceiling


@transaction.atomic
def open_ceiling(*, ceiling: Ceiling, by: User, now: datetime) -> Ceiling:
    """Show it, once options are costed. Raises NotAllowed, Conflict."""
    dossier = locked_dossier(ceiling.project)
    ceiling = Ceiling.objects.select_for_update(no_key=True).get(pk=ceiling.pk)
    require(rules.why_not_open(by, ceiling))
    if ceiling.opened_at is not None:
        raise Conflict("The ceiling is open already.", code="opened")
    if not ScopeOption.objects.filter(project_id=ceiling.pk, removed_at=None, effort__isnull=False).exists():
        raise Conflict("No option is costed yet: the ceiling stays sealed until one is.", code="not_costed")
    ceiling.opened_at, ceiling.version = now, ceiling.version + 1
    ceiling.save(update_fields=["opened_at", "version"])
    keep_revision(dossier, by=by, now=now)
    events.record(CEILING_OPENED, ceiling, by=by, role=queries.role_of(by, ceiling.pk))
    return ceiling
