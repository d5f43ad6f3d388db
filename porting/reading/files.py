"""Where a source keeps its artifacts, and getting at them: on a disk below known folders, or behind its own server."""

import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from mlflow.store.artifact.mlflow_artifacts_repo import MlflowArtifactsRepository

MAX_FILES = 100_000
MAX_DEPTH = 64
# How many bytes may lie downloaded before whoever keeps them has taken them.
MAX_AHEAD = 64 * 1024 * 1024

_TAIL = re.compile(r"[^/]+/(?:models/)?[^/]+/artifacts/?$")


@dataclass(frozen=True)
class Found:
    """A file of an owner: its artifact path, its size if that is known, and what fetches it."""

    path: str
    size: int
    place: Any


class OutOfReach(Exception):
    """The owner's files cannot be read, and the sentence says why."""


class Files(Protocol):
    def listing(self, uri: str) -> list[Found]:
        """Every file below an artifact URI. Raises OutOfReach."""
        ...

    def fetch(self, found: Found) -> Path:
        """Where the file's bytes lie now."""
        ...


@dataclass(frozen=True)
class LocalFiles:
    """Files in and below `roots`, wherever the URIs say that they once lay. Nothing outside of them is ever read."""

    roots: tuple[Path, ...]

    def listing(self, uri: str) -> list[Found]:
        folder = self._folder(uri)
        if folder is None:
            return []
        return list(_within(_walk(folder, folder, 0)))

    def fetch(self, found: Found) -> Path:
        return Path(found.place)

    def _folder(self, uri: str) -> Path | None:
        """The folder that the URI means. None when there is none: whoever logged no file has no folder."""
        parts = urlsplit(uri)
        if parts.scheme not in ("", "file", "mlflow-artifacts"):
            raise OutOfReach(f"its files lie at {parts.scheme}://{parts.netloc}, which is not part of this source")
        path = unquote(parts.path)
        tail = _TAIL.search(path)
        tries: Iterable[Path] = [Path(path)] if parts.scheme != "mlflow-artifacts" else []
        if tail:
            below = tail[0].strip("/")
            bases = ("", "mlruns", "mlartifacts", "mlruns/.trash", ".trash")
            tries = [*tries, *(root / base / below for root in self.roots for base in bases)]
        return next((found for one in tries if (found := self._inside(one)) is not None), None)

    def _inside(self, path: Path) -> Path | None:
        """The real folder, if it is one and lies in a root."""
        real = Path(os.path.realpath(path))
        return real if real.is_dir() and any(real.is_relative_to(root) for root in self.roots) else None


def _walk(folder: Path, root: Path, depth: int) -> Iterator[Found]:
    if depth > MAX_DEPTH:
        raise OutOfReach(f"its folders lie more than {MAX_DEPTH} deep")
    for entry in sorted(os.scandir(folder), key=lambda one: one.name):
        if entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _walk(Path(entry.path), root, depth + 1)
        elif entry.is_file():
            yield Found(str(Path(entry.path).relative_to(root)), entry.stat().st_size, entry.path)


def _within(found: Iterable[Found]) -> Iterator[Found]:
    for count, one in enumerate(found):
        if count >= MAX_FILES:
            raise OutOfReach(f"it has more than {MAX_FILES:,} files")
        yield one


@dataclass
class ServedFiles:
    """Files that the tracking server itself serves. Each is downloaded into `work`, from where its keeper takes it."""

    tracking_uri: str
    work: Path
    _count: int = 0
    _ahead: dict[Path, int] = field(default_factory=dict)

    def listing(self, uri: str) -> list[Found]:
        repository = MlflowArtifactsRepository(self._own(uri), tracking_uri=self.tracking_uri)
        return list(_within(self._list(repository, "", 0)))

    def fetch(self, found: Found) -> Path:
        repository, path = found.place
        self._wait()
        self._count += 1
        target = self.work / f"{self._count}"
        repository._download_file(path, str(target))
        self._ahead[target] = target.stat().st_size
        return target

    def _own(self, uri: str) -> str:
        """The URI, if this very server serves it: no other host is ever asked, least of all with our credentials."""
        parts, server = urlsplit(uri), urlsplit(self.tracking_uri)
        if parts.scheme != "mlflow-artifacts" or parts.netloc not in ("", server.netloc):
            shown = f"{parts.scheme or 'a path'}:{f'//{parts.netloc}' if parts.netloc else ''}"
            raise OutOfReach(f"its files lie at {shown[:80]}, and not behind the server's own address")
        return uri

    def _list(self, repository: MlflowArtifactsRepository, path: str, depth: int) -> Iterator[Found]:
        if depth > MAX_DEPTH:
            raise OutOfReach(f"its folders lie more than {MAX_DEPTH} deep")
        for info in repository.list_artifacts(path or None):
            if info.is_dir:
                yield from self._list(repository, info.path, depth + 1)
            else:
                yield Found(info.path, info.file_size or 0, (repository, info.path))

    def _wait(self) -> None:
        """Until most of what was downloaded has been taken; whoever takes a file removes it."""
        while sum(self._ahead.values()) > MAX_AHEAD:
            self._ahead = {path: size for path, size in self._ahead.items() if path.exists()}
            time.sleep(0.02)
