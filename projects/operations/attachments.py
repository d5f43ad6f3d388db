"""Writes of files that belong to items."""

import re
from datetime import datetime

from django.conf import settings
from django.core.files import File
from django.db import transaction

from core import events, storage
from core.errors import Invalid, NotFound, TooLarge
from core.files import raster_type
from core.models import User
from core.prose import attached
from core.rules import require
from projects import queries, rules
from projects.enums import Visibility
from projects.events import ITEM_ATTACHED
from projects.models import Attachment, WorkItem
from projects.operations.values import Values

MOST_FILES = 200
MOST_NAME = 200


@transaction.atomic
def attach_file(
    *, item: WorkItem, file: "File[bytes]", visibility: str = Visibility.EVERYONE, by: User, now: datetime
) -> Attachment:
    """Keep a file with an item. What it is, is told by its bytes. Raises NotAllowed, Invalid, TooLarge, StorageFull."""
    values = Values()
    visibility = values.choice("visibility", visibility, Visibility.values)
    name = values.text("file", _name(file.name or ""), least=1, most=MOST_NAME)
    values.refuse_if_wrong()
    item = WorkItem.objects.select_for_update(no_key=True).get(pk=item.pk)
    made = Attachment(
        project_id=item.project_id, item=item, name=name, visibility=visibility, created_by=by, created_at=now
    )
    require(rules.why_not_attach(by, made))
    _refuse_if_too_much(item, file.size)
    made.media_type = raster_type(file.read(16))
    file.seek(0)
    made.blob = storage.put_file(file)
    made.save()
    _tell("added", made, by)
    return made


@transaction.atomic
def remove_attachment(*, attachment: Attachment, by: User) -> None:
    """Texts that name it then name nothing. Raises NotAllowed, NotFound."""
    found = Attachment.objects.select_for_update(of=("self",)).select_related("item", "blob").filter(pk=attachment.pk)
    one = found.first()
    if one is None:
        raise NotFound("There is no such attachment.")
    require(rules.why_not_detach(by, one))
    _tell("removed", one, by)
    one.delete()


def share_attachments(item: WorkItem, text: str, by: User | None) -> None:
    """What a text for everyone names is for everyone: the team's files too, when one of the team wrote it."""
    numbers = attached(text)
    if not numbers or by is None or not queries.is_of_the_team(by, item.project_id):
        return
    rows = Attachment.objects.select_for_update(of=("self",)).select_related("item", "blob").order_by("pk")
    for one in rows.filter(item=item, pk__in=numbers, visibility=Visibility.TEAM):
        one.visibility = Visibility.EVERYONE
        one.save(update_fields=["visibility"])
        _tell("shared", one, by)


def _name(given: str) -> str:
    """The last part of what may be a path, in one line."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", re.split(r"[/\\]", given)[-1]).strip()


def _refuse_if_too_much(item: WorkItem, size: int) -> None:
    most = settings.ATTACHMENT_MAX_BYTES
    if size > most:
        raise TooLarge(f"The file has {size:,} bytes; an attachment has at most {most:,}.", field="file")
    if size == 0:
        raise Invalid("The file is empty.", field="file", code="empty")
    if Attachment.objects.filter(item=item).count() >= MOST_FILES:
        raise Invalid(f"An item has at most {MOST_FILES} attachments: remove one first.", field="file", code="too_many")


def _tell(step: str, attachment: Attachment, by: User) -> None:
    """Without its name: what is the team's alone, or was removed, must not be told by the log."""
    said = {"attachment": attachment.pk, "visibility": str(attachment.visibility), "size": attachment.blob.size}
    events.record(ITEM_ATTACHED, attachment.item, by=by, step=step, **said)
