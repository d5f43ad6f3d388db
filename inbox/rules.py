"""Who may say where a project is told: a reason why not, or None."""

from core.models import User
from projects.models import Project
from projects.roles import Permission
from projects.rules import why_not


def why_not_set_channel(user: User | None, project: Project) -> str | None:
    """Whoever may add people: what is said there is read by whoever is in the chat."""
    return why_not(user, Permission.MANAGE_TEAM, project.pk)
