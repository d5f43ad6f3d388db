"""Telling people, and a project's chat, of something: once each, whatever runs twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from core import live
from core.models import User
from inbox.clock import Hours, after_quiet, next_digest
from inbox.enums import Channel, Digest, Kind
from inbox.models import Dispatch, Notification, Preferences, ProjectChannel
from projects.models import Project


@dataclass(frozen=True)
class News:
    """What is told. `source` names what it is about, so that nobody is told twice of the same."""

    kind: Kind
    source: str
    text: str
    url: str
    project: Project | None = None
    actor: User | None = None


@transaction.atomic
def notify(*, news: News, people: Iterable[User], now: datetime) -> int:
    """Tell these people, but whoever did it, and the project's chat if it wants to hear of this kind. Returns to how
    many that was new."""
    users = [one for one in people if one != news.actor and one.is_active and not one.is_robot]
    made = [_notification(news, one, now) for one in users]
    chat = ProjectChannel.objects.filter(project=news.project, kinds__contains=[news.kind]).first()
    if chat is not None:
        made.append(_notification(news, None, now))
    if not made:
        return 0
    Notification.objects.bulk_create(made, ignore_conflicts=True)
    new = Notification.objects.filter(kind=news.kind, source=news.source, project=news.project, dispatches=None, at=now)
    told = list(new.select_related("user"))
    Dispatch.objects.bulk_create(_dispatches(told, now=now), ignore_conflicts=True)
    for one in told:
        if one.user_id is not None:
            _ring(one.user_id)
    return len(told)


def _ring(user_id: int) -> None:
    transaction.on_commit(lambda: live.wake_person(user_id), robust=True)


def _notification(news: News, user: User | None, now: datetime) -> Notification:
    return Notification(
        user=user,
        project=news.project,
        kind=news.kind,
        source=news.source[:120],
        text=" ".join(news.text.split())[:300],
        url=news.url[:300],
        actor=news.actor,
        at=now,
    )


def _dispatches(told: Iterable[Notification], *, now: datetime) -> list[Dispatch]:
    people = [one for one in told if one.user_id is not None]
    kept = {one.user_id: one for one in Preferences.objects.filter(user__in=[one.user_id for one in people])}
    made = [Dispatch(notification=one, channel=Channel.WEBHOOK, due_at=now) for one in told if one.user_id is None]
    for one in people:
        assert one.user is not None
        wanted = kept.get(one.user.pk) or Preferences(user=one.user)
        for channel in _channels(wanted, one):
            made.append(Dispatch(notification=one, channel=channel, due_at=due_at(wanted, channel, now=now)))
    return made


def _channels(wanted: Preferences, told: Notification) -> list[Channel]:
    """Those that the person wants for this kind, and that lead anywhere."""
    assert told.user is not None
    there = {Channel.EMAIL: bool(settings.EMAIL_URL and told.user.email), Channel.WEBHOOK: bool(wanted.sealed_url)}
    return [one for one in Channel if one in wanted.channels.get(told.kind, []) and there[one]]


def due_at(wanted: Preferences, channel: Channel, *, now: datetime) -> datetime:
    """E-mail waits for the digest, chat does not; neither comes in quiet hours."""
    hour = wanted.digest_hour if wanted.digest == Digest.DAILY else None
    hours = Hours(wanted.zone, wanted.quiet_from, wanted.quiet_until, hour)
    return next_digest(hours, now=now) if channel == Channel.EMAIL else after_quiet(hours, at=now)
