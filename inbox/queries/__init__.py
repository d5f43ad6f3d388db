"""What stands in a person's inbox: computed from the records at this moment."""

from datetime import datetime

from core.errors import NotFound
from core.models import User
from inbox.enums import Group, Show
from inbox.models import Preferences, ProjectChannel
from inbox.queries import decisions, gates, marks, watch, work
from inbox.queries.marks import print_of
from inbox.queries.person import Person, person_of
from inbox.rows import Inbox, Row
from projects.models import Project

__all__ = [
    "Person",
    "channel_of",
    "counts",
    "inbox",
    "person_of",
    "preferences_of",
    "print_of",
    "row_with_key",
]


def inbox(user: User, *, now: datetime, show: Show | None = Show.OPEN, only_project: int | None = None) -> Inbox:
    """The rows (all of them with `show=None`); in each group what is to be decided first stands first. The number of
    queries is the same for one project and for fifty."""
    person = person_of(user, now=now, only_project=only_project)
    asked, (reviews, others) = gates.asked_of(person), decisions.reviews(person)
    elsewhere = sorted([*gates.elsewhere(person, asked), *others], key=lambda one: one.since)
    return Inbox(_rows(person, asked, reviews, show=show, only_project=only_project), elsewhere)


def counts(user: User, *, now: datetime, only_project: int | None = None) -> dict[str, int]:
    """Open rows by group, `total`, and how many of them are `unread`. Every open page asks for it again and again: it
    is the inbox without what others are waited for."""
    person = person_of(user, now=now, only_project=only_project)
    reviews, _ = decisions.reviews(person)
    found = Inbox(_rows(person, gates.asked_of(person), reviews, show=Show.OPEN, only_project=only_project), [])
    by_group = {str(group): len(found.of(group)) for group in Group}
    return by_group | {"total": len(found.rows), "unread": found.unread}


def row_with_key(user: User, key: str, *, now: datetime, only_project: int | None = None) -> Row:
    """Whether it is open, done or put off. Raises NotFound."""
    found = inbox(user, now=now, show=None, only_project=only_project).rows
    for row in found:
        if row.key == key:
            return row
    raise NotFound("There is no such row in your inbox: it may be settled by now.")


def preferences_of(user: User) -> Preferences:
    """As they stand; what was never set is what everybody begins with, and not stored."""
    return Preferences.objects.select_related("user").filter(user=user).first() or Preferences(user=user)


def channel_of(project: Project) -> ProjectChannel | None:
    return ProjectChannel.objects.filter(project=project).first()


def _rows(
    person: Person, asked: list[gates.Asked], reviews: list[Row], *, show: Show | None, only_project: int | None
) -> list[Row]:
    """Marked, as many as `show` shows; a token of one project sees no row that is of none."""
    decide = [
        *gates.rows(person, asked),
        *gates.fallen(person, asked),
        *reviews,
        *decisions.acceptances(person),
        *decisions.kill_criteria(person),
        *decisions.objections(person),
        *decisions.ratings(person),
        *decisions.drafted_policies(person),
    ]
    decide.sort(key=lambda row: (row.due_at is None, row.due_at or row.since, row.key))
    rows = [*decide, *work.assigned(person), *watch.mentions(person), *watch.alerts(person), *watch.expiring(person)]
    if only_project is not None:
        rows = [row for row in rows if row.project_id is not None]
    marks.mark(person, rows)
    return [row for row in rows if _is_shown(row, show)]


def _is_shown(row: Row, show: Show | None) -> bool:
    if show is None:
        return True
    if row.is_done:
        return show == Show.DONE
    if row.snoozed_until:
        return show == Show.SNOOZED
    return show == Show.OPEN
