"""Builders of what tests start from. They call the product's operations wherever there is one."""

import itertools
from datetime import UTC, datetime

from core.models import User
from projects import operations
from projects.models import Project
from projects.roles import Role

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def now() -> datetime:
    return datetime.now(UTC)


def make_user(username: str | None = None, *, name: str = "", is_admin: bool = False) -> User:
    username = username or f"user{next(_numbers)}"
    return User.objects.create_user(
        username=username, password=PASSWORD, name=name or username, is_superuser=is_admin, is_staff=is_admin
    )


def make_project(*, owner: User | None = None, key: str | None = None, name: str = "Card fraud scoring") -> Project:
    return operations.create_project(
        key=key or f"P{next(_numbers)}", name=name, purpose="", by=owner or make_user(), now=now()
    )


def make_member(project: Project, role: Role) -> User:
    """A new person in the project, added by its owner."""
    user = make_user(name=Role(role).label)
    operations.add_member(project=project, user=user, role=role, by=project.created_by, now=now())
    return user
