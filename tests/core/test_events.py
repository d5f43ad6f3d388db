"""The log: numbered without gaps, chained, append-only, and told to handlers once."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from core import events, ledger
from core.enums import DeliveryState
from core.models import Delivery, Event, Stream
from tests.factories import make_project, make_user


def record(project, **data):
    with transaction.atomic():
        return events.record("test.happened", project, by=None, **data)


@pytest.mark.django_db
def test_record_outside_a_transaction_is_refused():
    class Fake:
        in_atomic_block = False

    original, events.connection = events.connection, Fake()
    try:
        with pytest.raises(events.OutsideTransaction):
            events.record("test.happened", make_user(), by=None)
    finally:
        events.connection = original


@pytest.mark.django_db
def test_record_numbers_each_project_from_one():
    first, second = make_project(), make_project()

    record(first)
    record(second)

    assert [e.seq for e in events.after(stream_id=first.pk, seq=0)] == [1, 2]
    assert [e.seq for e in events.after(stream_id=second.pk, seq=1)] == [2]


@pytest.mark.django_db(transaction=True)
def test_record_by_parallel_writers_leaves_no_gap():
    project = make_project()

    def write():
        for _ in range(10):
            record(project)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]

    assert [e.seq for e in events.after(stream_id=project.pk, seq=0)] == list(range(1, 62))
    assert ledger.verify(Stream.objects.get(pk=project.pk)).is_intact


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE core_event SET type = 'x'", "DELETE FROM core_event"])
def test_event_change_refused_by_the_database(statement):
    make_project()

    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_event_truncate_refused_by_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_event ENABLE TRIGGER core_event_no_truncate")
        with pytest.raises(DatabaseError, match="append-only"):
            cursor.execute("TRUNCATE core_event CASCADE")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("attack", "bad_seq"),
    [
        ("UPDATE core_event SET actor_label = 'somebody else' WHERE stream_id = %s AND seq = 2", 2),
        ("DELETE FROM core_event WHERE stream_id = %s AND seq = 2", 2),
        ("DELETE FROM core_event WHERE stream_id = %s AND seq = 4", 4),
        ("UPDATE core_event SET seq = CASE seq WHEN 2 THEN 103 ELSE 102 END WHERE stream_id = %s AND seq IN (2, 3)", 2),
    ],
)
def test_verify_finds_an_attack_past_the_triggers(attack, bad_seq):
    project = make_project()
    for number in range(3):
        record(project, number=number)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER core_event_no_change")
        cursor.execute(attack, [project.pk])

    verdict = ledger.verify(Stream.objects.get(pk=project.pk))

    assert verdict.first_bad_seq == bad_seq


@pytest.fixture
def handled():
    """A handler of "test.happened" for one test: it notes the events, and raises while `fails` is set."""

    class Noted(list):
        fails = False

    noted = Noted()

    @events.on("test.happened")
    def note(event: Event) -> None:
        Stream.objects.filter(pk=event.stream_id).update(name=f"noted-{event.seq}")
        if noted.fails:
            raise ValueError("not today")
        noted.append(event.seq)

    yield noted
    del events._handlers["test.happened"]


@pytest.mark.django_db
def test_deliver_runs_the_handler_once(handled):
    event = record(make_project())
    delivery = Delivery.objects.get(event=event)

    took_effect = [events.deliver(delivery.pk, now=datetime.now(UTC)) for _ in range(2)]

    assert took_effect == [True, False]
    assert handled == [event.seq]


@pytest.mark.django_db
def test_a_handler_that_does_not_want_an_event_gets_no_delivery():
    @events.on("test.happened", when=lambda event: event.data["matters"])
    def note(event: Event) -> None: ...

    try:
        project = make_project()
        record(project, matters=False)
        wanted = record(project, matters=True)
    finally:
        del events._handlers["test.happened"]

    assert [one.event_id for one in Delivery.objects.filter(event__type="test.happened")] == [wanted.pk]


@pytest.mark.django_db
def test_deliver_failure_leaves_nothing_but_the_error(handled):
    handled.fails = True
    project = make_project()
    delivery = Delivery.objects.get(event=record(project))

    events.deliver(delivery.pk, now=datetime.now(UTC))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.error) == ("pending", 1, "ValueError: not today")
    assert Stream.objects.get(pk=project.pk).name == project.key


@pytest.mark.django_db
def test_deliver_gives_up_and_can_be_redelivered(handled):
    handled.fails = True
    delivery = Delivery.objects.get(event=record(make_project()))
    for _ in range(events.MAX_DELIVERY_ATTEMPTS):
        events.deliver(delivery.pk, now=datetime.now(UTC))
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DEAD

    handled.fails = False
    events.redeliver(delivery, now=datetime.now(UTC))

    assert events.deliver(delivery.pk, now=datetime.now(UTC))
