"""Walking a chain: which events hold, and the first that does not."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.events import CHAINED, LEDGER_REDACTED, keyed, said
from core.ledger import checkpoints
from core.ledger.checkpoints import Broken, Checkpoint
from core.models import Event, Stream

PAGE = 5000
START = "0" * 64

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Verdict:
    """What walking a chain found: how many events hold, and the first number that does not, with the reason.

    `anchored_seq` and `anchored_at` are those of the newest checkpoint, which holds where the verdict is intact.
    """

    stream: str
    checked: int
    first_bad_seq: int | None
    reason: str = ""
    detail: str = ""
    anchored_seq: int | None = None
    anchored_at: str | None = None

    @property
    def is_intact(self) -> bool:
        return self.first_bad_seq is None


class _Bad(Exception):
    """The first event that does not hold, and why."""

    def __init__(self, seq: int, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.seq, self.reason, self.detail = seq, reason, detail


def verify(stream: Stream, *, tell: Tell = lambda done, total: None) -> Verdict:
    """Walk the chain from its beginning, then hold it against its head and its newest checkpoint.

    `tell` hears how many of how many are done. Pages of rows are read one after the other, so that neither memory nor
    an open snapshot grows with the chain; what is appended meanwhile is left to the next walk.
    """
    anchor: Checkpoint | None = None
    bad: _Bad | None = None
    try:
        anchor = checkpoints.latest(stream.name)
    except Broken as exc:
        bad = _Bad(checkpoints.numbers(stream.name)[-1], "without a checkpoint to rely on", exc.message)
    try:
        checked = _walk(stream, anchor, tell)
    except _Bad as exc:
        bad, checked = exc, exc.seq - 1
    kept = (anchor.seq, anchor.at) if anchor else (None, None)
    if bad is None:
        return Verdict(stream.name, checked, None, "", "", *kept)
    return Verdict(stream.name, checked, bad.seq, bad.reason, bad.detail, *kept)


def verify_all(*, tell: Callable[[Verdict], None]) -> None:
    """Verify every chain there is, and every chain of which there is a checkpoint."""
    known = set()
    for stream in Stream.objects.order_by("pk").iterator():
        known.add(stream.name)
        tell(verify(stream))
    for name in checkpoints.streams():
        if name not in known:
            tell(Verdict(name, 0, 1, "missing", "There are checkpoints of this chain, and the chain itself is gone."))


def _walk(stream: Stream, anchor: Checkpoint | None, tell: Tell) -> int:
    """The number of events, when all hold. Raises _Bad."""
    head_seq, head, last = _end_of(stream)
    redactions = _Redactions(stream.pk)
    previous, expected = START, 1
    for *values, found in rows(stream.pk, upto=last):
        seq = values[1]
        if seq != expected:
            raise _Bad(expected, "missing") if seq > expected else _Bad(seq, "inserted")
        if seq > head_seq:
            raise _Bad(seq, "inserted", f"The chain's head is at {head_seq}.")
        if keyed(previous.encode() + said(values)) != found and not redactions.say(seq, values):
            raise _Bad(seq, "changed")
        if seq == head_seq and found != head:
            raise _Bad(seq, "changed", "The chain's head has another hash.")
        previous, expected = found, seq + 1
        if seq % PAGE == 0:
            tell(seq, last)
    _hold_against_head(last, head_seq, anchor)
    _hold_against(stream, anchor)
    return last


def _hold_against_head(last: int, head_seq: int, anchor: Checkpoint | None) -> None:
    if last < head_seq:
        raise _Bad(last + 1, "cut off", f"The chain's head is at {head_seq}.")
    if anchor and last < anchor.seq:
        raise _Bad(last + 1, "cut off", f"The checkpoint of {anchor.at} is at {anchor.seq}.")


def _hold_against(stream: Stream, anchor: Checkpoint | None) -> None:
    """Where the newest checkpoint does not hold, the last that does says how much of the chain is as it was."""
    if anchor is None or checkpoints.holds(stream, anchor):
        return
    kept = checkpoints.numbers(stream.name)
    at = bisect_left(kept, True, key=lambda seq: not checkpoints.holds(stream, checkpoints.read(stream.name, seq)))
    since = kept[at - 1] if at else 0
    detail = f"Between {since} and {kept[at]} it is not the chain of the checkpoints any more."
    raise _Bad(since + 1, "replaced", detail)


def _end_of(stream: Stream) -> tuple[int, str, int]:
    """Number and hash of the head, and the highest number of a row, all as of one moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last_seq, head, COALESCE((SELECT max(seq) FROM core_event WHERE stream_id = s.id), 0)"
            " FROM core_stream s WHERE s.id = %s",
            [stream.pk],
        )
        return cursor.fetchone()


def rows(stream_id: int, *, upto: int) -> Iterator[tuple[Any, ...]]:
    """The values of `CHAINED` and the hash of each row, in order. A number of nought or less comes first."""
    after = -(2**62)
    found = Event.objects.filter(stream_id=stream_id, seq__lte=upto).order_by("seq").values_list(*CHAINED, "hash")
    while page := list(found.filter(seq__gt=after)[:PAGE]):
        yield from page
        after = page[-1][1]


class _Redactions:
    """What the chain says of rows whose names were erased: read only once a row is met that needs it."""

    def __init__(self, stream_id: int) -> None:
        self._stream_id = stream_id
        self._seals: dict[int, str] = {}

    def say(self, seq: int, values: list[Any]) -> bool:
        """Whether the row is what its erasure left of it. Asked again, since one may have come meanwhile."""
        seal = keyed(b"redacted" + said(values))
        if self._seals.get(seq) == seal:
            return True
        self._read()
        return self._seals.get(seq) == seal

    def _read(self) -> None:
        found = Event.objects.filter(stream_id=self._stream_id, type=LEDGER_REDACTED).order_by("seq")
        for data in found.values_list("data", flat=True).iterator():
            self._seals.update(dict(data.get("rows", [])))
