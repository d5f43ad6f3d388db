"""The blob store: bytes known by their SHA-256, whole or absent.

On a local disk a blob is written beside its place, synced, renamed, and the directory synced; only then is its row
written. Object storage gives the same by its own atomic puts. Nobody outside chooses a path.

Keeping a blob and removing it exclude each other by a lock for each digest, which whoever keeps it holds until the end
of the transaction: see `core/sweeping.py`.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO, BinaryIO, Protocol

import fsspec
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Now

from core.errors import DomainError, NotFound, TooLarge
from core.models import Blob

CHUNK = 1024 * 1024
# How old `kept_at` may be before keeping the same bytes again writes it: often enough for the grace of the sweep.
KEPT_AGAIN = timedelta(hours=1)


class Readable(Protocol):
    """What gives bytes until there are none."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Part:
    """A part of an upload that was kept, numbered from 1."""

    number: int
    digest: str
    size: int


class StorageFull(DomainError):
    """There is no room for the bytes; nothing was kept."""

    status = 507
    default_code = "insufficient_storage"


def put_file(source: Readable) -> Blob:
    """Keep everything that `source` yields from here on. Returns its blob; the same bytes give the same blob.

    Raises StorageFull.
    """
    with _spooled(source) as (path, digest, size):
        return _keep(path, digest, size)


def put_part(upload: str, number: int, source: Readable, *, most: int) -> Part:
    """Keep one part of an upload beside the blobs, until it is joined or dropped. Raises StorageFull, TooLarge.

    The same part with other bytes lies beside the earlier one; whoever joins them says which counts.
    """
    with _spooled(source, most=most) as (path, digest, size):
        part = Part(number=number, digest=digest, size=size)
        _put_in_place(path, _part_place(upload, part))
    return part


def join_parts(upload: str, parts: Iterable[Part]) -> Blob:
    """Keep these parts, one after the other, as one blob. Raises NotFound, StorageFull."""
    with Joined([_part_place(upload, part) for part in parts]) as source:
        return put_file(source)


def drop_parts(upload: str) -> None:
    """Remove whatever was kept of an upload."""
    with contextlib.suppress(FileNotFoundError):
        _filesystem().rm(_upload_place(upload), recursive=True)


class Joined(contextlib.ExitStack):
    """Files in the store, read one after the other as if they were one."""

    def __init__(self, places: Iterable[str]) -> None:
        super().__init__()
        self._waiting = iter(places)
        self._current: IO[bytes] | None = None

    def read(self, size: int) -> bytes:
        """At most `size` bytes, and none only at the very end. Raises NotFound when a file is gone."""
        while True:
            if self._current is None and not self._open_next():
                return b""
            assert self._current is not None
            if chunk := self._current.read(size):
                return chunk
            self._current = None

    def _open_next(self) -> bool:
        place = next(self._waiting, None)
        if place is None:
            return False
        self.close()  # the one before it
        try:
            self._current = self.enter_context(_filesystem().open(place, "rb"))
        except FileNotFoundError:
            raise NotFound("A part of this upload is no longer kept: begin it anew.") from None
        return True


def put_bytes(data: bytes) -> Blob:
    """Keep these bytes. Raises StorageFull."""
    with _spooled_bytes(data) as (path, digest, size):
        return _keep(path, digest, size)


def put_path(path: Path) -> Blob:
    """Keep a copy of this file. Raises StorageFull."""
    with path.open("rb") as source:
        return put_file(source)


def open_blob(digest: str) -> BinaryIO:
    """The blob's bytes. Raises NotFound."""
    try:
        return _filesystem().open(_place(digest), "rb")
    except FileNotFoundError:
        raise NotFound(f"There is no file with digest {digest[:12]}.") from None


def read_blob(digest: str) -> bytes:
    with open_blob(digest) as source:
        return source.read()


def copy_to(digest: str, target: Path) -> Path:
    """Put the blob's bytes at `target`: a hard link where the store is on the same disk, else a copy."""
    if _is_local():
        with contextlib.suppress(OSError):
            os.link(_place(digest), target)
            return target
    with open_blob(digest) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, CHUNK)
    return target


@contextlib.contextmanager
def local_path(digest: str) -> Iterator[Path]:
    """A path at which the blob's bytes can be read while the block lasts."""
    if _is_local():
        path = Path(_place(digest))
        if not path.exists():
            raise NotFound(f"There is no file with digest {digest[:12]}.")
        yield path
        return
    with tempfile.TemporaryDirectory(dir=_spool_dir()) as folder, _folder_in_use(folder):
        yield copy_to(digest, Path(folder) / "blob")


# --- keeping and removing -------------------------------------------------------------------------------------------


@transaction.atomic
def _keep(path: Path, digest: str, size: int) -> Blob:
    _lock(digest, "pg_advisory_xact_lock_shared")
    place = _place(digest)
    if not _filesystem().exists(place):
        _put_in_place(path, place)
    blob, _ = Blob.objects.get_or_create(digest=digest, defaults={"size": size})
    Blob.objects.filter(digest=digest, kept_at__lt=Now() - KEPT_AGAIN).update(kept_at=Now())
    return blob


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
            _filesystem().rm(_place(digest))
        except FileNotFoundError:
            return False
    return True


def stored() -> Iterator[list[str]]:
    """The digests of all files in the store, in lots."""
    filesystem, root = _filesystem(), _root()
    for first in range(256):
        with contextlib.suppress(FileNotFoundError):
            names = (path.rsplit("/", 1)[-1] for path in filesystem.find(f"{root}/{first:02x}"))
            yield [name for name in names if DIGEST.fullmatch(name)]


def stored_at(digest: str) -> datetime:
    """When the file was written. Raises NotFound."""
    try:
        return _aware(_filesystem().modified(_place(digest)))
    except FileNotFoundError:
        raise NotFound(f"There is no file with digest {digest[:12]}.") from None


def remove_spooled(*, before: datetime, is_trial: bool = False) -> int:
    """Remove what was spooled before then and is in nobody's hands: whoever spooled it was killed. Returns how many."""
    removed = 0
    for path in _spool_dir().iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before.timestamp() and not _is_in_use(path):
                removed += 1
                if not is_trial:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
    return removed


def _is_in_use(path: Path) -> bool:
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


DIGEST = re.compile(r"[0-9a-f]{64}")


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _lock(digest: str, function: str) -> bool:
    """The digest's lock until the transaction ends: shared by those who keep it, alone for who removes it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [f"blob:{digest}"])
        return cursor.fetchone()[0] is not False


# --- what names a blob ----------------------------------------------------------------------------------------------

Teller = Callable[[Collection[str]], Iterable[str]]
"""Of these digests, those that are named."""

_fields: set[tuple[type[models.Model], str]] = set()
_tellers: list[Teller] = []


def names_blobs(model: type[models.Model], field: str) -> None:
    """Register a field that holds digests of blobs. A foreign key to them needs no registration."""
    _fields.add((model, field))


def tells_names(teller: Teller) -> Teller:
    """Register who knows of digests that stand in no field of their own."""
    _tellers.append(teller)
    return teller


def naming_fields() -> set[tuple[type[models.Model], str]]:
    """Every field that names blobs: the foreign keys, and what was registered."""
    keys = {
        (model, field.attname)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is Blob
    }
    return keys | _fields


def named(digests: Collection[str]) -> set[str]:
    """Of these digests, those that anything names."""
    found: set[str] = set()
    for model, field in naming_fields():
        rows = model._base_manager.filter(**{f"{field}__in": digests})
        found.update(rows.values_list(field, flat=True))
    for teller in _tellers:
        found.update(teller(digests))
    return found & set(digests)


# --- places ---------------------------------------------------------------------------------------------------------


def _put_in_place(path: Path, place: str) -> None:
    filesystem = _filesystem()
    filesystem.makedirs(os.path.dirname(place), exist_ok=True)
    if not _is_local():
        filesystem.put_file(str(path), place)
        return
    os.chmod(path, 0o644)
    os.rename(path, place)
    _sync_directory(Path(place).parent)


@contextlib.contextmanager
def _spooled(source: Readable, *, most: int | None = None) -> Iterator[tuple[Path, str, int]]:
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=_spool_dir())
    path = Path(name)
    try:
        with open(handle, "wb") as sink, _in_use(handle):
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if most is not None and size > most:
                    raise TooLarge(f"It is larger than the {most} bytes that are allowed.")
                sink.write(chunk)
            sink.flush()
            os.fsync(sink.fileno())
            yield path, digest.hexdigest(), size
    except OSError as exc:
        if exc.errno == 28:  # ENOSPC
            raise StorageFull("There is no room left for files. Nothing was kept.") from exc
        raise
    finally:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _in_use(handle: int) -> Iterator[None]:
    """The sweep leaves it alone meanwhile, however old it is. The lock goes with the process, whatever kills that."""
    fcntl.flock(handle, fcntl.LOCK_SH)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextlib.contextmanager
def _folder_in_use(folder: str) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with _in_use(handle):
            yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _spooled_bytes(data: bytes) -> Iterator[tuple[Path, str, int]]:
    with tempfile.SpooledTemporaryFile(max_size=CHUNK) as source:
        source.write(data)
        source.seek(0)
        with _spooled(source) as spooled:
            yield spooled


def _place(digest: str) -> str:
    """Where a blob lies: two levels of folders, so that no folder grows too large."""
    root = _root()
    return f"{root}/{digest[:2]}/{digest[2:4]}/{digest}"


def _upload_place(upload: str) -> str:
    return f"{_root()}/uploads/{upload}"


def _part_place(upload: str, part: Part) -> str:
    return f"{_upload_place(upload)}/{part.number}-{part.digest}"


def _spool_dir() -> Path:
    """Beside the blobs when they are local, so that the rename stays on one file system."""
    folder = Path(_root()) / "incoming" if _is_local() else settings.DATA_DIR / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _is_local() -> bool:
    return settings.STORAGE_URL.startswith("file://")


def _root() -> str:
    return fsspec.core.url_to_fs(settings.STORAGE_URL)[1].rstrip("/")


@lru_cache(maxsize=4)
def _filesystem_of(url: str) -> fsspec.AbstractFileSystem:
    return fsspec.core.url_to_fs(url)[0]


def _filesystem() -> fsspec.AbstractFileSystem:
    return _filesystem_of(settings.STORAGE_URL)


def _sync_directory(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
