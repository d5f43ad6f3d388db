"""Who may write into a document: a reason why not, or None."""

from core.models import User
from projects import queries
from projects.models import Membership, Project
from projects.roles import Permission, Role
from projects.rules import why_not


def why_not_write(user: User | None, project: Project, responsible: str) -> str | None:
    """The person who answers for the paragraph; where nobody has that role, who answers for the team."""
    if user is None or user.is_robot:
        return "Only a person may write into a document."
    if queries.role_of(user, project.pk) == responsible and user.is_active:
        return None
    role = Role(responsible).label.lower()
    if Membership.objects.filter(project=project, role=responsible, user__is_active=True).exists():
        return f"This paragraph is written by the role {role}."
    if why_not(user, Permission.MANAGE_TEAM, project.pk) is None:
        return None
    return f"This paragraph is written by the role {role}, which nobody has; until then by the owner."
