"""One durable log is the audit trail, the outbox, the timeline and the live feed.

`record` runs inside the transaction of the change it tells of. It takes the stream's counter row under a lock, so that
numbers have no gaps and are committed in order, and chains the event to the one before it by a keyed hash. After the
commit, open pages are woken, and every handler registered with `on` gets its own delivery.
"""

import hmac
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.db.models import F
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from core import live
from core.enums import DELIVERY_FLOW, DeliveryState
from core.errors import LedgerClosed
from core.logs import current_request_id
from core.models import Delivery, Event, Stream, User

USER_CREATED = "user.created"
USER_SIGNED_IN = "user.signed_in"
SIGN_IN_FAILED = "sign_in.failed"
PASSWORD_CHANGED = "user.password_changed"
SETTINGS_CHANGED = "user.settings_changed"
TOKEN_CREATED = "token.created"
TOKEN_REVOKED = "token.revoked"
USER_ERASED = "user.erased"
LEDGER_REDACTED = "ledger.redacted"
LEDGER_VERIFIED = "ledger.verified"
LEDGER_EXPORTED = "ledger.exported"
LEDGER_READ = "ledger.read"
JOB_QUEUED = "job.queued"
JOB_STARTED = "job.started"
JOB_PROGRESSED = "job.progressed"
JOB_SUCCEEDED = "job.succeeded"
JOB_FAILED = "job.failed"
JOB_CANCELLED = "job.cancelled"

logger = logging.getLogger(__name__)

Handler = Callable[[Event], None]
Condition = Callable[[Event], bool]

MAX_DELIVERY_ATTEMPTS = 8

_handlers: dict[str, dict[str, tuple[Handler, Condition]]] = {}


class OutsideTransaction(RuntimeError):
    """An event was recorded outside the transaction of its change: a bug."""


def on(*types: str, when: Condition = lambda event: True) -> Callable[[Handler], Handler]:
    """Register a handler of these event types. It runs later, in a transaction with its delivery's row.

    `when` is asked as the event is recorded, of what it says itself: where it is false there is no delivery.
    """

    def register(handler: Handler) -> Handler:
        name = f"{handler.__module__}.{handler.__qualname__}"
        for event_type in types:
            _handlers.setdefault(event_type, {})[name] = (handler, when)
        return handler

    return register


def handlers() -> dict[str, list[str]]:
    """Event type to the names of its handlers."""
    return {event_type: sorted(names) for event_type, names in sorted(_handlers.items())}


def instance_stream_id() -> int:
    """The chain for what belongs to no project."""
    return Stream.objects.get_or_create(name=Stream.INSTANCE)[0].pk


def record(event_type: str, subject: models.Model, *, by: User | None, **data: Any) -> Event:
    """Append one event about `subject` to its project's chain (`subject.project_id`), or to the instance's.

    `data` must be JSON. Raises OutsideTransaction, and LedgerClosed, with which the whole change must fail.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{event_type} must be recorded inside the transaction of its change")
    stream_id = getattr(subject, "project_id", None) or instance_stream_id()
    return record_in(stream_id, event_type, subject, by=by, **data)


def record_in(stream_id: int, event_type: str, subject: models.Model, *, by: User | None, **data: Any) -> Event:
    """`record` in a chain that is not the subject's own."""
    stream = Stream.objects.select_for_update(no_key=True).get(pk=stream_id)
    event = _next(stream.pk, stream.last_seq, stream.head, event_type, subject, by=by, data=data)
    with failing_closed():
        event.save(force_insert=True)
        stream.last_seq, stream.head = event.seq, event.hash
        stream.save(update_fields=["last_seq", "head"])
        _post(event)
    transaction.on_commit(lambda: live.wake(stream_id), robust=True)
    return event


_NO_RIGHT, _READ_ONLY, _NO_ROOM, _BROKEN = "42501", "25006", "53", "58"


@contextmanager
def failing_closed() -> Iterator[None]:
    """Raise LedgerClosed where the database does not let the event be written: no right to, read only, or no room for
    it. Whatever else goes wrong is told as what it is."""
    try:
        yield
    except (DatabaseError, psycopg.Error) as error:
        state = getattr(error.__cause__ or error, "sqlstate", None) or ""
        if not state.startswith((_NO_RIGHT, _READ_ONLY, _NO_ROOM, _BROKEN)):
            raise
        logger.error("the ledger cannot be written: %s", error)
        raise LedgerClosed("The ledger cannot be written: nothing was changed.") from error


_LOCK = "SELECT id, last_seq, head FROM core_stream WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_APPEND = """
WITH event AS (
    INSERT INTO core_event (stream_id, seq, type, subject_type, subject_id, subject_version, subject_label, actor_id,
                            actor_label, at, data, request_id, salt, hash)
    VALUES (%(stream_id)s, %(seq)s, %(type)s, %(subject_type)s, %(subject_id)s, %(subject_version)s,
            %(subject_label)s, %(actor_id)s, %(actor_label)s, %(at)s, %(data)s, %(request_id)s, %(salt)s,
            %(hash)s) RETURNING id
), delivery AS (
    INSERT INTO core_delivery (event_id, handler, state, attempts, due_at, error)
    SELECT event.id, handler, 'pending', 0, now(), '' FROM event, unnest(%(handlers)s::text[]) AS handler
)
UPDATE core_stream SET last_seq = %(seq)s, head = %(hash)s WHERE id = %(stream_id)s
"""


@dataclass(frozen=True)
class Said:
    """An event to be: what `record` is told."""

    type: str
    subject: models.Model
    by: User | None
    data: dict[str, Any]

    @property
    def stream_id(self) -> int:
        return self.subject.project_id  # type: ignore[attr-defined]  # what lean calls write is always a project's


async def append(one: AsyncConnection[Any], events: Sequence[Said]) -> None:
    """`record` for lean calls, whose transaction this connection is in; the caller wakes the streams after its commit
    (`live.wake`), and is inside of `failing_closed`: of statements in a pipeline the failure is told late.
    """
    streams = sorted({said.stream_id for said in events})
    found = await (await one.execute(_LOCK, [streams], prepare=True)).fetchall()
    heads = {pk: (seq, head) for pk, seq, head in found}
    for said in events:
        seq, head = heads[said.stream_id]
        event = _next(said.stream_id, seq, head, said.type, said.subject, by=said.by, data=said.data)
        heads[said.stream_id] = (event.seq, event.hash)
        values = {field.attname: getattr(event, field.attname) for field in Event._meta.concrete_fields}
        values |= {"data": Jsonb(event.data), "handlers": _handlers_of(event)}
        await one.execute(_APPEND, values, prepare=True)


def _next(
    stream_id: int,
    last_seq: int,
    head: str,
    event_type: str,
    subject: models.Model,
    *,
    by: User | None,
    data: dict[str, Any],
) -> Event:
    """The event that follows in the chain."""
    event = Event(
        stream_id=stream_id,
        seq=last_seq + 1,
        type=event_type,
        subject_type=subject._meta.model_name or "",
        subject_id=str(getattr(subject, "public_id", None) or subject.pk),
        subject_version=getattr(subject, "version", None),
        subject_label=str(subject)[:200],
        actor=by,
        actor_label=str(by)[:150] if by else "Throughline",
        at=datetime.now(UTC).isoformat(timespec="microseconds"),
        data=_steady(orjson.loads(canonical(data))),
        request_id=current_request_id(),
        salt=secrets.token_hex(16),
    )
    event.hash = chain_hash(head, event)
    return event


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and nothing to choose from: what is hashed."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY)


def _steady(value: Any) -> Any:
    """JSON whose numbers come back from the database as they went in: it knows no minus nought, and reads 1e16 as a
    whole number, so that an honest chain would fail. What is no whole number of 64 bits then stands as text.
    """
    if isinstance(value, dict):
        return {key: _steady(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_steady(one) for one in value]
    if isinstance(value, float) and (value == 0 or abs(value) >= 1e16):
        return 0.0 if value == 0 else int(value) if abs(value) < 2**63 else repr(value)
    return value


# What of an event is hashed, in the order that `link` takes it.
CHAINED = (
    "stream_id",
    "seq",
    "type",
    "subject_type",
    "subject_id",
    "subject_version",
    "subject_label",
    "actor_id",
    "actor_label",
    "at",
    "data",
    "request_id",
    "salt",
)


def chain_hash(previous: str, event: Event) -> str:
    """HMAC-SHA256 of the previous hash and everything the event says, hexadecimal."""
    return keyed(previous.encode() + said([getattr(event, name) for name in CHAINED]))


def said(values: Sequence[Any]) -> bytes:
    """Everything an event says, from the values of `CHAINED`, as canonical JSON. Events from before there was a salt
    have none.
    """
    stream, seq, kind, subject_type, subject_id, version, label, actor, actor_label, at, data, request_id, salt = values
    body = {
        "stream": stream,
        "seq": seq,
        "type": kind,
        "subject": [subject_type, subject_id, version, label],
        "actor": [actor, actor_label],
        "at": at,
        "data": data,
        "request_id": request_id,
    }
    return canonical(body | {"salt": salt} if salt else body)


def keyed(message: bytes) -> str:
    """HMAC-SHA256 with the instance's key, hexadecimal."""
    return hmac.digest(settings.EVENT_KEY.encode(), message, "sha256").hex()


def after(*, stream_id: int, seq: int, limit: int = 500) -> list[Event]:
    """The events of a stream after `seq`, in order, at most `limit`."""
    return list(Event.objects.filter(stream_id=stream_id, seq__gt=seq).order_by("seq")[:limit])


def due_deliveries(*, now: datetime, limit: int = 100) -> list[int]:
    """Ids of the deliveries whose time has come."""
    pending = Delivery.objects.filter(state=DeliveryState.PENDING, due_at__lte=now)
    return list(pending.order_by("event_id", "pk").values_list("pk", flat=True)[:limit])


def deliver(delivery_id: int, *, now: datetime) -> bool:
    """Run one delivery's handler in the transaction that marks it done. True when it took effect.

    A handler that raises leaves nothing behind but the error and a later due time; after eight attempts it is given
    up and stays visible.
    """
    try:
        with transaction.atomic():
            delivery = _claim(delivery_id)
            if delivery is None:
                return False
            handler, _ = _handlers.get(delivery.event.type, {}).get(delivery.handler, (None, None))
            if handler is None:
                raise LookupError(f"no handler is called {delivery.handler}")
            handler(delivery.event)
            delivery.state = DELIVERY_FLOW.target(delivery.state, "deliver")
            delivery.save(update_fields=["state"])
            return True
    except Exception as exc:  # whatever the handler raised is kept with the delivery and tried again
        _postpone(delivery_id, error=f"{type(exc).__name__}: {exc}", now=now)
        return False


def _post(event: Event) -> None:
    now = datetime.now(UTC)
    Delivery.objects.bulk_create(Delivery(event=event, handler=name, due_at=now) for name in _handlers_of(event))


def _handlers_of(event: Event) -> list[str]:
    """The names of those that want it."""
    return [name for name, (_, when) in _handlers.get(event.type, {}).items() if when(event)]


def _claim(delivery_id: int) -> Delivery | None:
    rows: Iterator[Delivery] = iter(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("event", "event__actor")
        .filter(pk=delivery_id, state=DeliveryState.PENDING)
    )
    return next(rows, None)


def _postpone(delivery_id: int, *, error: str, now: datetime) -> None:
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
        if delivery.state != DeliveryState.PENDING:
            return
        delivery.attempts += 1
        delivery.error = error[:2000]
        delivery.due_at = now + timedelta(seconds=min(2**delivery.attempts, 300))
        if delivery.attempts >= MAX_DELIVERY_ATTEMPTS:
            delivery.state = DELIVERY_FLOW.target(delivery.state, "give_up")
        delivery.save(update_fields=["attempts", "error", "due_at", "state"])


def redeliver(delivery: Delivery, *, now: datetime) -> None:
    """Give a delivery that was given up another round of attempts."""
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.DEAD).update(
        state=DELIVERY_FLOW.target(DeliveryState.DEAD, "redeliver"), attempts=F("attempts") * 0, due_at=now
    )
