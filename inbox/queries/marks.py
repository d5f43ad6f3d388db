"""A person's marks on their rows, and how much happened since they last looked."""

from collections.abc import Sequence

from inbox.models import Mark
from inbox.queries import later
from inbox.queries.person import Person
from inbox.rows import Row


def mark(person: Person, rows: Sequence[Row]) -> None:
    """Say of each row whether it was read, done or put off, and what changed since. Two queries."""
    marks = {one.key: one for one in Mark.objects.filter(user=person.user, key__in=[row.key for row in rows])}
    for row in rows:
        if row.key in marks:
            _seen(row, marks[row.key])
    _count_changes(rows)
    for row in rows:
        found = marks.get(row.key)
        if found is not None:
            _apply(row, found, person)


def _seen(row: Row, mark: Mark) -> None:
    """The later of the person's last look and their last verdict."""
    if mark.seen_seq is not None:
        row.seen_seq = max(mark.seen_seq, row.seen_seq or 0)


def _apply(row: Row, mark: Mark, person: Person) -> None:
    print_now = print_of(row)
    row.is_unread = mark.read_print != print_now or bool(row.changes)
    row.is_done = mark.done_print == print_now and not row.changes
    if mark.snoozed_until and mark.snoozed_until > person.now:
        row.snoozed_until = mark.snoozed_until


def print_of(row: Row) -> str:
    """Never empty: an empty one means that there is no such mark."""
    return f"={row.print}"


def _count_changes(rows: Sequence[Row]) -> None:
    """Two queries, however many rows there are."""
    looked = [(row, row.project_id, *row.about, row.seen_seq) for row in rows if row.about and row.project_id]
    seen = [(row, stream, kind, id, seq) for row, stream, kind, id, seq in looked if seq is not None]
    by_stream = later.evidence({stream: seq for _, stream, kind, _, seq in seen if kind == "gate"})
    by_thing = later.changes({(stream, kind, id): seq for _, stream, kind, id, seq in seen if kind != "gate"})
    for row, stream, kind, id, _ in seen:
        found = by_stream.get(stream)
        row.changes = (found.events if found else 0) if kind == "gate" else by_thing.get((stream, kind, id), 0)
