"""Blobs are kept, read and removed."""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from django.db import connection, transaction
from django.db.models.functions import Now

from core.errors import NotFound
from core.models import Blob
from core.storage.places import filesystem, is_local, place_of, put_in_place, root
from core.storage.spool import CHUNK, Readable, folder_in_use, spool_dir, spooled

# How old `kept_at` may be before keeping the same bytes again writes it: often enough for the grace of the sweep.
KEPT_AGAIN = timedelta(hours=1)
DIGEST = re.compile(r"[0-9a-f]{64}")


def put_file(source: Readable) -> Blob:
    """Keep everything that `source` yields from here on. Returns its blob; the same bytes give the same blob.

    Raises StorageFull.
    """
    with spooled(source) as (path, digest, size):
        return _keep(path, digest, size)


def put_bytes(data: bytes) -> Blob:
    """Keep these bytes. Raises StorageFull."""
    return put_file(BytesIO(data))


def put_path(path: Path) -> Blob:
    """Keep a copy of this file. Raises StorageFull."""
    with path.open("rb") as source:
        return put_file(source)


@transaction.atomic
def _keep(path: Path, digest: str, size: int) -> Blob:
    _lock(digest, "pg_advisory_xact_lock_shared")
    place = place_of(digest)
    if not filesystem().exists(place):
        put_in_place(path, place)
    blob, _ = Blob.objects.get_or_create(digest=digest, defaults={"size": size})
    Blob.objects.filter(digest=digest, kept_at__lt=Now() - KEPT_AGAIN).update(kept_at=Now())
    return blob


def open_blob(digest: str) -> BinaryIO:
    """The blob's bytes. Raises NotFound."""
    try:
        return filesystem().open(place_of(digest), "rb")
    except FileNotFoundError:
        raise NotFound(f"There is no file with digest {digest[:12]}.") from None


def read_blob(digest: str) -> bytes:
    with open_blob(digest) as source:
        return source.read()


def copy_to(digest: str, target: Path) -> Path:
    """Put the blob's bytes at `target`: a hard link where the store is on the same disk, else a copy."""
    if is_local():
        with contextlib.suppress(OSError):
            os.link(place_of(digest), target)
            return target
    with open_blob(digest) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, CHUNK)
    return target


@contextlib.contextmanager
def local_path(digest: str) -> Iterator[Path]:
    """A path at which the blob's bytes can be read while the block lasts."""
    if is_local():
        path = Path(place_of(digest))
        if not path.exists():
            raise NotFound(f"There is no file with digest {digest[:12]}.")
        yield path
        return
    with tempfile.TemporaryDirectory(dir=spool_dir()) as folder, folder_in_use(folder):
        yield copy_to(digest, Path(folder) / "blob")


def remove_blob(digest: str, *, kept_before: datetime, is_named: Callable[[str], bool]) -> bool:
    """Remove a blob that was last kept before then and that nothing names; whether it was removed.

    Whoever keeps it meanwhile holds its lock, and it stays; who names it without that is refused, for there is no row.
    The file goes once it is certain that the row is gone: what is named has its file, whatever dies meanwhile.
    """
    with transaction.atomic():
        if not _lock(digest, "pg_try_advisory_xact_lock"):
            return False
        old = Blob.objects.filter(digest=digest, kept_at__lt=kept_before)
        blob = old.select_for_update(skip_locked=True).first()
        if blob is None or is_named(digest):
            return False
        blob.delete()
    return remove_stray(digest)


def remove_stray(digest: str) -> bool:
    """Remove the file of a blob that is not there, or no longer; whether there was one to remove."""
    with transaction.atomic():
        if not _lock(digest, "pg_try_advisory_xact_lock") or Blob.objects.filter(digest=digest).exists():
            return False
        try:
            filesystem().rm(place_of(digest))
        except FileNotFoundError:
            return False
    return True


def stored() -> Iterator[list[str]]:
    """The digests of all files in the store, in lots."""
    for first in range(256):
        with contextlib.suppress(FileNotFoundError):
            names = (path.rsplit("/", 1)[-1] for path in filesystem().find(f"{root()}/{first:02x}"))
            yield [name for name in names if DIGEST.fullmatch(name)]


def stored_at(digest: str) -> datetime:
    """When the file was written. Raises NotFound."""
    try:
        return _aware(filesystem().modified(place_of(digest)))
    except FileNotFoundError:
        raise NotFound(f"There is no file with digest {digest[:12]}.") from None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _lock(digest: str, function: str) -> bool:
    """The digest's lock until the transaction ends: shared by those who keep it, alone for who removes it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [f"blob:{digest}"])
        return cursor.fetchone()[0] is not False
