"""Loading the demo: one process at a time."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.management.commands import load_demo
from core.models import Event, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def other():
    """Another process's connection to the same database."""
    found = connection.copy()
    yield found
    with found.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")  # closed, it only goes back to the pool
    found.close()


def takes_turn(other):
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [load_demo._LOCK])
        return cursor.fetchone()[0]


def test_a_second_one_at_once_is_refused_and_writes_nothing(other):
    assert takes_turn(other)

    with pytest.raises(CommandError, match="being built already"):
        call_command("load_demo")

    assert not User.objects.exists()
    assert not Event.objects.exists()


def test_once_one_has_ended_the_next_has_its_turn(other, monkeypatch):
    def stuck():
        assert not takes_turn(other)
        raise load_demo.DemoStuck("Nobody works")

    monkeypatch.setattr(load_demo, "cast", stuck)

    with pytest.raises(CommandError, match="not complete"):
        call_command("load_demo")

    assert takes_turn(other)
