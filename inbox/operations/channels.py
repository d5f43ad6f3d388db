"""The chat of a project."""

from collections.abc import Sequence

from django.db import transaction

from core import events
from core.errors import NotFound
from core.models import User
from core.rules import require
from inbox import rules
from inbox.enums import Kind, Shape
from inbox.events import CHANNEL_REMOVED, CHANNEL_SET
from inbox.models import ProjectChannel
from inbox.operations.chats import sealed
from projects.models import Project
from projects.operations.locking import locked, require_version
from projects.operations.values import Values


@transaction.atomic
def set_channel(
    *,
    project: Project,
    shape: str,
    kinds: Sequence[str],
    by: User,
    url: str | None = None,
    expected_version: int | None = None,
) -> ProjectChannel:
    """Give the project a chat, or change it; without a `url` its address stays. Raises NotAllowed, Invalid,
    PreconditionFailed."""
    project = locked(project.pk)
    require(rules.why_not_set_channel(by, project))
    found = ProjectChannel.objects.select_for_update().filter(project=project).first()
    require_version("The chat", found.version if found else 0, expected_version)
    values = Values()
    shape = values.choice("shape", shape, Shape.values)
    for kind in kinds:
        values.choice("kinds", kind, Kind.values)
    if found is None and not url:
        values.wrong("url", "Give the address of the incoming webhook.", code="required")
    values.refuse_if_wrong()
    chat = found or ProjectChannel(project=project, version=0)
    chat.shape, chat.kinds, chat.version = shape, list(dict.fromkeys(kinds)), chat.version + 1
    if url:
        chat.sealed_url = sealed(url)
    chat.save()
    events.record(CHANNEL_SET, project, by=by, shape=str(shape), kinds=chat.kinds)
    return chat


@transaction.atomic
def remove_channel(*, project: Project, by: User) -> None:
    """Raises NotAllowed, NotFound."""
    project = locked(project.pk)
    require(rules.why_not_set_channel(by, project))
    deleted, _ = ProjectChannel.objects.filter(project=project).delete()
    if not deleted:
        raise NotFound("This project has no chat.")
    events.record(CHANNEL_REMOVED, project, by=by)
