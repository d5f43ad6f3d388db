"""Who may do what in a project: a reason why not, or None."""

from core.models import User
from projects import queries
from projects.enums import Gate, RiskLevel
from projects.models import Membership, Project, Risk
from projects.roles import PERMISSIONS, Permission, roles_with


def why_not(user: User | None, permission: Permission, project_id: int) -> str | None:
    """Why this user may not do this in the project. The house itself (None) may."""
    if user is None:
        return None
    if not user.is_active:
        return "This account is not active."
    role = queries.role_of(user, project_id)
    if role is not None and permission in PERMISSIONS[role]:
        return None
    may = ", ".join(one.label.lower() for one in roles_with(permission))
    mine = f"you are {role.label.lower()}" if role else "you are not in it"
    return f"This needs the role {may}; in this project {mine}."


def why_not_remove(user: User | None, membership: Membership) -> str | None:
    """Why this user may not take that person out. Anybody may leave."""
    if user is not None and user.pk == membership.user_id:
        return None
    return why_not(user, Permission.MANAGE_TEAM, membership.project_id)


def why_not_accept_risk(user: User | None, risk: Risk) -> str | None:
    """A low risk is accepted by whoever keeps the register; from medium on by whoever answers for the project."""
    if user is None or user.is_robot:
        return "Only a person may accept a risk."
    needed = Permission.EDIT_RISKS if risk.level == RiskLevel.LOW else Permission.PASS_GATE
    return why_not(user, needed, risk.project_id)


def why_not_pass_gate(user: User | None, project: Project, gate: Gate) -> str | None:
    """Why this user may not pass this gate of the project: nobody approves their own work."""
    if user is None or user.is_robot:
        return "Only a person may pass a gate."
    reason = why_not(user, Permission.PASS_GATE, project.pk)
    if reason is None and gate == Gate.SCOPE and project.scope.revised_by_id == user.pk:
        return "You revised the scope last, and nobody approves their own work: another person passes this gate."
    return reason
