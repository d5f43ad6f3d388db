"""Reads about people, tokens and jobs."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from core.models import Job, Token, User
from core.tokens import PREFIX, digest_of

TOUCH_EVERY = timedelta(minutes=1)


def usable_token(*, text: str, now: datetime) -> Token | None:
    """The token with this text, with its user, if it can be used now."""
    if not text.startswith(PREFIX) or len(text) > 100:
        return None
    return Token.objects.usable(now=now).select_related("user").filter(digest=digest_of(text)).first()


def touch(token: Token, *, now: datetime) -> None:
    """Remember that it was used, at most once a minute: this is on the path of every call."""
    if token.last_used_at is None or now - token.last_used_at > TOUCH_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)


def tokens_of(user: User) -> QuerySet[Token]:
    return Token.objects.filter(user=user).select_related("stream").order_by("-created_at", "-pk")


def recent_jobs(*, stream_id: int, limit: int = 20) -> list[Job]:
    return list(Job.objects.filter(stream_id=stream_id).select_related("created_by").order_by("-pk")[:limit])
