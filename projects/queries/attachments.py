"""The files of items, as far as a person may read them."""

from django.db.models import Q, QuerySet

from core.errors import NotFound
from core.models import User
from projects.enums import Visibility
from projects.models import Attachment, WorkItem
from projects.queries.team import is_of_the_team


def attachments_of(item: WorkItem, user: User) -> QuerySet[Attachment]:
    """The oldest first; who is not of the team sees what is for everyone, and their own."""
    rows = Attachment.objects.filter(item=item).select_related("blob", "created_by").order_by("pk")
    if is_of_the_team(user, item.project_id):
        return rows
    return rows.filter(Q(visibility=Visibility.EVERYONE) | Q(created_by=user))


def attachment_of(item: WorkItem, user: User, number: int) -> Attachment:
    """Raises NotFound."""
    found = attachments_of(item, user).filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise NotFound(f"Item {item.number} has no attachment {number}.")
    return found
