"""Unpacking an archive that somebody sent: into one folder, plain files only, with limits while it goes.

Names are checked before anything is written, and bytes are counted as they come out, so that neither `../` nor a bomb
gets further than its first member.
"""

import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.child import Anticipated

CHUNK = 1024 * 1024
MAX_MEMBERS = 2_000_000
MAX_NAME = 1000
MAX_DEPTH = 64
# Text files of metrics shrink a hundredfold; nothing honest shrinks much more.
MAX_RATIO = 200
ALWAYS_ALLOWED = 100 * 1024 * 1024

SQLITE = b"SQLite format 3\x00"


@dataclass
class Budget:
    """What may still come out."""

    size: int
    members: int = MAX_MEMBERS

    def spend(self, size: int) -> None:
        self.size -= size
        if self.size < 0:
            raise Anticipated("too_large", "Unpacked, the archive is larger than is allowed, so it was not read.")

    def count(self) -> None:
        self.members -= 1
        if self.members < 0:
            raise Anticipated("too_many_members", f"The archive has more than {MAX_MEMBERS:,} members.")


def unpack(archive: Path, target: Path, *, max_bytes: int) -> None:
    """Unpack a zip or a tar (plain or gzip), or place a SQLite file, into the folder `target`.

    Raises Anticipated: `unreadable_archive`, `unsafe_archive` (a name that leads outside, a link, a device),
    `too_large`, `too_many_members`.
    """
    target.mkdir()
    budget = Budget(min(max_bytes, ALWAYS_ALLOWED + archive.stat().st_size * MAX_RATIO))
    try:
        with archive.open("rb") as source:
            magic = source.read(16)
        if magic == SQLITE:
            with archive.open("rb") as source:
                _write(source, target / "mlflow.db", budget)
        elif zipfile.is_zipfile(archive):
            _unzip(archive, target, budget)
        else:
            _untar(archive, target, budget)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, NotImplementedError, RuntimeError) as error:
        raise Anticipated(
            "unreadable_archive", f"This is no zip, tar.gz or SQLite file that can be read: {error}."
        ) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise Anticipated("unreadable_archive", f"The archive is damaged: {error}.") from error


def _unzip(archive: Path, target: Path, budget: Budget) -> None:
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist():
            budget.count()
            mode = member.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _unsafe(member.filename, "it is a link or a device")
            place = _place(target, member.filename)
            if place is None or member.is_dir():
                continue
            with opened.open(member) as source:
                _write(source, place, budget)


def _untar(archive: Path, target: Path, budget: Budget) -> None:
    with tarfile.open(archive, mode="r|*") as opened:
        for member in _members(opened):
            budget.count()
            if not (member.isreg() or member.isdir()):
                raise _unsafe(member.name, "it is a link or a device")
            place = _place(target, member.name)
            source = opened.extractfile(member) if member.isreg() else None
            if place is not None and source is not None:
                _write(source, place, budget)


def _members(opened: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """One after the other, without keeping them."""
    while (member := opened.next()) is not None:
        opened.members = []  # type: ignore[attr-defined]  # else a tar of a million members stays in memory
        yield member


def _place(target: Path, name: str) -> Path | None:
    """Where a member goes; None for the archive's own root. Raises Anticipated."""
    if len(name) > MAX_NAME or "\0" in name or "\\" in name:
        raise _unsafe(name, f"its name has more than {MAX_NAME} characters, a backslash or a NUL")
    if name.startswith("/") or (len(name) > 1 and name[1] == ":"):
        raise _unsafe(name, "its name is absolute")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or len(parts) > MAX_DEPTH:
        raise _unsafe(name, "its name leads outside, or too deep")
    return target.joinpath(*parts) if parts else None


def _write(source: IO[bytes], place: Path, budget: Budget) -> None:
    """A name given twice, or a file where a folder is, is refused: the second would hide the first."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as sink:
            while chunk := source.read(CHUNK):
                budget.spend(len(chunk))
                sink.write(chunk)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise _unsafe(place.name, "it stands twice in the archive") from None


def _unsafe(name: str, reason: str) -> Anticipated:
    return Anticipated("unsafe_archive", f"The archive was not read, because of its member {name[:80]!r}: {reason}.")
