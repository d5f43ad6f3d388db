"""Writes about projects themselves."""

from datetime import datetime

from django.db import transaction

from core import events
from core.errors import Conflict, Invalid
from core.models import Stream, User
from core.rules import require
from projects import rules
from projects.events import PROJECT_CREATED, PROJECT_RENAMED
from projects.models import Membership, Project, Scope
from projects.operations.locking import locked, require_version
from projects.operations.statuses import name_main_statuses
from projects.operations.values import Values
from projects.roles import Permission, Role

NAME_LENGTH = 120
PURPOSE_LENGTH = 500


@transaction.atomic
def create_project(*, key: str, name: str, purpose: str, by: User, now: datetime) -> Project:
    """Create a project with `by` as its owner. Raises Invalid for a bad key or name, Conflict for a taken key."""
    key = key.strip().upper()
    if not (2 <= len(key) <= 10 and key.isascii() and key.isalnum() and key[0].isalpha()):
        raise Invalid(f"A key has 2 to 10 letters and digits and begins with a letter: got {key!r}.", field="key")
    name, purpose = _checked(name, purpose)
    stream, is_new = Stream.objects.get_or_create(name=key)  # of two who take a key at once, one waits and then loses
    if not is_new:
        raise Conflict(f"The key {key} is taken.", field="key", code="taken")
    project = Project.objects.create(stream=stream, key=key, name=name, purpose=purpose, created_by=by, created_at=now)
    Scope.objects.create(project=project)
    name_main_statuses(project)
    Membership.objects.create(project=project, user=by, role=Role.OWNER, added_at=now)
    events.record(PROJECT_CREATED, project, by=by)
    return project


@transaction.atomic
def rename_project(
    *, project: Project, name: str, purpose: str, by: User | None, expected_version: int | None = None
) -> Project:
    """Change name and purpose. Raises NotAllowed, Invalid, PreconditionFailed."""
    project = locked(project.pk)
    require(rules.why_not(by, Permission.EDIT_SCOPE, project.pk))
    require_version("The project", project.version, expected_version)
    name, purpose = _checked(name, purpose)
    if (name, purpose) == (project.name, project.purpose):
        return project
    before = project.name
    project.name, project.purpose, project.version = name, purpose, project.version + 1
    project.save(update_fields=["name", "purpose", "version"])
    events.record(PROJECT_RENAMED, project, by=by, before=before, after=name)
    return project


def _checked(name: str, purpose: str) -> tuple[str, str]:
    values = Values()
    name = values.text("name", name, least=1, most=NAME_LENGTH)
    purpose = values.text("purpose", purpose, most=PURPOSE_LENGTH)
    values.refuse_if_wrong()
    return name, purpose
