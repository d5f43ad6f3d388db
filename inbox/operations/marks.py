"""What a person does with the rows of their inbox. It is theirs alone, and no event: a ledger of decisions is no record
of who has read what."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from core.errors import Invalid
from core.models import Stream, User
from inbox import queries
from inbox.models import Mark
from inbox.rows import Row

MOST_SNOOZED = timedelta(days=366)


@transaction.atomic
def mark_done(*, row: Row, by: User) -> Mark:
    """Off the list, until it is another matter: something about it changed."""
    return _marked(row, by, read_print=queries.print_of(row), done_print=queries.print_of(row), snoozed_until=None)


@transaction.atomic
def snooze(*, row: Row, until: datetime, by: User, now: datetime) -> Mark:
    """Off the list until then. Raises Invalid."""
    if not now < until <= now + MOST_SNOOZED:
        last = (now + MOST_SNOOZED).date()
        raise Invalid(
            f"Put it off until a moment after now and by {last}: got {until.isoformat()}.", field="until", code="range"
        )
    return _marked(row, by, snoozed_until=until, done_print="")


@transaction.atomic
def mark_read(*, row: Row, by: User) -> Mark:
    """Seen as it is now: changes are counted from here."""
    return _marked(row, by, read_print=queries.print_of(row))


@transaction.atomic
def mark_unread(*, row: Row, by: User) -> Mark:
    mark, _ = Mark.objects.update_or_create(user=by, key=row.key, defaults={"read_print": "", "done_print": ""})
    return mark


@transaction.atomic
def bring_back(*, row: Row, by: User) -> Mark:
    """Done or put off, it stands on the list again."""
    mark, _ = Mark.objects.update_or_create(user=by, key=row.key, defaults={"done_print": "", "snoozed_until": None})
    return mark


def _marked(row: Row, by: User, **values: Any) -> Mark:
    streams = Stream.objects.filter(pk=row.project_id) if row.project_id else Stream.objects.none()
    seen = streams.values_list("last_seq", flat=True).first()
    mark, _ = Mark.objects.update_or_create(user=by, key=row.key, defaults=values | {"seen_seq": seen})
    return mark
