"""Writes about projects and their members."""

from datetime import datetime

from django.db import transaction

from core import events
from core.errors import Conflict, Invalid
from core.models import Stream, User
from core.rules import require
from projects import rules
from projects.events import MEMBER_ADDED, PROJECT_CREATED
from projects.models import Membership, Project, Scope
from projects.roles import Permission, Role


@transaction.atomic
def create_project(*, key: str, name: str, purpose: str, by: User, now: datetime) -> Project:
    """Create a project with `by` as its owner. Raises Invalid for a bad or taken key, or an empty name."""
    key, name = key.strip().upper(), name.strip()
    if not (2 <= len(key) <= 10 and key.isascii() and key.isalnum() and key[0].isalpha()):
        raise Invalid(f"A key has 2 to 10 letters and digits and begins with a letter: got {key!r}.", field="key")
    if not 1 <= len(name) <= 120:
        raise Invalid(f"A name has 1 to 120 characters: got {len(name)}.", field="name")
    if Project.objects.filter(key=key).exists():
        raise Conflict(f"The key {key} is taken.", field="key", code="taken")
    project = Project.objects.create(
        stream=Stream.objects.create(name=key),
        key=key,
        name=name,
        purpose=purpose.strip(),
        created_by=by,
        created_at=now,
    )
    Scope.objects.create(project=project)
    Membership.objects.create(project=project, user=by, role=Role.OWNER, added_at=now)
    events.record(PROJECT_CREATED, project, by=by)
    return project


@transaction.atomic
def add_member(*, project: Project, user: User, role: str, by: User, now: datetime) -> Membership:
    """Add a person. Raises NotAllowed, Invalid for an unknown role, Conflict if they are in it already."""
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    require(rules.why_not(by, Permission.MANAGE_TEAM, project.pk))
    if role not in Role.values:
        raise Invalid(f"A role is one of {', '.join(Role.values)}: got {role!r}.", field="role")
    if Membership.objects.filter(project=project, user=user).exists():
        raise Conflict(f"{user} is in the project already.", field="username", code="already_member")
    membership = Membership.objects.create(project=project, user=user, role=role, added_at=now)
    events.record(MEMBER_ADDED, membership, by=by, username=user.username, role=str(role))
    return membership
