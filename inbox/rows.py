"""A row of an inbox."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from inbox.enums import Group


@dataclass
class Row:
    """`key` names it for good; `print` is another when it has become another matter. `changes` counts what happened to
    it since the person last looked or decided; None: they never did. An address of which there may be hundreds is
    resolved when it is read: the figure that every page asks for reads none."""

    key: str
    group: Group
    what: str
    title: str
    url: str | Promise
    since: datetime
    print: str = ""
    detail: str = ""
    by: str = ""
    project_id: int | None = None
    project_key: str = ""
    project_name: str = ""
    tier: int | None = None
    due_at: datetime | None = None
    is_overdue: bool = False
    changes: int | None = None
    is_unread: bool = True
    is_done: bool = False
    snoozed_until: datetime | None = None
    seen_seq: int | None = None
    """The last event that the person has seen of it; changes are counted from there."""
    about: tuple[str, str] | None = None
    """Subject type and id whose events are changes of it; ("gate", ...) for anything that a gate rests on."""


@dataclass(frozen=True)
class Elsewhere:
    """What the team waits for from others."""

    title: str
    url: str
    who: str
    since: datetime
    project_name: str


@dataclass(frozen=True)
class Inbox:
    rows: list[Row]
    elsewhere: list[Elsewhere]

    def of(self, group: Group) -> list[Row]:
        return [row for row in self.rows if row.group == group]

    @property
    def unread(self) -> int:
        return sum(row.is_unread for row in self.rows)
