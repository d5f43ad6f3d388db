"""How a person wants to be told, and stopping a kind of mail from the mail itself."""

from collections.abc import Mapping
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from core import events
from core.models import User
from inbox.enums import Channel, Digest, Kind, Shape
from inbox.events import SETTINGS_CHANGED
from inbox.models import Preferences
from inbox.operations.chats import sealed
from projects.operations.locking import require_version
from projects.operations.values import Values, refuse_unknown

FIELDS = ("email", "channels", "zone", "quiet_from", "quiet_until", "digest", "digest_hour", "shape", "url")


@transaction.atomic
def set_preferences(*, values: Mapping[str, Any], by: User, expected_version: int | None = None) -> Preferences:
    """Change the given fields of one's own; `url` is the chat's address, and empty takes it away.

    Raises Invalid, PreconditionFailed. The event says which fields, and none of what they hold.
    """
    refuse_unknown(values, FIELDS)
    Preferences.objects.get_or_create(user=by)
    found = Preferences.objects.select_for_update(of=("self",)).select_related("user").get(user=by)
    require_version("How you are told", found.version, expected_version)
    read = _checked(found, values)
    if "email" in read:
        found.user.email = read.pop("email")
        found.user.save(update_fields=["email"])
    if "url" in read:
        read["sealed_url"] = read.pop("url")
    for name, value in read.items():
        setattr(found, name, value)
    found.version += 1
    found.save(update_fields=[*read, "version"])
    events.record(SETTINGS_CHANGED, by, by=by, changed=sorted(values))
    return found


@transaction.atomic
def unsubscribe(*, user: User, kind: str) -> Preferences:
    """No more e-mail of this kind (or, with an empty one, of any), as whoever has the mail asks."""
    Preferences.objects.get_or_create(user=user)
    found = Preferences.objects.select_for_update().get(user=user)
    kinds = [kind] if kind else Kind.values
    for one in kinds:
        found.channels[one] = [channel for channel in found.channels.get(one, []) if channel != Channel.EMAIL]
    found.version += 1
    found.save(update_fields=["channels", "version"])
    events.record(SETTINGS_CHANGED, user, by=user, changed=["channels"], unsubscribed=kinds)
    return found


def _checked(found: Preferences, given: Mapping[str, Any]) -> dict[str, Any]:
    values, read = Values(), dict(given)
    if "email" in given:
        read["email"] = _email(values, given["email"])
    if "channels" in given:
        read["channels"] = found.channels | _channels(values, given["channels"])
    if "zone" in given and given["zone"] not in available_timezones():
        values.wrong("zone", f"A time zone is named like Europe/Berlin: got {str(given['zone'])[:60]!r}.")
    for name, choices in (("digest", Digest.values), ("shape", Shape.values)):
        if name in given:
            read[name] = values.choice(name, given[name], choices)
    if "digest_hour" in given:
        read["digest_hour"] = values.whole("digest_hour", given["digest_hour"], low=0, high=23)
    _check_quiet(values, found, read)
    values.refuse_if_wrong()
    if "url" in given:
        read["url"] = sealed(given["url"]) if given["url"] else ""
    return read


def _email(values: Values, given: Any) -> str:
    text = str(given).strip()
    try:
        if text:
            validate_email(text)
    except ValidationError:
        values.wrong("email", f"This is no e-mail address: got {text[:80]!r}.")
    if len(text) > 254:
        values.wrong("email", f"An address has at most 254 characters: got {len(text)}.", code="length")
    return text


def _channels(values: Values, given: Any) -> dict[str, list[str]]:
    if not isinstance(given, Mapping):
        values.wrong("channels", "Channels are an object of kind to a list of channels.")
        return {}
    for kind, wanted in given.items():
        if kind not in Kind.values:
            values.wrong("channels", f"A kind is one of {', '.join(Kind.values)}: got {str(kind)[:40]!r}.")
        elif not isinstance(wanted, list) or any(one not in Channel.values for one in wanted):
            values.wrong("channels", f"{kind} goes by {', '.join(Channel.values)}: got {str(wanted)[:80]}.")
    return {str(kind): list(dict.fromkeys(wanted)) for kind, wanted in given.items() if isinstance(wanted, list)}


def _check_quiet(values: Values, found: Preferences, read: Mapping[str, Any]) -> None:
    start: time | None = read.get("quiet_from", found.quiet_from)
    end: time | None = read.get("quiet_until", found.quiet_until)
    if (start is None) != (end is None):
        values.wrong("quiet_until", "Quiet hours have a beginning and an end, or neither.", code="half")
    elif start is not None and start == end:
        values.wrong("quiet_until", f"Quiet hours end at another time than they begin: got {end}.", code="range")
