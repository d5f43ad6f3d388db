"""Snapshot before + events = snapshot after, for every operation: each is walked, or says why not."""

import pytest

from tests.guards.test_operations import APPS, operations
from tests.walk.calls import WALKED

_OWN = "a person's own, which no page of a project shows"
_INSTANCE = "of the instance, whose events no page of a project hears"

NOT_WALKED = {
    "core": {
        _OWN: "change_password change_settings create_token revoke_token",
        _INSTANCE: "create_user erase_person",
    },
    "experiments": {
        "spans come many a second: what they belong to is told by itself, and a trace is read as it was loaded": (
            "log_spans"
        ),
    },
    "inbox": {
        _OWN: "bring_back mark_done mark_read mark_unread set_preferences snooze",
    },
    "projects": {
        "the pages of a project that does not exist yet are open nowhere": "create_project",
    },
}


@pytest.mark.parametrize("app", APPS)
def test_every_operation_is_walked_or_says_why_not(app):
    there = {name.partition(".")[2] for name, _ in operations() if name.startswith(f"{app}.")}
    walked = {name.split()[0] for one, calls, _ in WALKED if one == app for name in calls}
    excused = [name for names in NOT_WALKED.get(app, {}).values() for name in names.split()]

    assert sorted([*walked, *excused]) == sorted(there)
