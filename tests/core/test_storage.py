"""Blobs: whole or absent, the same bytes once."""

import errno
import hashlib
import io
import os

import pytest

from core import storage
from core.errors import NotFound
from core.models import Blob

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.STORAGE_URL = f"file://{tmp_path}/blobs"


def test_put_file_keeps_the_bytes_under_their_digest():
    blob = storage.put_file(io.BytesIO(b"some bytes"))

    assert blob.digest == hashlib.sha256(b"some bytes").hexdigest()
    assert storage.read_blob(blob.digest) == b"some bytes"
    assert blob.size == 10


def test_put_file_same_bytes_same_blob():
    assert storage.put_bytes(b"twice") == storage.put_bytes(b"twice")
    assert Blob.objects.count() == 1


def test_put_file_leaves_no_file_open():
    storage.put_bytes(b"what it needs from now on")
    before = os.listdir("/proc/self/fd")

    for number in range(5):
        storage.put_bytes(b"%d" % number)

    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_put_file_that_breaks_off_leaves_nothing(tmp_path):
    class Broken(io.BytesIO):
        def read(self, *args):
            raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        storage.put_file(Broken())

    assert Blob.objects.count() == 0
    assert [p for p in (tmp_path / "blobs").rglob("*") if p.is_file()] == []


def test_put_file_without_room_is_a_sentence():
    class Full(io.BytesIO):
        def read(self, *args):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(storage.StorageFull):
        storage.put_file(Full())


def test_open_blob_that_is_missing():
    with pytest.raises(NotFound):
        storage.open_blob("0" * 64)


def test_copy_to_and_local_path_give_the_bytes(tmp_path):
    blob = storage.put_bytes(b"abc")

    assert storage.copy_to(blob.digest, tmp_path / "copy").read_bytes() == b"abc"
    with storage.local_path(blob.digest) as path:
        assert path.read_bytes() == b"abc"


def test_object_storage_keeps_the_same_promises(settings):
    settings.STORAGE_URL = "memory://store"

    blob = storage.put_bytes(b"far away")

    with storage.local_path(blob.digest) as path:
        assert path.read_bytes() == b"far away"
