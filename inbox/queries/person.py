"""What every part of an inbox asks of: the person, their projects and their roles."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from core.errors import Conflict
from core.models import User
from inbox.enums import Group
from inbox.rows import Row
from projects import holding, policies
from projects.health import LONG_D
from projects.models import Membership, PolicyVersion, Project
from projects.policy import Pack
from projects.queries import last_tiers
from projects.roles import PERMISSIONS, Permission, Role

# How long a decision may wait before it is overdue: the same week after which a project's health turns amber.
DECIDE_WITHIN = timedelta(days=LONG_D)


@dataclass(frozen=True)
class Person:
    """`roles` by project; only projects that the person is in, whatever an administrator may see besides."""

    user: User
    now: datetime
    roles: dict[int, Role]
    projects: dict[int, Project]
    tiers: dict[int, int | None]
    policies: dict[int, PolicyVersion]
    packs: dict[int, Pack | None] = field(default_factory=dict)
    """What was read of the policies so far, by version."""

    @property
    def ids(self) -> list[int]:
        return list(self.roles)

    def ids_with(self, *permissions: Permission) -> list[int]:
        """The projects in which the person's role has any of these."""
        return [pk for pk, role in self.roles.items() if PERMISSIONS[role] & set(permissions)]

    @cached_property
    def passed(self) -> list[holding.Passed]:
        """The last gates that were passed of the projects in which the person may pass one. Two queries, once."""
        return list(holding.last_passed(self.ids_with(Permission.PASS_GATE)).values())

    def pack_of(self, project_id: int) -> Pack | None:
        """What the project's policy says; None where its text can no longer be read."""
        version = self.policies[project_id]
        if version.pk not in self.packs:
            try:
                self.packs[version.pk] = policies.read(version)
            except Conflict:
                self.packs[version.pk] = None
        return self.packs[version.pk]

    def row(self, group: Group, project_id: int, **values: Any) -> Row:
        """A row of one of the person's projects. What waits for a decision is due within a week."""
        project = self.projects[project_id]
        if group == Group.DECIDE and "due_at" not in values:
            values["due_at"] = values["since"] + DECIDE_WITHIN
        due = values.get("due_at")
        return Row(
            group=group,
            project_id=project_id,
            project_key=project.key,
            project_name=project.name,
            tier=self.tiers.get(project_id),
            is_overdue=due is not None and due < self.now,
            **values,
        )


def person_of(user: User, *, now: datetime, only_project: int | None = None) -> Person:
    """Seven queries. `only_project` is the one that a token may see."""
    found = Membership.objects.filter(user=user).select_related("project")
    if only_project is not None:
        found = found.filter(project=only_project)
    memberships = list(found)
    roles = {one.project_id: Role(one.role) for one in memberships}
    projects = {one.project_id: one.project for one in memberships}
    kept = policies.policies_of(roles)
    return Person(user, now, roles, projects, last_tiers(list(roles), until=now), kept)
