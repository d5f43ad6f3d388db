"""Rows as the page shows them."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from inbox.enums import Group, Show
from inbox.rows import Inbox, Row

ICONS = {
    Group.DECIDE: "gavel",
    Group.ASSIGNED: "list-todo",
    Group.MENTIONS: "message-square",
    Group.ALERTS: "bell",
    Group.EXPIRING: "hourglass",
}


# So many of each group stand on the page, so that the last group is not out of sight; one group alone is shown whole.
MOST = 25


def groups(found: Inbox, show: Show, *, now: datetime, only: Group | None = None) -> list[dict[str, Any]]:
    """Those that hold something, in the order of the page; `only`: that one, whole."""
    shown = [only] if only else list(Group)
    return [_group(group, rows, show, now, is_alone=bool(only)) for group in shown if (rows := found.of(group))]


def _group(group: Group, rows: list[Row], show: Show, now: datetime, *, is_alone: bool) -> dict[str, Any]:
    most = len(rows) if is_alone else MOST
    follow = reverse("inbox:follow")
    return {
        "group": group,
        "icon": ICONS[group],
        "count": len(rows),
        "rows": [_shown(row, now, follow) for row in rows[:most]],
        "folded": " ".join(row.key for row in rows[most:]),
        "all_url": address(show, group),
        "less_url": address(show) if is_alone else "",
    }


def address(show: Show, group: Group | None = None, **more: str) -> str:
    """Of the page that shows these."""
    said = ({} if show == Show.OPEN else {"show": show}) | ({"group": group} if group else {}) | more
    return reverse("inbox:inbox") + (f"?{urlencode(said)}" if said else "")


def _shown(row: Row, now: datetime, follow: str) -> dict[str, Any]:
    return {
        "row": row,
        "id": row.key.replace(":", "-"),
        "href": f"{follow}?{urlencode({'key': row.key})}",
        "news": news(row),
        "due": due(row, now),
    }


def news(row: Row) -> str:
    """How large the difference is since the person last looked or decided."""
    if row.changes is None or (row.changes == 0 and row.is_unread):
        return ""
    if row.changes == 0:
        return "unchanged since you looked"
    return f"{row.changes} change{'s' if row.changes > 1 else ''} since you looked"


def due(row: Row, now: datetime) -> str:
    """How its age stands against its day."""
    if row.due_at is None:
        return ""
    days = (row.due_at.date() - now.date()).days
    if row.is_overdue or days < 0:
        return f"{max(-days, 1)} d overdue"
    return "today" if days == 0 else f"{days} d left"
