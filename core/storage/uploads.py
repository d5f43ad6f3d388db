"""Uploads in parts, which become one blob."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from core.errors import NotFound
from core.models import Blob
from core.storage.blobs import put_file
from core.storage.places import filesystem, put_in_place, root
from core.storage.spool import Readable, spooled


@dataclass(frozen=True)
class Part:
    """A part of an upload that was kept, numbered from 1."""

    number: int
    digest: str
    size: int


def put_part(upload: str, number: int, source: Readable, *, most: int) -> Part:
    """Keep one part of an upload beside the blobs, until it is joined or dropped. Raises StorageFull, TooLarge.

    The same part with other bytes lies beside the earlier one; whoever joins them says which counts.
    """
    with spooled(source, most=most) as (path, digest, size):
        part = Part(number=number, digest=digest, size=size)
        put_in_place(path, _part_place(upload, part))
    return part


def join_parts(upload: str, parts: Iterable[Part]) -> Blob:
    """Keep these parts, one after the other, as one blob. Raises NotFound, StorageFull."""
    with Joined([_part_place(upload, part) for part in parts]) as source:
        return put_file(source)


def drop_parts(upload: str) -> None:
    """Remove whatever was kept of an upload."""
    with contextlib.suppress(FileNotFoundError):
        filesystem().rm(_upload_place(upload), recursive=True)


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
            self._current = self.enter_context(filesystem().open(place, "rb"))
        except FileNotFoundError:
            raise NotFound("A part of this upload is no longer kept: begin it anew.") from None
        return True


def _upload_place(upload: str) -> str:
    return f"{root()}/uploads/{upload}"


def _part_place(upload: str, part: Part) -> str:
    return f"{_upload_place(upload)}/{part.number}-{part.digest}"
