"""Sending what is due: each row once. Whoever sends holds the lock of the person's (or the project's) rows from before
the sending until it is noted, so that two senders at once send two different things or one of them nothing."""

import smtplib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import orjson
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet

from core import outbound
from core.errors import Conflict
from core.models import User
from inbox import links
from inbox.enums import SEND_FLOW, Channel, Kind, SendState, Shape
from inbox.models import Dispatch, Preferences, ProjectChannel
from inbox.operations.chats import allowed_hosts, opened
from inbox.wording import Line, digest, slack, subject, teams
from projects.models import Membership

MOST_ATTEMPTS = 8
LONGEST_WAIT_S = 3600
# Rows of one message; what is more goes into the next.
MOST = 200


class NotSent(Exception):
    """It came to nothing; `is_final`: it would again."""

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


def send_due(*, now: datetime) -> dict[str, int]:
    """Send everything whose time has come. A receiver that fails keeps nobody else waiting."""
    done = {"email": 0, "webhook": 0}
    due = Dispatch.objects.filter(state=SendState.PENDING, due_at__lte=now)
    for user_id, channel in set(
        due.filter(notification__user__isnull=False).values_list("notification__user", "channel")
    ):
        done[channel] += _send_to_person(user_id, channel, now=now)
    chats = due.filter(notification__user=None).values_list("notification__project", flat=True)
    for project_id in set(chats):
        done["webhook"] += _send_to_chat(project_id, now=now)
    return done


@transaction.atomic
def _send_to_person(user_id: int, channel: str, *, now: datetime) -> int:
    Preferences.objects.get_or_create(user_id=user_id)
    wanted = Preferences.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user")
    found = wanted.filter(user=user_id).first()
    if found is None:
        return 0  # somebody else sends to them
    rows = _still_visible(found.user, _due(now).filter(notification__user=user_id, channel=channel)[:MOST])
    if not rows:
        return 0
    send = _mail if channel == Channel.EMAIL else _chat
    return _tried(rows, lambda: send(found, _lines(rows), rows), now=now)


@transaction.atomic
def _send_to_chat(project_id: int, *, now: datetime) -> int:
    chat = ProjectChannel.objects.select_for_update(skip_locked=True).filter(project=project_id).first()
    rows = list(_due(now).filter(notification__user=None, notification__project=project_id)[:MOST])
    if chat is None:
        if not ProjectChannel.objects.filter(project=project_id).exists():
            _close(rows, "drop", error="the project has no chat any more")
        return 0
    return _tried(rows, lambda: _post(chat.sealed_url, chat.shape, _lines(rows)), now=now) if rows else 0


def _due(now: datetime) -> QuerySet[Dispatch]:
    rows = Dispatch.objects.filter(state=SendState.PENDING, due_at__lte=now).order_by("notification__at", "pk")
    return rows.select_related("notification__project", "notification__actor")


def _still_visible(user: User, rows: Iterable[Dispatch]) -> list[Dispatch]:
    """Without those of projects that the person has left since, which are dropped."""
    rows = list(rows)
    ids = {one.notification.project_id for one in rows}
    mine = set(Membership.objects.filter(user=user, project__in=ids - {None}).values_list("project", flat=True)) | {
        None
    }
    _close(
        [one for one in rows if one.notification.project_id not in mine or not user.is_active],
        "drop",
        error="no longer theirs to see",
    )
    return [one for one in rows if one.state == SendState.PENDING]


def _tried(rows: Sequence[Dispatch], send: Callable[[], None], *, now: datetime) -> int:
    try:
        send()
    except NotSent as error:
        for row in rows:
            _postpone(row, error, now=now)
        return 0
    _close(rows, "send", sent_at=now)
    return 1


def _close(rows: Iterable[Dispatch], step: str, *, sent_at: datetime | None = None, error: str = "") -> None:
    for row in rows:
        row.state, row.sent_at, row.error = SEND_FLOW.target(row.state, step), sent_at, error[:300]
        row.save(update_fields=["state", "sent_at", "error"])


def _postpone(row: Dispatch, error: NotSent, *, now: datetime) -> None:
    """Tried again after 2, 4, 8 ... minutes; given up, and kept to be seen, after eight attempts."""
    row.attempts += 1
    row.error = str(error)[:300]
    row.due_at = now + timedelta(seconds=min(60 * 2**row.attempts, LONGEST_WAIT_S))
    if error.is_final or row.attempts >= MOST_ATTEMPTS:
        row.state = SEND_FLOW.target(row.state, "give_up")
    row.save(update_fields=["attempts", "error", "due_at", "state"])


def _lines(rows: Sequence[Dispatch]) -> list[Line]:
    return [
        Line(
            kind=one.notification.kind,
            about=Kind(one.notification.kind).label,
            text=str(one.notification),
            project=one.notification.project.name if one.notification.project else "",
            url=links.absolute(one.notification.url),
        )
        for one in rows
    ]


def _mail(wanted: Preferences, lines: Sequence[Line], rows: Sequence[Dispatch]) -> None:
    """One digest. Its Message-ID is that of its first row: who gets it twice, because we died between sending and
    noting it, can tell."""
    if not wanted.user.email:
        raise NotSent("there is no address any more", is_final=True)
    stop = {line.kind: links.unsubscribe(wanted.user, line.kind) for line in lines}
    every = stop[lines[0].kind] if len(stop) == 1 else links.unsubscribe(wanted.user, links.EVERYTHING)
    message = EmailMessage(
        subject=subject(lines),
        body=digest(lines, settings_url=links.settings_page(), unsubscribe=stop),
        to=[wanted.user.email],
        headers={
            "Message-ID": f"<notification-{rows[0].pk}@{settings.MAIL_DOMAIN}>",
            "List-Unsubscribe": f"<{every}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
        connection=get_connection(timeout=settings.EMAIL_TIMEOUT),
    )
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"{type(error).__name__}: {error}") from None


def _chat(wanted: Preferences, lines: Sequence[Line], rows: Sequence[Dispatch]) -> None:
    if not wanted.sealed_url:
        raise NotSent("there is no address any more", is_final=True)
    _post(wanted.sealed_url, wanted.shape, lines)


def _post(sealed_url: str, shape: str, lines: Sequence[Line]) -> None:
    body = orjson.dumps(slack(lines) if shape == Shape.SLACK else teams(lines))
    headers = {"Content-Type": "application/json"}
    try:
        answer = outbound.post(opened(sealed_url), body=body, headers=headers, allowed=allowed_hosts())
    except (outbound.Blocked, Conflict) as error:  # it would be blocked again
        raise NotSent(f"not called: {error}", is_final=True) from None
    except outbound.Failed as error:
        raise NotSent(str(error)) from None
    if not 200 <= answer.status < 300:
        raise NotSent(f"answered {answer.status}")
