"""The ledger: every way of tampering is found at the right place, and nothing honest is taken for one."""

import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from core import events, ledger, operations
from core.errors import Conflict, NotAllowed
from core.ledger import checkpoints
from core.ledger.jobs import CHECKPOINT, keep_scheduled
from core.models import Event, FailedSignIn, Job, Schedule, Stream, User
from projects.models import Project
from projects.operations import add_member
from projects.roles import Role
from tests.drain import drain, fire
from tests.factories import make_member, make_project, make_user, now


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.LEDGER_CHECKPOINTS_URL = f"file://{tmp_path / 'checkpoints'}"
    return tmp_path / "checkpoints"


@pytest.fixture
def stream(db):
    """A chain of ten events, with checkpoints at the fourth and the eighth."""
    project = make_project()
    stream = Stream.objects.get(pk=project.pk)
    for number in range(2, 11):
        record(project, number=number)
        if number in (4, 8):
            ledger.keep(stream, now=now())
    stream.refresh_from_db()
    return stream


def record(project, **data):
    with transaction.atomic():
        return events.record("test.happened", project, by=None, **data)


def tamper(*statements):
    """Past the triggers, as whoever owns the database can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER USER")
        for statement, values in statements:
            cursor.execute(statement, values)
        cursor.execute("ALTER TABLE core_event ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER core_event_no_truncate")


def hash_anew(stream, *, since):
    """As somebody who has the key: every hash from there on, and the head."""
    rows = list(Event.objects.filter(stream=stream).order_by("seq"))
    previous = "0" * 64
    for event in rows:
        digest = events.chain_hash(previous, event) if event.seq >= since else event.hash
        tamper(("UPDATE core_event SET hash = %s WHERE id = %s", [digest, event.pk]))
        previous = digest
    Stream.objects.filter(pk=stream.pk).update(head=previous, last_seq=rows[-1].seq)


def found(stream):
    verdict = ledger.verify(Stream.objects.get(pk=stream.pk))
    return verdict.first_bad_seq, verdict.reason


def test_an_honest_chain_holds(stream):
    verdict = ledger.verify(stream)

    assert (verdict.is_intact, verdict.checked, verdict.anchored_seq) == (True, 10, 8)


@pytest.mark.parametrize(
    "change",
    ["actor_label = 'x'", "at = 'x'", "data = '{}'", "subject_label = 'x'", "type = 'x'", "salt = ''", "hash = 'x'"],
)
def test_an_edited_row_is_found(stream, change):
    tamper((f"UPDATE core_event SET {change} WHERE stream_id = %s AND seq = 5", [stream.pk]))

    assert found(stream) == (5, "changed")


def test_a_deleted_row_is_found(stream):
    tamper(("DELETE FROM core_event WHERE stream_id = %s AND seq = 5", [stream.pk]))

    assert found(stream) == (5, "missing")


def test_swapped_rows_are_found(stream):
    swap = "UPDATE core_event SET seq = CASE seq WHEN 5 THEN 106 ELSE 105 END WHERE stream_id = %s AND seq IN (5, 6)"
    tamper(
        (swap, [stream.pk]), ("UPDATE core_event SET seq = seq - 100 WHERE stream_id = %s AND seq > 100", [stream.pk])
    )

    assert found(stream) == (5, "changed")


@pytest.mark.parametrize(("seq", "reason"), [(0, "inserted"), (6, "changed"), (11, "inserted")])
def test_an_inserted_row_is_found(stream, seq, reason):
    """In the middle everything after it moves on, so that the numbers have no gap and no double."""
    away = "UPDATE core_event SET seq = seq + 1001 WHERE stream_id = %s AND seq >= %s"
    back = "UPDATE core_event SET seq = seq - 1000 WHERE stream_id = %s AND seq > 1000"
    moved = [(away, [stream.pk, seq]), (back, [stream.pk])] if seq == 6 else []
    copied = (
        "INSERT INTO core_event (stream_id, seq, type, subject_type, subject_id, subject_label, actor_label, at, data,"
        " request_id, salt, hash) SELECT stream_id, %s, type, subject_type, subject_id, subject_label, actor_label, at,"
        " data, request_id, salt, hash FROM core_event WHERE stream_id = %s AND seq = 5"
    )
    tamper(*moved, (copied, [seq, stream.pk]))

    assert found(stream) == (seq, reason)


def test_a_row_that_was_hashed_anew_without_the_key_is_found(stream, settings):
    key, settings.EVENT_KEY = settings.EVENT_KEY, "guessed"
    tamper(("UPDATE core_event SET actor_label = 'x' WHERE stream_id = %s AND seq = 5", [stream.pk]))
    hash_anew(stream, since=5)
    settings.EVENT_KEY = key

    assert found(stream) == (5, "changed")


def test_a_row_that_was_hashed_anew_with_the_key_is_found_by_the_checkpoints(stream):
    tamper(("UPDATE core_event SET actor_label = 'x' WHERE stream_id = %s AND seq = 5", [stream.pk]))
    hash_anew(stream, since=5)

    assert found(stream) == (5, "replaced")
    with pytest.raises(ledger.Broken, match="none was added"):
        ledger.keep(stream, now=now())


def test_a_tail_that_was_cut_with_its_head_is_found_by_the_checkpoint(stream):
    tamper(("DELETE FROM core_event WHERE stream_id = %s AND seq > 6", [stream.pk]))
    hash_anew(stream, since=100)

    assert found(stream) == (7, "cut off")


def test_a_tail_that_was_cut_without_its_head_is_found_by_itself(stream):
    tamper(("DELETE FROM core_event WHERE stream_id = %s AND seq > 9", [stream.pk]))

    assert found(stream) == (10, "cut off")


def test_an_older_copy_of_the_tables_that_went_on_is_found(stream):
    tamper(("DELETE FROM core_event WHERE stream_id = %s AND seq > 5", [stream.pk]))
    hash_anew(stream, since=100)
    project = Project.objects.get(pk=stream.pk)
    for number in range(20):
        record(project, number=number)

    verdict = ledger.verify(Stream.objects.get(pk=stream.pk))

    assert (verdict.first_bad_seq, verdict.reason) == (5, "replaced")
    assert "Between 4 and 8" in verdict.detail


def test_a_chain_that_is_gone_is_found_by_its_checkpoints(stream, capsys):
    name = stream.name
    Stream.objects.filter(pk=stream.pk).update(name="OTHER")

    with pytest.raises(CommandError, match=name):
        call_command("verify_ledger")
    assert f"{name}: 0 events, missing at 1" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["{}", "not json", "", '{"checkpoint": {"seq": 8}, "signature": "00"}'])
def test_a_checkpoint_that_is_not_ours_is_not_relied_on(stream, folder, content):
    path = folder / stream.name / f"{8:020d}.json"
    path.unlink()
    path.write_text(content)

    assert found(stream) == (8, "without a checkpoint to rely on")


def test_a_checkpoint_of_another_place_is_not_relied_on(stream, folder):
    kept = folder / stream.name
    (kept / f"{9:020d}.json").write_bytes((kept / f"{8:020d}.json").read_bytes())

    assert found(stream) == (9, "without a checkpoint to rely on")


def test_a_checkpoint_is_written_once_and_names_the_one_before(stream, folder):
    assert checkpoints.numbers(stream.name) == [4, 8]
    assert ledger.keep(stream, now=now()).seq == 10
    assert ledger.keep(stream, now=now()) is None
    assert checkpoints.read(stream.name, 10).previous == checkpoints._digest_of(stream.name, 8)

    checkpoints._write(checkpoints._place(stream.name, 10), b"over it")

    assert checkpoints.read(stream.name, 10).seq == 10
    assert [path.name for path in folder.parent.iterdir()] == ["checkpoints"]


def test_checkpoints_in_object_storage(stream, settings):
    settings.LEDGER_CHECKPOINTS_URL = "memory://ledger-test"

    ledger.keep(stream, now=now())
    checkpoints._write(checkpoints._place(stream.name, 10), b"over it")

    assert checkpoints.numbers(stream.name) == [10]
    assert checkpoints.streams() == [stream.name]
    assert ledger.verify(stream).anchored_seq == 10


@pytest.mark.django_db(transaction=True)
def test_fifty_writers_do_not_fork_the_chain():
    project = make_project()

    def write():
        record(project)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(50)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    verdict = ledger.verify(Stream.objects.get(pk=project.pk))

    assert (verdict.is_intact, verdict.checked) == (True, 51)


@pytest.mark.parametrize("number", [-0.0, 0.0, 1.0, 1e15, 1e16, 1e18, -1e17, 1e300, 1e-7, 5e-324, 0.1 + 0.2, 2**63 - 1])
def test_numbers_and_times_survive_the_round_trip(db, number):
    project = make_project()
    event = record(project, value=number, several=[number, {"deep": number}])

    stream = Stream.objects.get(pk=project.pk)

    assert ledger.verify(stream).is_intact
    assert Event.objects.get(pk=event.pk).at == event.at
    assert float(Event.objects.get(pk=event.pk).data["value"]) == float(number)


def test_events_from_before_the_salt_still_hold(stream):
    tamper(("UPDATE core_event SET salt = '' WHERE stream_id = %s", [stream.pk]))
    hash_anew(stream, since=1)
    checkpoints._filesystem().rm(checkpoints._root(), recursive=True)

    assert ledger.verify(stream).is_intact


# --- erasing a person -------------------------------------------------------------------------------------------------


def test_erase_person_takes_the_names_out_and_the_chains_hold(stream):
    project = make_project()
    user = make_user("karla", name="Karla Unique")
    Stream.objects.filter(pk=project.pk).update(name="ERA")
    operations.note_failed_sign_in(username="karla", address="192.0.2.7", now=now())
    operations.note_sign_in(user=user, address="192.0.2.8")

    add_member(project=project, user=user, role=Role.ENGINEER, by=project.created_by, now=now())
    with transaction.atomic():
        events.record("test.happened", project, by=user, text="not about Karla Unique")
    streams = [Stream.objects.get(pk=project.pk), Stream.objects.get(pk=events.instance_stream_id())]
    heads = [ledger.keep(one, now=now()) for one in streams]

    changed = operations.erase_person(user=user, by=None)

    for one, head in zip(streams, heads, strict=True):
        verdict = ledger.verify(Stream.objects.get(pk=one.pk))
        assert verdict.is_intact, verdict
        assert checkpoints.holds(one, head)
    assert changed == 4
    left = [f"{e.actor_label} {e.subject_label} {e.data}" for e in Event.objects.exclude(type="test.happened")]
    assert not [text for text in left if "karla" in text.casefold() or "192.0.2" in text]
    user.refresh_from_db()
    assert (user.is_active, user.name, user.username) == (False, "Erased person", f"erased-{user.pk}")
    assert not FailedSignIn.objects.filter(username="karla").exists()


def test_an_erased_row_that_is_changed_again_is_found(stream):
    project = make_project()
    user = make_member(project, Role.ENGINEER)
    with transaction.atomic():
        events.record("test.happened", project, by=user)
    operations.erase_person(user=user, by=None)
    seq = Event.objects.get(stream_id=project.pk, type="test.happened").seq
    tamper(("UPDATE core_event SET actor_label = 'x' WHERE stream_id = %s AND seq = %s", [project.pk, seq]))

    assert found(Stream.objects.get(pk=project.pk)) == (seq, "changed")


def test_the_database_lets_an_erasure_change_nothing_else(stream):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL throughline.erasing = 'on'")
        with pytest.raises(DatabaseError, match="append-only"):
            cursor.execute("UPDATE core_event SET type = 'x' WHERE stream_id = %s AND seq = 5", [stream.pk])


def test_erase_person_by_anybody_but_an_administrator_is_refused(db):
    user = make_user()

    with pytest.raises(NotAllowed, match="administrator"):
        operations.erase_person(user=user, by=make_user())
    assert User.objects.get(pk=user.pk).is_active


def test_erase_person_last_administrator_is_refused(db):
    user = make_user(is_admin=True)

    with pytest.raises(Conflict, match="last administrator"):
        operations.erase_person(user=user, by=user)
    assert not Event.objects.filter(type=events.LEDGER_REDACTED).exists()


def test_a_slot_of_the_schedule_writes_the_checkpoints(transactional_db, folder):

    project = make_project()
    keep_scheduled()
    keep_scheduled()
    Schedule.objects.filter(kind=CHECKPOINT).update(next_at=now() - timedelta(seconds=1))

    fire()
    drain()

    assert Schedule.objects.filter(kind=CHECKPOINT).count() == 1
    assert checkpoints.latest(Stream.objects.get(pk=project.pk).name).seq == 1


def slot(*, ago=timedelta(seconds=1)):
    """Fire the schedule's next slot, and do its work."""
    Schedule.objects.filter(kind=CHECKPOINT).update(next_at=now() - ago)
    fire()
    drain()
    return Job.objects.filter(kind=CHECKPOINT).latest("pk")


def test_a_minute_after_a_chain_grew_it_has_a_checkpoint_and_others_are_left_alone(transactional_db, monkeypatch):
    quiet, busy = make_project(), make_project()
    keep_scheduled()
    assert Schedule.objects.get(kind=CHECKPOINT).every_seconds == 60
    slot()
    record(busy)
    looked_at = []
    monkeypatch.setattr(checkpoints, "keep", lambda stream, now: looked_at.append(stream.pk))

    slot()
    slot()

    assert looked_at == [busy.pk]
    monkeypatch.setattr("core.ledger.jobs.LOOKED_AGAIN_S", -1)
    slot()
    assert quiet.pk in looked_at


def test_the_schedules_own_jobs_do_not_pile_up(transactional_db):
    make_project()
    keep_scheduled()
    first = slot(ago=timedelta(days=2))
    before = Event.objects.count()

    last = slot()

    assert (first.state, last.state) == ("succeeded", "succeeded")
    assert list(Job.objects.filter(kind=CHECKPOINT)) == [last]
    assert Event.objects.count() == before, "it is routine"


def test_a_broken_chain_is_told_once_an_hour(transactional_db, folder, monkeypatch):
    project = make_project()
    keep_scheduled()
    slot()
    record(project)
    [path] = (folder / Stream.objects.get(pk=project.pk).name).iterdir()
    path.write_text("{}")

    states = [slot().state for _ in range(3)]
    monkeypatch.setattr("core.ledger.jobs.LOOKED_AGAIN_S", 0)

    assert states == ["failed", "succeeded", "succeeded"]
    assert slot().state == "failed"
    assert Event.objects.filter(type=events.JOB_FAILED).count() == 2
