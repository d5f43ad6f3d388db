"""Which processes belong to a data directory: for tests that nothing is left behind."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path


def processes_of(data_dir: Path) -> dict[int, str]:
    """Process id and command line of what names the directory in its command, its environment or its place."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid() and _belongs(entry, os.fsencode(data_dir)):
            found[int(entry.name)] = _read(entry / "cmdline").replace(b"\0", b" ").decode(errors="replace")
    return found


def find(data_dir: Path, words: str) -> int:
    """The one process of the directory whose command line has these words."""
    [pid] = [pid for pid, call in processes_of(data_dir).items() if words in call]
    return pid


def eventually(fact: Callable[[], bool], *, within: float) -> bool:
    deadline = time.monotonic() + within
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _belongs(entry: Path, directory: bytes) -> bool:
    if _is_zombie(entry):
        return False
    place = b""
    with contextlib.suppress(OSError):
        place = os.fsencode((entry / "cwd").readlink())
    return directory in _read(entry / "cmdline") or directory in _read(entry / "environ") or directory in place


def _is_zombie(entry: Path) -> bool:
    return _read(entry / "stat").rpartition(b")")[2].split()[:1] == [b"Z"]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
