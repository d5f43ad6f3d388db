"""Running a pure module as a limited child process, and reading what it says line by line."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

MAX_LINE_BYTES = 4 * 1024 * 1024
STDERR = "stderr.txt"
STDERR_TAIL = 4000
_NO_MEMORY = (
    "MemoryError",
    "Unable to allocate",
    "bad_alloc",
    "malloc of size",
    "failed to map segment",
    "Cannot allocate memory",
)


@dataclass(eq=False)
class ChildFailed(Exception):
    """The child could not do it; trying again would end the same way."""

    code: str
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Child:
    """One child: which module, where, and its limits.

    It runs in a session of its own, dies with this process, sees no credentials in its environment, and cannot use
    more address space or time than it was given.
    """

    module: str
    cwd: Path
    timeout_s: float
    memory_mb: int

    def messages(self, spec: dict[str, Any], *, stop: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        """Start it, give it the spec, and yield its messages. Ends early when `stop()` becomes true.

        Raises ChildFailed: `timeout`, `out_of_memory`, `crashed`, or what the child itself says it failed of.
        """
        process = self._start()
        lines = _pump(process, spec)
        try:
            deadline = time.monotonic() + self.timeout_s
            while True:
                if stop():
                    return
                if time.monotonic() > deadline:
                    raise ChildFailed("timeout", f"It was stopped after its limit of {self.timeout_s:g} seconds.")
                with contextlib.suppress(queue.Empty):
                    line = lines.get(timeout=0.2)
                    if line is None:
                        break
                    message = _parse(line)
                    if message["t"] == "error":
                        raise self._failure(message)
                    yield message
            self._explain(process)
        finally:
            _kill_group(process)
            _drain(lines)

    def _start(self) -> subprocess.Popen[bytes]:
        """No code of ours runs between fork and exec (this process has threads): the child limits itself."""
        with (self.cwd / STDERR).open("wb") as stderr:
            return subprocess.Popen(
                [sys.executable, "-m", "core.child", self.module, str(self.memory_mb), str(os.getpid())],
                cwd=self.cwd,
                env=_clean_environment(self.cwd),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )

    def _failure(self, message: dict[str, Any]) -> ChildFailed:
        """What the child says it failed of; of memory we know the limit, and it does not."""
        code, said = str(message.get("code", "crashed")), str(message.get("message", "It crashed."))
        return self._out_of_memory() if code == "out_of_memory" or _is_about_memory(said) else ChildFailed(code, said)

    def _out_of_memory(self) -> ChildFailed:
        return ChildFailed("out_of_memory", f"It needed more than its limit of {self.memory_mb:,} MB of memory.")

    def _explain(self, process: subprocess.Popen[bytes]) -> None:
        """Raise ChildFailed for a child that ended badly without a word on stdout."""
        code = process.wait(timeout=10)
        if code == 0:
            return
        tail = (self.cwd / STDERR).read_bytes()[-STDERR_TAIL:].decode(errors="replace").strip()
        if _is_about_memory(tail) or code == -signal.SIGKILL:
            raise self._out_of_memory()
        raise ChildFailed("crashed", f"It crashed: {tail.splitlines()[-1] if tail else f'exit status {code}'}")


def _is_about_memory(text: str) -> bool:
    return any(sign in text for sign in _NO_MEMORY)


def _clean_environment(cwd: Path) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(cwd),
        "TMPDIR": str(cwd),
        "PYTHONPATH": str(settings.BASE_DIR),
        # Nothing in the scratch folder, whose files people named, can stand in for a module.
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        # One thread a child: the machine is shared, and thread pools reserve address space.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "POLARS_MAX_THREADS": "2",
        "MALLOC_ARENA_MAX": "2",
    }


def _pump(process: subprocess.Popen[bytes], spec: dict[str, Any]) -> "queue.Queue[bytes | None]":
    """Write the spec and read lines in threads of their own, so that the caller can watch the clock."""
    lines: queue.Queue[bytes | None] = queue.Queue(maxsize=1000)
    given = json.dumps(spec).encode()

    def write() -> None:
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(given)

    def read() -> None:
        assert process.stdout is not None
        with process.stdout:
            while line := process.stdout.readline(MAX_LINE_BYTES):
                lines.put(line)
        lines.put(None)

    threading.Thread(target=write, daemon=True).start()
    threading.Thread(target=read, daemon=True).start()
    return lines


def _parse(line: bytes) -> dict[str, Any]:
    """One message; a line that is no JSON object (a library's print) is a log line."""
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    if isinstance(message, dict) and "t" in message:
        return message
    return {"t": "log", "line": line.decode(errors="replace").rstrip()}


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)


def _drain(lines: "queue.Queue[bytes | None]") -> None:
    """Let the reader come to the end of the pipe, so that its thread ends too."""
    with contextlib.suppress(queue.Empty):
        while lines.get(timeout=2) is not None:
            pass
