"""What may this user see: projects and what is in them."""

from django.db.models import QuerySet

from core.errors import NotFound
from core.models import User
from projects.models import Membership, Project
from projects.roles import Role


def visible_projects(user: User) -> QuerySet[Project]:
    """The projects that this user is in; an administrator sees all."""
    if user.is_superuser:
        return Project.objects.all()
    return Project.objects.filter(memberships__user=user)


def visible_project(user: User, key: str) -> Project:
    """The project with this key. Raises NotFound, with the same words whether it is missing or foreign."""
    project = visible_projects(user).filter(key=key).first()
    if project is None:
        raise NotFound(f"There is no project {key!r}, or you are not in it.")
    return project


def role_of(user: User, project_id: int) -> Role | None:
    """The user's role in the project, or None."""
    membership = Membership.objects.filter(user=user, project_id=project_id).first()
    return Role(membership.role) if membership else None
