"""Writes about comments on versions."""

from datetime import datetime

from django.db import transaction

from core import events
from core.errors import NotFound
from core.models import User
from core.rules import require
from models_registry import rules
from models_registry.events import VERSION_COMMENTED
from models_registry.models import ModelVersion, VersionComment
from models_registry.operations import values


@transaction.atomic
def add_comment(*, version: ModelVersion, text: str, by: User, now: datetime) -> VersionComment:
    """Raises NotAllowed, Invalid."""
    text = values.text("comment", text, required=True)
    require(rules.why_not_comment(by, version.project_id))
    comment = VersionComment.objects.create(
        project_id=version.project_id, model_version=version, text=text, created_by=by, created_at=now, updated_at=now
    )
    _tell("added", comment, by)
    return comment


@transaction.atomic
def change_comment(*, comment: VersionComment, text: str, by: User, now: datetime) -> VersionComment:
    """Raises NotAllowed (another's), Invalid, NotFound."""
    text = values.text("comment", text, required=True)
    comment = _locked(comment, by)
    comment.text, comment.updated_at = text, now
    comment.save(update_fields=["text", "updated_at"])
    _tell("changed", comment, by)
    return comment


@transaction.atomic
def delete_comment(*, comment: VersionComment, by: User, now: datetime) -> None:
    """Raises NotAllowed (another's), NotFound."""
    comment = _locked(comment, by)
    _tell("deleted", comment, by)
    comment.delete()


def _locked(comment: VersionComment, by: User) -> VersionComment:
    found = VersionComment.objects.select_for_update(of=("self",)).select_related("model_version__model")
    row = found.filter(pk=comment.pk).first()
    if row is None:
        raise NotFound("There is no such comment.")
    require(rules.why_not_change_comment(by, row) or rules.why_not_comment(by, row.project_id))
    return row


def _tell(step: str, comment: VersionComment, by: User) -> None:
    """Not in the words of the comment: what is deleted must not stay in the log."""
    events.record(VERSION_COMMENTED, comment.model_version, by=by, step=step, comment=comment.pk)
