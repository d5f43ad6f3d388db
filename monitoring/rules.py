"""Who may watch, and answer to what is seen: a reason why not, or None."""

from core.models import User
from projects import rules
from projects.roles import Permission


def why_not_monitor(user: User | None, project_id: int) -> str | None:
    """Set up a monitor, change its policy, acknowledge and resolve alerts."""
    return rules.why_not(user, Permission.MONITOR, project_id)


def why_not_retrain(user: User | None, project_id: int) -> str | None:
    """Retraining is training, decided by who watches: it needs both. The house itself may, where a policy says so."""
    return rules.why_not(user, Permission.MONITOR, project_id) or rules.why_not(user, Permission.TRAIN, project_id)
