"""Addresses of incoming webhooks. Whoever knows one can write there: they are secrets, kept sealed and never shown."""

from django.conf import settings

from core.addresses import why_not_url
from core.errors import Conflict, Invalid
from core.sealing import Unsealable, seal, unseal

SEALED_FOR = "chats"


def sealed(url: str) -> str:
    """Raises Invalid (`url_not_allowed`) for an address that must not be called."""
    url = url.strip()
    reason = why_not_url(url, allowed=allowed_hosts())
    if reason is not None:
        raise Invalid(f"This address cannot be told: {reason}.", field="url", code="url_not_allowed")
    return seal(url, purpose=SEALED_FOR, key=settings.SECRET_KEY)


def opened(text: str) -> str:
    """Raises Conflict (`secret_lost`) when the server's key was changed since it was sealed."""
    try:
        return unseal(text, purpose=SEALED_FOR, key=settings.SECRET_KEY)
    except Unsealable:
        raise Conflict("The address cannot be read any more: give it anew.", code="secret_lost") from None


def allowed_hosts() -> frozenset[str]:
    """What webhooks may go to although it is not on the open internet."""
    return frozenset(settings.WEBHOOK_ALLOWED_HOSTS)
