"""Rows as the page shows them."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from inbox.enums import Group
from inbox.rows import Inbox, Row

ICONS = {
    Group.DECIDE: "gavel",
    Group.ASSIGNED: "list-todo",
    Group.MENTIONS: "message-square",
    Group.ALERTS: "bell",
    Group.EXPIRING: "hourglass",
}


def groups(found: Inbox, *, now: datetime) -> list[dict[str, Any]]:
    """Those that hold something, in the order of the page."""
    return [
        {"group": group, "icon": ICONS[group], "rows": [_shown(row, now) for row in found.of(group)]}
        for group in Group
        if found.of(group)
    ]


def _shown(row: Row, now: datetime) -> dict[str, Any]:
    return {
        "row": row,
        "id": row.key.replace(":", "-"),
        "href": f"{reverse('inbox:follow')}?{urlencode({'key': row.key})}",
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
