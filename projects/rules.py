"""Who may do what in a project: a reason why not, or None."""

from core.models import User
from projects import queries
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
