"""A person's marks on their rows, and how much happened since they last looked."""

from collections.abc import Sequence

from django.db.models import Count, Q

from core.models import Event
from inbox.models import Mark
from inbox.queries.gates import of_evidence
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
    looked = [row for row in rows if row.about and row.seen_seq is not None and row.project_id]
    gates = [row for row in looked if row.about and row.about[0] == "gate"]
    things = [row for row in looked if row not in gates]
    evidence = of_evidence() & _since(gates)
    by_stream = dict(Event.objects.filter(evidence).values_list("stream").annotate(Count("pk")) if gates else [])
    named = ("stream", "subject_type", "subject_id")
    counted = Event.objects.filter(_since(things)).values_list(*named).annotate(Count("pk")) if things else []
    by_thing = {(stream, kind, id): count for stream, kind, id, count in counted}
    for row in gates:
        row.changes = by_stream.get(row.project_id, 0)
    for row in things:
        assert row.about is not None
        row.changes = by_thing.get((row.project_id, *row.about), 0)


def _since(rows: Sequence[Row]) -> Q:
    """What happened in these rows' projects, to what they are about, since the person saw it."""
    wanted = Q(pk=None)
    for row in rows:
        assert row.about is not None
        kind, id = row.about
        later = Q(stream=row.project_id, seq__gt=row.seen_seq)
        wanted |= later if kind == "gate" else later & Q(subject_type=kind, subject_id=id)
    return wanted
