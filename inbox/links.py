"""Addresses in what is sent: whole ones, and those that stop a kind of mail without signing in."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from core.errors import NotFound
from core.models import User
from inbox.enums import Kind

EVERYTHING = ""
_SALT = "inbox.unsubscribe"


def absolute(path: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def settings_page() -> str:
    return absolute(reverse("inbox:settings"))


def unsubscribe(user: User, kind: str) -> str:
    """It holds for as long as the mail is kept: it can only make things quieter."""
    return absolute(reverse("inbox:unsubscribe", args=[signing.dumps([user.pk, kind], salt=_SALT)]))


def unsubscribed(text: str) -> tuple[User, str]:
    """Whom and which kind an address is about. Raises NotFound."""
    try:
        pk, kind = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFound("This is no address from one of our mails.") from None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or (kind != EVERYTHING and kind not in Kind.values):
        raise NotFound("There is nothing to stop here any more.")
    return user, kind
