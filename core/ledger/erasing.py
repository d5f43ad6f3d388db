"""Taking a person's names out of the log, without breaking its chains.

A row keeps its hash, so that the next one still links to it; what it says now is sealed with the instance's key in a
later event of the same chain, which only the house can write. Its salt goes with the names: nobody can try names
against the hash that stays.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from core.events import CHAINED, LEDGER_REDACTED, canonical, instance_stream_id, keyed, record_in, said
from core.models import Event, Stream, User

ERASED = "Erased person"
BATCH = 200
# Values of these say what somebody was, not who.
NOT_NAMES = ("role", "state", "type", "kind")


def redact(user: User, *, names: Iterable[str], by: User | None) -> int:
    """Take these names of the user's out of every event that was done by, is about, or names them. Returns how many.

    Inside a transaction. Each chain that was touched says so itself.
    """
    known = {name.casefold() for name in names if name}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL throughline.erasing = 'on'; SET LOCAL statement_timeout = 0")
        streams = sorted({*_touching(user, known).values_list("stream_id", flat=True), instance_stream_id()})
        list(Stream.objects.select_for_update(no_key=True).filter(pk__in=streams).order_by("pk"))
        done = sum(_redact_stream(stream_id, user, known, by=by) for stream_id in streams)
        cursor.execute("SET LOCAL throughline.erasing = 'off'")
    return done


def _redact_stream(stream_id: int, user: User, known: set[str], *, by: User | None) -> int:
    done = after = 0
    found = _touching(user, known).filter(stream_id=stream_id).order_by("seq")
    while batch := list(found.filter(seq__gt=after)[:BATCH]):
        rows = [[event.seq, _redact(event)] for event in batch if _forget(event, user, known)]
        if rows:
            record_in(stream_id, LEDGER_REDACTED, user, by=by, rows=rows)
        done, after = done + len(rows), batch[-1].seq
    return done


def _touching(user: User, known: set[str]) -> QuerySet[Event]:
    """The events that may hold a name. Names in what an event says are matched without regard to case."""
    wanted = Q(actor=user) | Q(subject_type="user", subject_id=str(user.pk))
    for name in known:
        quoted = canonical(name).decode()
        wanted |= Q(subject_label__iexact=name) | Q(subject_label__istartswith=f"{name} as ")
        wanted |= Q(text__icontains=quoted)
    return Event.objects.annotate(text=Cast("data", TextField())).filter(wanted)


def _forget(event: Event, user: User, known: set[str]) -> bool:
    """Take the names out of the event, unsaved. False when there were none."""
    before = (event.actor_label, event.subject_label, event.data)
    is_about = (event.subject_type, event.subject_id) == ("user", str(user.pk))
    if event.actor_id == user.pk:
        event.actor_label = ERASED
    event.subject_label = _label(event.subject_label, known) if not is_about else ERASED
    event.data = _without(event.data, known)
    if "address" in event.data and (is_about or event.data != before[2]):
        event.data = event.data | {"address": "erased"}
    return (event.actor_label, event.subject_label, event.data) != before


def _label(label: str, known: set[str]) -> str:
    """The label of a person, or of a membership: `NAME as ROLE`."""
    name, found, role = label.partition(" as ")
    return f"{ERASED}{found}{role}" if name.casefold() in known else label


def _without(value: Any, known: set[str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _without(one, known, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_without(one, known, key) for one in value]
    return "erased" if isinstance(value, str) and key not in NOT_NAMES and value.casefold() in known else value


def _redact(event: Event) -> str:
    """Save what is left of the event. Returns its seal."""
    event.salt = ""
    event.save(update_fields=["actor_label", "subject_label", "data", "salt"])
    return keyed(b"redacted" + said([getattr(event, name) for name in CHAINED]))
