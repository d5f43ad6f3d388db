"""Writes about inboxes and notifications."""

from inbox.operations.channels import remove_channel, set_channel
from inbox.operations.expiring import note_expiring
from inbox.operations.marks import bring_back, mark_done, mark_read, mark_unread, snooze
from inbox.operations.notifications import News, notify
from inbox.operations.preferences import set_preferences, unsubscribe
from inbox.operations.sending import send_due

__all__ = [
    "News",
    "bring_back",
    "mark_done",
    "mark_read",
    "mark_unread",
    "note_expiring",
    "notify",
    "remove_channel",
    "send_due",
    "set_channel",
    "set_preferences",
    "snooze",
    "unsubscribe",
]
