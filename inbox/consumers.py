"""The live socket of an inbox: it says that something changed, and the page asks for the list again."""

from django.db.models import QuerySet

from core.models import User
from inbox.events import MATTERS
from inbox.models import Notification
from projects.consumers import SeveralProjectsConsumer
from projects.models import Project


class InboxConsumer(SeveralProjectsConsumer):
    """`/ws/inbox`. Hears every project that the person is in, and what they are told themselves."""

    says = "inbox.changed"
    matters = MATTERS

    def _projects_of(self, user: User) -> QuerySet[Project]:
        return super()._projects_of(user).filter(memberships__user=user)

    def _last_told(self, user: User) -> int:
        return Notification.objects.filter(user=user).order_by("-pk").values_list("pk", flat=True).first() or 0
