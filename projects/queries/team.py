"""Projects and who is in them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from core.errors import NotFound
from core.models import User
from projects.models import Membership, Project
from projects.roles import STAKEHOLDERS, Role


def visible_projects(user: User) -> QuerySet[Project]:
    """The projects that this user is in; an administrator sees all."""
    if user.is_superuser:
        return Project.objects.all()
    return Project.objects.filter(memberships__user=user)


def visible_project(user: User, key: str) -> Project:
    """The project with this key, and its stream as it stood before anything else of it was read.

    Raises NotFound, with the same words whether it is missing or foreign.
    """
    return _the_one(visible_projects(user), key)


def project_and_role(user: User, key: str) -> tuple[Project, Role | None]:
    """The same, and the user's role in it, in one query."""
    own = Membership.objects.filter(user=user, project=OuterRef("pk")).values("role")
    found: Any = _the_one(visible_projects(user).annotate(own_role=Subquery(own)), key)
    return found, Role(found.own_role) if found.own_role else None


@dataclass(frozen=True)
class Team:
    """A project with its stream, and who is in it: roles by the id of the user."""

    project: Project
    roles: dict[int, Role]

    def lets_in(self, user: User) -> bool:
        """Whether it is one of the `visible_projects` of this user."""
        return user.is_superuser or user.pk in self.roles


def team(project_id: int) -> Team:
    project = Project.objects.select_related("stream").get(pk=project_id)
    roles = Membership.objects.filter(project=project_id).values_list("user", "role")
    return Team(project, {user: Role(role) for user, role in roles})


def _the_one(rows: QuerySet[Project], key: str) -> Project:
    could_be = key.isascii() and key.isalnum()
    found = rows.select_related("stream").filter(key=key).order_by().first() if could_be else None
    if found is None:
        raise NotFound(f"There is no project {key!r}, or you are not in it.")
    return found


def who_sees(users: Collection[User], project_ids: Collection[int]) -> set[tuple[int, int]]:
    """Which of these projects are `visible_projects` of which of these users: ids of user and project."""
    rows = Membership.objects.filter(user_id__among=[user.pk for user in users], project_id__among=list(project_ids))
    members = set(rows.values_list("user_id", "project_id"))
    return members | {(user.pk, project_id) for user in users if user.is_superuser for project_id in project_ids}


def with_role(project_id: int, role: Role) -> QuerySet[Membership]:
    """Those of a project whose accounts are active, with their users."""
    found = Membership.objects.filter(project_id=project_id, role=role, user__is_active=True)
    return found.select_related("user").order_by("pk")


def role_of(user: User, project_id: int) -> Role | None:
    """The user's role in the project, or None."""
    membership = Membership.objects.filter(user=user, project_id=project_id).first()
    return Role(membership.role) if membership else None


def is_of_the_team(user: User, project_id: int) -> bool:
    """Whether the user does the project's work or answers for it, rather than looking on; an administrator is."""
    role = role_of(user, project_id)
    return user.is_superuser if role is None else role not in STAKEHOLDERS


def last_seq(project_id: int) -> int:
    """The number of the project's last event, to be read before anything else on a page."""
    return Project.objects.values_list("stream__last_seq", flat=True).get(pk=project_id)


def members(project: Project) -> QuerySet[Membership]:
    return Membership.objects.filter(project=project).select_related("user")


def people(project: Project) -> QuerySet[User]:
    """The members as users: who may own a risk or take an item."""
    return User.objects.filter(memberships__project=project, is_active=True).order_by("name", "pk")


def member(project: Project, username: str) -> Membership:
    """Raises NotFound."""
    found = members(project).filter(user__username=username).first() if username.isprintable() else None
    if found is None:
        raise NotFound(f"{username!r} is not in this project.")
    return found


def other_administrators(user: User) -> QuerySet[User]:
    """Persons who administer this instance besides the one."""
    return User.objects.filter(is_superuser=True, is_active=True, is_robot=False).exclude(pk=user.pk)


def user_named(username: str) -> User | None:
    """Whoever has this user name, in any case of letters, and an open account; or None."""
    if not username.isprintable():
        return None
    return User.objects.filter(username__iexact=username.strip(), is_active=True).first()
