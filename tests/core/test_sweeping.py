"""Files that nothing names: removed after a day, and never one that is named."""

import io
import os
import threading
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from core import jobs, storage, sweeping
from core.errors import NotFound
from core.jobs import database_now
from core.models import Blob, Job
from core.storage.places import place_of
from core.sweeping import Swept
from experiments.models import Artifact
from models_registry.models import Comparison
from tests.drain import drain, fire
from tests.experiments.factories import make_run, put
from tests.factories import make_project, now
from tests.models_registry.factories import make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.STORAGE_URL = f"file://{tmp_path}/blobs"


def keep(data=b"bytes", *, days=2):
    """Bytes that were kept some days ago."""
    blob = storage.put_bytes(data)
    Blob.objects.filter(digest=blob.digest).update(kept_at=database_now() - timedelta(days=days))
    return blob.digest


def sweep(**later):
    return sweeping.sweep(now=database_now() + timedelta(**later))


def is_there(digest):
    try:
        storage.open_blob(digest).close()
    except NotFound:
        return False
    return Blob.objects.filter(digest=digest).exists()


def comes_to_be(condition, *, within_s=30):
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if condition():
            return True
    return False


def test_what_nothing_names_goes_after_a_day():
    old, new = keep(b"old"), keep(b"new", days=0)

    assert sweep() == Swept(files=1, bytes=3)

    assert (is_there(old), is_there(new)) == (False, True)
    assert not os.path.exists(place_of(old))
    assert sweep() == Swept()
    assert storage.put_bytes(b"old").digest == old
    assert is_there(old)


def test_what_is_kept_again_has_its_day_again():
    digest = keep()

    storage.put_bytes(b"bytes")

    assert sweep() == Swept()
    assert is_there(digest)


def test_what_is_named_stays():
    artifact = put(make_run(), "notes.txt", b"bytes")
    version = make_version(make_project())
    holdout = keep(b"holdout")
    Comparison.objects.create(project=version.project, challenger=version, holdout_digest=holdout, created_at=now())

    sweep(days=2)

    assert is_there(artifact.blob_id)
    assert is_there(holdout)
    assert all(is_there(digest) for digest in Blob.objects.values_list("digest", flat=True))
    Comparison.objects.all().delete()
    Artifact.objects.filter(pk=artifact.pk).delete()
    assert sweep(days=2).files == 2
    assert not is_there(artifact.blob_id)


def test_an_export_of_the_ledger_is_named_as_long_as_exports_are_kept(settings):
    digest = keep(b"archive", days=50)
    job = Job(kind="export_ledger", queue="quick", state="succeeded", result={"digest": digest}, due_at=now())
    job.created_at = now()
    job.finished_at = now() - timedelta(days=29)
    job.save()

    assert sweep() == Swept()
    settings.EXPORT_KEEP_DAYS = 7
    assert sweep() == Swept(files=1, bytes=7)


def test_a_file_that_nobody_knows_of_goes_after_a_day(tmp_path):
    digest = keep(b"stray")
    Blob.objects.all().delete()
    other = tmp_path / "blobs" / "incoming" / "half"
    other.write_bytes(b"half")

    assert sweep() == Swept()
    os.utime(place_of(digest), (0, 0))
    assert sweep() == Swept(strays=1)

    assert not os.path.exists(place_of(digest))
    assert other.exists()


def test_what_was_spooled_by_a_process_that_was_killed_goes_after_a_day(tmp_path, capsys):
    keep(days=0)
    spool = tmp_path / "blobs" / "incoming"
    left, new, folder = spool / "left", spool / "new", spool / "folder"
    folder.mkdir()
    for path in (left, new, folder / "blob"):
        path.write_bytes(b"half")
    for path in (left, folder):
        os.utime(path, (0, 0))

    call_command("sweep_files", "--dry-run")
    assert "2 that nobody knows of: would be removed." in capsys.readouterr().out
    assert sweep() == Swept(strays=2)

    assert list(spool.iterdir()) == [new]
    assert sweep() == Swept()


def test_what_is_being_spooled_stays_however_long_it_takes(tmp_path):
    spool, found = tmp_path / "blobs" / "incoming", []

    class Slow(io.BytesIO):
        def read(self, *args):
            (path,) = spool.iterdir()
            os.utime(path, (0, 0))
            found.append(sweep())
            return super().read(*args)

    blob = storage.put_file(Slow(b"slow"))

    assert found == [Swept(), Swept()]
    assert storage.read_blob(blob.digest) == b"slow"
    assert list(spool.iterdir()) == []


def test_a_copy_that_is_being_read_stays(tmp_path, settings):
    settings.STORAGE_URL, settings.DATA_DIR = "memory://spooled", tmp_path
    blob = storage.put_bytes(b"far")

    with storage.local_path(blob.digest) as path:
        os.utime(path.parent, (0, 0))
        assert sweep() == Swept()
        assert path.read_bytes() == b"far"
    assert list((tmp_path / "incoming").iterdir()) == []


def test_by_command_at_once_or_only_to_be_told(capsys):
    digest = keep()

    call_command("sweep_files", "--dry-run")
    assert "1 files of 5 bytes that nothing names, 0 that nobody knows of: would be removed." in capsys.readouterr().out
    assert is_there(digest)
    call_command("sweep_files")

    assert "5 bytes that nothing names, 0 that nobody knows of: removed." in capsys.readouterr().out
    assert not is_there(digest)


@pytest.mark.django_db(transaction=True)
def test_it_is_swept_every_day():
    digest = keep()

    jobs.keep_scheduled()
    fire()
    drain()

    job = Job.objects.get(kind="sweep_files")
    assert (job.state, job.result) == ("succeeded", {"files": 1, "bytes": 5, "strays": 0})
    assert not is_there(digest)


def swept_meanwhile():
    """What a sweep without grace removes, beside the transaction that is open here."""
    found = []
    one = threading.Thread(target=lambda: (found.append(sweep(days=2)), connection.close()))
    one.start()
    one.join(60)
    return found[0]


@pytest.mark.django_db(transaction=True)
def test_who_keeps_bytes_holds_them_until_their_transaction_ends():
    digest = keep(days=0)

    with transaction.atomic():
        storage.put_bytes(b"bytes")
        assert swept_meanwhile() == Swept()

    assert is_there(digest)
    assert swept_meanwhile() == Swept(files=1, bytes=5)


@pytest.mark.django_db(transaction=True)
def test_who_names_what_they_did_not_keep_is_refused_rather_than_left_without_the_file():
    run, digest = make_run(), keep()

    @transaction.atomic
    def name():
        Artifact.objects.create(project=run.project, root="somewhere", path="a", size=5, blob_id=digest)
        assert swept_meanwhile() == Swept(files=1, bytes=5)

    with pytest.raises(IntegrityError):
        name()

    assert not Artifact.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_blob_that_is_named_is_never_without_its_file():
    """One keeps and names the same bytes over and over, and lets go of them; two sweep without any grace.

    In every fifth round the first waits until the bytes are gone, so that the others win as well, however fast it is.
    """
    run, rounds, missing, left = make_run(), 150, [], []
    row = {"project": run.project, "root": "somewhere", "path": "a", "size": 5}
    digest, over = keep(), threading.Event()

    def name():
        try:
            for number in range(rounds):
                with transaction.atomic():
                    artifact = Artifact.objects.create(blob=storage.put_bytes(b"bytes"), **row)
                if not is_there(digest):
                    missing.append(number)
                artifact.delete()
                if number % 5 == 0 and not comes_to_be(lambda: not is_there(digest)):
                    left.append(number)
        finally:
            over.set()
            connection.close()

    def forget():
        while not over.is_set():
            later = database_now() + timedelta(days=1)
            storage.remove_blob(digest, kept_before=later, is_named=lambda one: bool(storage.named([one])))
            storage.remove_stray(digest)
        connection.close()

    threads = [threading.Thread(target=act) for act in (name, forget, forget)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(240)

    assert over.is_set()
    assert (missing, left) == ([], [])
