"""Writes about people, tokens and the first administrator."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from core import events, ledger
from core.errors import Conflict, Invalid, NotAllowed
from core.models import FailedSignIn, SetupLink, Stream, Token, User
from core.roles import DEFAULT_SCOPES, Scope
from core.rules import require
from core.tokens import digest_of, new_token_text

MAX_TOKEN_DAYS = 365
MAX_FAILED_SIGN_INS = 10
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class NewToken:
    token: Token
    text: str


@transaction.atomic
def create_user(
    *,
    username: str,
    password: str | None,
    name: str = "",
    by: User | None,
    is_admin: bool = False,
    is_robot: bool = False,
) -> User:
    """Create a person (or a robot, without a password). Raises Invalid for a taken name or a weak password."""
    username = username.strip()
    if not username or len(username) > 150 or not username.replace(".", "").replace("-", "").replace("_", "").isalnum():
        raise Invalid(
            f"A user name has letters, digits, dots, dashes and underscores, at most 150: got {username!r}.",
            field="username",
        )
    if User.objects.filter(username__iexact=username).exists():
        raise Invalid(f"The user name {username!r} is taken.", field="username", code="taken")
    user = User(username=username, name=name or username, is_staff=is_admin, is_superuser=is_admin, is_robot=is_robot)
    if password is None:
        user.set_unusable_password()
    else:
        _set_password(user, password)
    user.save(force_insert=True)
    events.record(events.USER_CREATED, user, by=by, is_admin=is_admin)
    return user


@transaction.atomic
def erase_person(*, user: User, by: User | None) -> int:
    """Close the account and take the person's names out of it and of the log, whose chains still hold. What the person
    did stays, under no name. Returns how many events were changed.

    Texts that people wrote are left as they are. Raises NotAllowed, and Conflict for the last administrator.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require(None if by is None or by.is_superuser else "Only an administrator may erase a person.")
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        raise Conflict("This is the last administrator: make another person one first.")
    names = [user.username, user.name, user.email, user.get_full_name()]
    FailedSignIn.objects.filter(username__iexact=user.username).delete()
    user.tokens.all().delete()
    _anonymise(user)
    changed = ledger.redact(user, names=names, by=by)
    events.record(events.USER_ERASED, user, by=by, events=changed)
    return changed


def _anonymise(user: User) -> None:
    user.username, user.name = f"erased-{user.pk}", ledger.ERASED
    user.email = user.first_name = user.last_name = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()


@transaction.atomic
def create_token(
    *,
    user: User,
    label: str,
    by: User | None,
    now: datetime,
    scopes: Iterable[str] = DEFAULT_SCOPES,
    stream_id: int | None = None,
    days: int = 90,
) -> NewToken:
    """Make a token of this user's. Its text is in the result and nowhere else. Raises Invalid."""
    scopes = sorted({str(scope) for scope in scopes})
    unknown = [scope for scope in scopes if scope not in list(Scope)]
    if unknown or not scopes:
        raise Invalid(f"Scopes are {', '.join(Scope)}: got {', '.join(unknown) or 'none'}.", field="scopes")
    if not 1 <= days <= MAX_TOKEN_DAYS:
        raise Invalid(f"A token lives 1 to {MAX_TOKEN_DAYS} days: got {days}.", field="days")
    if not label.strip():
        raise Invalid("Say what the token is for.", field="label", code="required")
    text = new_token_text()
    token = Token.objects.create(
        user=user,
        label=label.strip()[:120],
        prefix=text[:9],
        digest=digest_of(text),
        scopes=scopes,
        stream_id=stream_id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    events.record(events.TOKEN_CREATED, token, by=by, scopes=scopes)
    return NewToken(token=token, text=text)


@transaction.atomic
def revoke_token(*, token: Token, by: User, now: datetime) -> Token:
    """Make a token useless from now on. Raises NotAllowed for somebody else's."""
    token = Token.objects.select_for_update().get(pk=token.pk)
    require(None if by.pk == token.user_id or by.is_superuser else "Only its owner may revoke a token.")
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        events.record(events.TOKEN_REVOKED, token, by=by)
    return token


@transaction.atomic
def open_setup(*, now: datetime) -> str | None:
    """The secret of a fresh one-time setup link, or None once there is an administrator."""
    if User.objects.filter(is_superuser=True).exists():
        return None
    secret = secrets.token_urlsafe(24)
    SetupLink.objects.filter(used_at=None).delete()
    SetupLink.objects.create(digest=digest_of(secret), created_at=now)
    return secret


@transaction.atomic
def use_setup(*, secret: str, username: str, password: str, name: str, now: datetime) -> User:
    """Make the first administrator. Raises NotAllowed if the link is wrong or used, Invalid for bad values."""
    link = SetupLink.objects.select_for_update().filter(digest=digest_of(secret), used_at=None).first()
    if link is None:
        raise NotAllowed("This setup link was used, or is not the newest one. The newest is printed at each start.")
    if User.objects.filter(is_superuser=True).exists():
        raise Conflict("There is an administrator already.")
    link.used_at = now
    link.save(update_fields=["used_at"])
    return create_user(username=username, password=password, name=name, by=None, is_admin=True)


@transaction.atomic
def note_failed_sign_in(*, username: str, address: str, now: datetime) -> None:
    """Count a failed sign-in of a name from an address; the count starts anew after the lock has passed."""
    row, _ = FailedSignIn.objects.select_for_update().get_or_create(
        username=username[:150].lower(), address=address, defaults={"first_at": now}
    )
    if now - row.first_at > LOCKED_FOR:
        row.count, row.first_at = 0, now
    row.count += 1
    row.save(update_fields=["count", "first_at"])
    stream = Stream.objects.get(pk=events.instance_stream_id())
    events.record(events.SIGN_IN_FAILED, stream, by=None, username=username[:150], address=address)


@transaction.atomic
def note_sign_in(*, user: User, address: str) -> None:
    FailedSignIn.objects.filter(username=user.username.lower(), address=address).delete()
    events.record(events.USER_SIGNED_IN, user, by=user, address=address)


def is_locked_out(*, username: str, address: str, now: datetime) -> bool:
    """Too many failures of this name from this address in the last quarter of an hour."""
    return FailedSignIn.objects.filter(
        username=username[:150].lower(), address=address, count__gte=MAX_FAILED_SIGN_INS, first_at__gt=now - LOCKED_FOR
    ).exists()


@transaction.atomic
def change_password(*, user: User, password: str, by: User) -> None:
    """Raises Invalid with what is wrong about the new password."""
    _set_password(user, password)
    user.save(update_fields=["password"])
    events.record(events.PASSWORD_CHANGED, user, by=by)


@transaction.atomic
def change_settings(
    *, user: User, by: User, letter_keys: bool | None = None, shows_first_steps: bool | None = None
) -> User:
    """What is given of one's own choices; None leaves it. Raises NotAllowed for somebody else's."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    require(None if by.pk == user.pk else "Only you choose this for yourself.")
    given = {"letter_keys": letter_keys, "shows_first_steps": shows_first_steps}
    changed = {name: value for name, value in given.items() if value is not None and value != getattr(user, name)}
    for name, value in changed.items():
        setattr(user, name, value)
    if changed:
        user.save(update_fields=list(changed))
        events.record(events.SETTINGS_CHANGED, user, by=by, **changed)
    return user


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as exc:
        raise Invalid(" ".join(exc.messages), field="password", code="weak_password") from None
    user.set_password(password)
