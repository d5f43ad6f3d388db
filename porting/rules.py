"""Who may bring things in and take them out: a reason why not, or None."""

from core.models import User
from projects import rules
from projects.roles import Permission


def why_not_import(user: User | None, project_id: int) -> str | None:
    """An import makes runs and registers models."""
    return rules.why_not(user, Permission.TRAIN, project_id) or rules.why_not(
        user, Permission.REGISTER_MODEL, project_id
    )


def why_not_export(user: User | None, project_id: int) -> str | None:
    """An export reads everything at once, which is work: whoever works on runs may ask for it."""
    return rules.why_not(user, Permission.TRAIN, project_id)
