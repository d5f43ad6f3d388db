"""Writes about who is in a project."""

from datetime import datetime

from django.db import transaction

from core import events
from core.errors import Conflict, Invalid, NotFound
from core.models import User
from core.rules import require
from projects import rules
from projects.events import MEMBER_ADDED, MEMBER_REMOVED, MEMBER_ROLE_CHANGED
from projects.models import Membership, Project
from projects.operations.locking import locked
from projects.operations.values import Values
from projects.roles import Permission, Role


@transaction.atomic
def add_member(*, project: Project, user: User, role: str, by: User | None, now: datetime) -> Membership:
    """Add a person. Raises NotAllowed, Invalid for an unknown role or a closed account, Conflict if they are in it."""
    project = locked(project.pk)
    require(rules.why_not(by, Permission.MANAGE_TEAM, project.pk))
    _check_role(role)
    if not user.is_active:
        raise Invalid(f"The account of {user} is not active.", field="username", code="inactive")
    if Membership.objects.filter(project=project, user=user).exists():
        raise Conflict(f"{user} is in the project already.", field="username", code="already_member")
    membership = Membership.objects.create(project=project, user=user, role=role, added_at=now)
    events.record(MEMBER_ADDED, membership, by=by, username=user.username, name=str(user), role=str(role))
    return membership


@transaction.atomic
def change_role(*, membership: Membership, role: str, by: User | None) -> Membership:
    """Give a member another role. Raises NotAllowed, Invalid, Conflict for the last owner."""
    membership = _locked(membership)
    require(rules.why_not(by, Permission.MANAGE_TEAM, membership.project_id))
    _check_role(role)
    if membership.role == role:
        return membership
    _require_other_owner(membership)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    user = membership.user
    events.record(
        MEMBER_ROLE_CHANGED, membership, by=by, username=user.username, name=str(user), before=before, role=str(role)
    )
    return membership


@transaction.atomic
def remove_member(*, membership: Membership, by: User | None) -> None:
    """Take a person out of the project; anybody may leave by themselves. Raises NotAllowed, or Conflict for the
    last owner.

    What they own stays theirs by name; the gate asks for a new owner of their risks.
    """
    membership = _locked(membership)
    require(rules.why_not_remove(by, membership))
    _require_other_owner(membership)
    user = membership.user
    events.record(MEMBER_REMOVED, membership, by=by, username=user.username, name=str(user), role=str(membership.role))
    membership.delete()


def _locked(membership: Membership) -> Membership:
    locked(membership.project_id)
    found = Membership.objects.select_related("user").filter(pk=membership.pk).first()
    if found is None:
        raise NotFound(f"{membership.user} is no longer in the project.")
    return found


def _check_role(role: str) -> None:
    values = Values()
    values.choice("role", role, Role.values)
    values.refuse_if_wrong()


def _require_other_owner(membership: Membership) -> None:
    if membership.role != Role.OWNER:
        return
    others = Membership.objects.filter(project_id=membership.project_id, role=Role.OWNER, user__is_active=True)
    if not others.exclude(pk=membership.pk).exists():
        raise Conflict(
            f"{membership.user} is the last owner: make somebody else owner first.", field="role", code="last_owner"
        )
