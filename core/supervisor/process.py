"""One process that is kept running, or run once, with its output in the log."""

import asyncio
import contextlib
import os
import signal
import time

from core.embedded import Command
from core.supervisor.console import Console

# A part that ran this long has recovered: its next failure is its first.
_STEADY_S = 60.0
_LONGEST_PAUSE_S = 30.0


class Part:
    """A process under our care. `start` keeps it running until `stop`; `run_once` waits for its end."""

    def __init__(self, command: Command, *, console: Console, stop_limit: float, private: bool = False) -> None:
        self.name = command.name
        self.failures = 0
        self._command = command
        self._console = console
        self._stop_limit = stop_limit
        self._private = private
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The number of the running process, or None between two."""
        return self._process.pid if self._process and self._process.returncode is None else None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_running())

    async def run_once(self) -> int:
        """Run to the end; answers the exit status (negative: the signal that ended it). Nothing of it is left."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            **self._command.popen_options(),
        )
        assert self._process.stdout
        if self._stopping.is_set():  # it was asked while the process came up
            self._kill_group()
        copying = asyncio.create_task(self._console.copy(self._process.stdout, self.name, private=self._private))
        try:
            return await self._process.wait()
        finally:
            self._kill_group()  # what it started and left behind
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(copying, 1)

    async def stop(self) -> None:
        """Ask it to stop, and kill it when it has not done so within its limit."""
        self._stopping.set()
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, self._command.stop_signal)
        try:
            await asyncio.wait_for(self._ended(), self._stop_limit)
        except TimeoutError:
            self._console.write("serve", f"{self.name} did not stop within {self._stop_limit:.0f} s: killed")
            self._kill_group()
            await self._ended()

    def kill(self) -> None:
        """Kill the process and what it started, now and for good."""
        self._stopping.set()
        self._kill_group()

    def _kill_group(self) -> None:
        if self._process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _ended(self) -> None:
        if self._task:
            await asyncio.shield(self._task)
        elif self._process:
            await self._process.wait()

    async def _keep_running(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            status = await self.run_once()
            if self._stopping.is_set():
                return
            self.failures = 1 if time.monotonic() - began > _STEADY_S else self.failures + 1
            pause = min(2.0 ** (self.failures - 1), _LONGEST_PAUSE_S)
            self._console.write("serve", f"{self.name} ended ({describe(status)}); it starts again in {pause:.0f} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)


def describe(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"exit status {status}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-status).name}"
    return f"killed by signal {-status}"
