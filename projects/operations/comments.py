"""Writes of what people say of things, the same for all things that are talked of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import transaction

from core import events
from core.errors import NotFound
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import Visibility
from projects.events import ITEM_COMMENTED
from projects.models import Comment, ItemComment
from projects.operations.attachments import share_attachments
from projects.operations.values import Values

MOST_TEXT = 5000
Said = TypeVar("Said", bound=Comment)


@dataclass(frozen=True)
class Talk(Generic[Said]):
    """What the comments on one kind of thing have of their own. `why_not` says whether a person may say this comment,
    and is asked again before it is changed or deleted; `lock` locks the thing, and refuses one that is past talking of;
    `says` is what the words of a comment bring about besides.
    """

    model: type[Said]
    event: str
    why_not: Callable[[User | None, Said], str | None]
    lock: Callable[[Any], Any] = lambda thing: thing
    says: Callable[[Said, User], None] = lambda comment, by: None

    def begun(self, on: Any, *, by: User, **own: Any) -> Said:
        """A comment on the thing, not saved: `own` is what only this kind of comment has."""
        return self.model(project_id=on.project_id, created_by=by, **{self.model.about: on}, **own)


def _share(comment: ItemComment, by: User) -> None:
    if comment.visibility == Visibility.EVERYONE:
        share_attachments(comment.item, comment.text, by)


ITEM_TALK = Talk(model=ItemComment, event=ITEM_COMMENTED, why_not=rules.why_not_comment_on_item, says=_share)


@transaction.atomic
def add_comment(*, talk: Talk[Said], on: Any, text: str, by: User, now: datetime, **own: Any) -> Said:
    """Say something of a thing. Raises NotAllowed, Invalid, and what the talk's `lock` raises."""
    values = _checked(text, **own)
    comment = talk.begun(talk.lock(on), by=by, **values, created_at=now, updated_at=now)
    require(talk.why_not(by, comment))
    comment.save()
    talk.says(comment, by)
    _tell("added", talk, comment, by)
    return comment


@transaction.atomic
def change_comment(*, talk: Talk[Said], comment: Said, text: str, by: User, now: datetime) -> Said:
    """Raises NotAllowed (another's), Invalid, NotFound."""
    values = _checked(text)
    comment = _locked(talk, comment, by)
    comment.text, comment.updated_at = values["text"], now
    comment.save(update_fields=["text", "updated_at"])
    talk.says(comment, by)
    _tell("changed", talk, comment, by)
    return comment


@transaction.atomic
def delete_comment(*, talk: Talk[Said], comment: Said, by: User) -> None:
    """Raises NotAllowed (another's), NotFound."""
    comment = _locked(talk, comment, by)
    _tell("deleted", talk, comment, by)
    comment.delete()


def _checked(text: str, **own: Any) -> dict[str, Any]:
    values = Values()
    checked = {"text": values.text("text", text, least=1, most=MOST_TEXT)}
    if "visibility" in own:
        checked["visibility"] = values.choice("visibility", own["visibility"], Visibility.values)
    values.refuse_if_wrong()
    return checked


def _locked(talk: Talk[Said], comment: Said, by: User) -> Said:
    rows = talk.model._default_manager.select_for_update(of=("self",)).select_related(talk.model.about)
    found = rows.filter(pk=comment.pk).first()
    if found is None:
        raise NotFound("There is no such comment.")
    require(rules.why_not_change_comment(by, found) or talk.why_not(by, found))
    return found


def _tell(step: str, talk: Talk[Said], comment: Said, by: User) -> None:
    """Not in the words of the comment: what is deleted must not stay in the log."""
    own = {"visibility": str(comment.visibility)} if isinstance(comment, ItemComment) else {}
    events.record(talk.event, comment.thing, by=by, step=step, comment=comment.pk, **own)
