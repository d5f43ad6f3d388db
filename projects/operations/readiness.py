"""Writes about the readiness of the data: what a person answers."""

from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import DataCheck
from projects.events import READINESS_ANSWERED
from projects.models import Project, ReadinessAnswer
from projects.operations import fields
from projects.operations.dossier import keep_revision, locked_dossier
from projects.operations.locking import require_version

ANSWER_FIELDS: dict[str, fields.Reader] = {
    "check": fields.choice(DataCheck.values),
    "is_met": fields.flag,
    "reason": fields.text(least=1, most=1000),
}


@transaction.atomic
def answer_readiness(
    *,
    project: Project,
    check: str,
    is_met: bool,
    reason: str,
    by: User,
    now: datetime,
    expected_version: int | None = None,
) -> ReadinessAnswer:
    """Say whether a check of the data is met, and why. It counts over an earlier measurement, and no longer once other
    data are named. Raises NotAllowed, Invalid, PreconditionFailed, Conflict for a retired project."""
    dossier = locked_dossier(project)
    require(rules.why_not_answer_readiness(by, project))
    read: dict[str, Any] = fields.checked({"check": check, "is_met": is_met, "reason": reason}, ANSWER_FIELDS)
    before = ReadinessAnswer.objects.filter(project=project, check_id=read["check"]).first()
    require_version("This answer", before.version if before else 0, expected_version)
    answer = before or ReadinessAnswer(project=project, check_id=read["check"], version=0)
    answer.is_met, answer.reason = read["is_met"], read["reason"]
    answer.author, answer.answered_at = by, now
    answer.version += 1
    answer.save(update_fields=["is_met", "reason", "author", "answered_at", "version"] if before else None)
    keep_revision(dossier, by=by, now=now)
    events.record(READINESS_ANSWERED, answer, by=by, is_met=answer.is_met, reason=answer.reason)
    return answer
