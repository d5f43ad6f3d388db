"""One readable log: a line names the part that wrote it; the terminal and a file get the same."""

import asyncio
import contextlib
import queue
import re
import sys
import threading
from pathlib import Path
from typing import TextIO

_COLOURS = {
    "web": 36,
    "worker": 35,
    "scheduler": 34,
    "postgres": 32,
    "valkey": 33,
    "migrate": 90,
    "demo": 95,
    "serve": 1,
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LONGEST_LINE = 16 * 1024
_FILE_LIMIT = 5 * 1024 * 1024
_KEPT_FILES = 3
_WIDTH = 9


class Console:
    """Writes lines to the terminal and to `log/throughline.log`.

    A terminal that is paused or gone must not pause the service: lines for it wait in a bounded queue, and are dropped
    when it is full; the file has them all.
    """

    def __init__(self, data_dir: Path, *, terminal: TextIO = sys.stdout) -> None:
        self._terminal = terminal
        self._coloured = terminal.isatty()
        self._file = _open_log(data_dir / "log")
        self._queue: queue.Queue[str | None] = queue.Queue(maxsize=5000)
        self._writer = threading.Thread(target=self._feed_terminal, daemon=True)
        self._writer.start()

    def write(self, part: str, line: str, *, private: bool = False) -> None:
        """One line of one part. Control characters are escaped: no line can colour the terminal or pretend to be two.

        A private line (a setup link, a demo password) is for the terminal only.
        """
        line = _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", line)
        name = f"{part:<{_WIDTH}} | "
        if not private:
            self._file.write(f"{name}{line}\n")
            self._file.flush()
        if self._coloured:
            name = f"\x1b[{_COLOURS.get(part, 37)}m{name}\x1b[0m"
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(f"{name}{line}\n")

    async def copy(self, stream: asyncio.StreamReader, part: str, *, private: bool = False) -> None:
        """Write what comes out of a part until it ends; a line without end is written in pieces."""
        rest = b""
        while chunk := await stream.read(64 * 1024):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self.write(part, line.decode(errors="replace").rstrip(), private=private)
        if rest:
            self.write(part, rest.decode(errors="replace").rstrip(), private=private)

    def close(self) -> None:
        """Give the terminal a second to take the last lines."""
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)
        self._writer.join(1)
        self._file.close()

    def _feed_terminal(self) -> None:
        while (line := self._queue.get()) is not None:
            with contextlib.suppress(OSError, ValueError):  # it is gone; the file has the line
                self._terminal.write(line)
                self._terminal.flush()


def _open_log(directory: Path) -> TextIO:
    """The log file; at a start that finds it long, older ones move up by a number and the oldest goes."""
    directory.mkdir(mode=0o700, exist_ok=True)
    path = directory / "throughline.log"
    if path.exists() and path.stat().st_size > _FILE_LIMIT:
        for number in range(_KEPT_FILES, 1, -1):
            with contextlib.suppress(FileNotFoundError):
                path.with_suffix(f".log.{number - 1}").rename(path.with_suffix(f".log.{number}"))
        path.rename(path.with_suffix(".log.1"))
    return path.open("a", encoding="utf-8", errors="replace")
