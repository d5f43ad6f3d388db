"""Writes of what people say of items."""

from datetime import datetime

from django.db import transaction

from core import events
from core.errors import NotFound
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import Visibility
from projects.events import ITEM_COMMENTED
from projects.models import ItemComment, WorkItem
from projects.operations.values import Values

MOST_TEXT = 5000


@transaction.atomic
def comment_on_item(
    *, item: WorkItem, text: str, visibility: str = Visibility.EVERYONE, by: User, now: datetime
) -> ItemComment:
    """Anybody of the project may, also who moves nothing. Raises NotAllowed, Invalid."""
    require(rules.why_not_comment_on_item(by, item.project_id, visibility))
    text, visibility = _checked(text, visibility)
    comment = ItemComment.objects.create(
        project_id=item.project_id,
        item=item,
        text=text,
        visibility=visibility,
        created_by=by,
        created_at=now,
        updated_at=now,
    )
    _tell("added", comment, by)
    return comment


@transaction.atomic
def change_item_comment(*, comment: ItemComment, text: str, by: User, now: datetime) -> ItemComment:
    """Raises NotAllowed (another's), Invalid, NotFound."""
    text, _ = _checked(text, comment.visibility)
    comment = _locked(comment, by)
    comment.text, comment.updated_at = text, now
    comment.save(update_fields=["text", "updated_at"])
    _tell("changed", comment, by)
    return comment


@transaction.atomic
def delete_item_comment(*, comment: ItemComment, by: User, now: datetime) -> None:
    """Raises NotAllowed (another's), NotFound."""
    comment = _locked(comment, by)
    _tell("deleted", comment, by)
    comment.delete()


def _checked(text: str, visibility: str) -> tuple[str, str]:
    values = Values()
    text = values.text("text", text, least=1, most=MOST_TEXT)
    visibility = values.choice("visibility", visibility, Visibility.values)
    values.refuse_if_wrong()
    return text, visibility


def _locked(comment: ItemComment, by: User) -> ItemComment:
    rows = ItemComment.objects.select_for_update(of=("self",)).select_related("item")
    found = rows.filter(pk=comment.pk).first()
    if found is None:
        raise NotFound("There is no such comment.")
    require(rules.why_not_change_item_comment(by, found))
    return found


def _tell(step: str, comment: ItemComment, by: User) -> None:
    """Not in the words of the comment: what is deleted must not stay in the log."""
    said = {"step": step, "comment": comment.pk, "visibility": str(comment.visibility)}
    events.record(ITEM_COMMENTED, comment.item, by=by, **said)
