"""What is on its way into the store: bytes in files of their own, until they are whole."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings

from core.errors import DomainError, TooLarge
from core.storage.places import is_local, root

CHUNK = 1024 * 1024


class Readable(Protocol):
    """What gives bytes until there are none."""

    def read(self, size: int, /) -> bytes: ...


class StorageFull(DomainError):
    """There is no room for the bytes; nothing was kept."""

    status = 507
    default_code = "insufficient_storage"


@contextlib.contextmanager
def spooled(source: Readable, *, most: int | None = None) -> Iterator[tuple[Path, str, int]]:
    """All bytes of `source` in a file that is synced, with their digest and number, while the block lasts.

    Raises StorageFull, and TooLarge beyond `most` bytes.
    """
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=spool_dir())
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
def folder_in_use(folder: str) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with _in_use(handle):
            yield
    finally:
        os.close(handle)


def spool_dir() -> Path:
    """Beside the blobs when they are local, so that the rename stays on one file system."""
    folder = Path(root()) / "incoming" if is_local() else settings.DATA_DIR / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def remove_spooled(*, before: datetime, is_trial: bool = False) -> int:
    """Remove what was spooled before then and is in nobody's hands: whoever spooled it was killed. Returns how many."""
    removed = 0
    for path in spool_dir().iterdir():
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
