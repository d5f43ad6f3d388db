"""Who may do it: a reason why not, or None."""

from core.errors import NotAllowed


def require(reason: str | None) -> None:
    """Raise NotAllowed with the reason, if there is one."""
    if reason is not None:
        raise NotAllowed(reason)
