"""What is said of things, as far as a person may read it."""

from typing import Any, TypeVar

from django.db.models import QuerySet

from core.errors import NotFound
from core.models import User
from projects.enums import Visibility
from projects.models import Comment, ItemComment
from projects.queries.team import is_of_the_team

Said = TypeVar("Said", bound=Comment)


def comments_on(model: type[Said], thing: Any, user: User) -> QuerySet[Said]:
    """Those that this person may read, the oldest first: who is not of the team reads what is said to everyone."""
    rows = model._default_manager.filter(**{model.about: thing}).select_related("created_by").order_by("pk")
    if not issubclass(model, ItemComment) or is_of_the_team(user, thing.project_id):
        return rows
    return rows.filter(visibility=Visibility.EVERYONE)


def comment_on(model: type[Said], thing: Any, user: User, comment_id: int) -> Said:
    """Raises NotFound."""
    found = comments_on(model, thing, user).filter(pk=comment_id).first() if comment_id < 2**63 else None
    if found is None:
        raise NotFound(f"{thing} has no comment {comment_id}.")
    return found
