"""Where blobs lie, on a local disk or in object storage."""

import os
from functools import lru_cache
from pathlib import Path

import fsspec
from django.conf import settings


def place_of(digest: str) -> str:
    """Where a blob lies: two levels of folders, so that no folder grows too large."""
    return f"{root()}/{digest[:2]}/{digest[2:4]}/{digest}"


def put_in_place(path: Path, place: str) -> None:
    """Move a file that is whole there. On a local disk it is there after a power cut, or is not at all."""
    filesystem().makedirs(os.path.dirname(place), exist_ok=True)
    if not is_local():
        filesystem().put_file(str(path), place)
        return
    os.chmod(path, 0o644)
    os.rename(path, place)
    _sync_directory(Path(place).parent)


def is_local() -> bool:
    return settings.STORAGE_URL.startswith("file://")


def root() -> str:
    """The folder that holds all of it."""
    return fsspec.core.url_to_fs(settings.STORAGE_URL)[1].rstrip("/")


@lru_cache(maxsize=4)
def _filesystem_of(url: str) -> fsspec.AbstractFileSystem:
    return fsspec.core.url_to_fs(url)[0]


def filesystem() -> fsspec.AbstractFileSystem:
    return _filesystem_of(settings.STORAGE_URL)


def _sync_directory(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
