"""The blob store: bytes known by their SHA-256, whole or absent.

On a local disk a blob is written beside its place, synced, renamed, and the directory synced; only then is its row
written. Object storage gives the same by its own atomic puts. Nobody outside chooses a path.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, BinaryIO, Protocol

import fsspec
from django.conf import settings

from core.errors import DomainError, NotFound, TooLarge
from core.models import Blob

CHUNK = 1024 * 1024


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
    with tempfile.TemporaryDirectory(dir=_spool_dir()) as folder:
        yield copy_to(digest, Path(folder) / "blob")


def _keep(path: Path, digest: str, size: int) -> Blob:
    place = _place(digest)
    if not _filesystem().exists(place):
        _put_in_place(path, place)
    blob, _ = Blob.objects.get_or_create(digest=digest, defaults={"size": size})
    return blob


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
    path = Path(tempfile.mkstemp(dir=_spool_dir())[1])
    try:
        with path.open("wb") as sink:
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
