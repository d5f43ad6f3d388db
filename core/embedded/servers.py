"""Start and stop both servers from ordinary (not asyncio) code: tests, benchmarks, tools."""

import os
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from core.embedded.directories import EmbeddedError, make_dir, open_data_dir
from core.embedded.postgres import PostgresServer
from core.embedded.valkey import ValkeyServer

_READY_S = 60.0
_STOP_S = 20.0


class Servers:
    """PostgreSQL and Valkey on a data directory, up inside the `with`, and gone when this process is gone, however it
    ended.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir
        self._servers: list[PostgresServer | ValkeyServer] = [
            ValkeyServer(data_dir),
            PostgresServer(data_dir, durable=durable),
        ]
        self._running: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []

    def start(self) -> None:
        """Start both and wait until they take connections. Raises EmbeddedError with the end of the server's log."""
        logs = open_data_dir(self.data_dir) / "log"
        make_dir(logs, mode=0o700)
        try:
            for server in self._servers:
                self._start(server, logs)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ask each to stop, the last started first; kill what does not."""
        while self._running:
            process, stop_signal = self._running.pop()
            process.send_signal(stop_signal)
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def pids(self) -> list[int]:
        return [process.pid for process, _ in self._running]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self, server: PostgresServer | ValkeyServer, logs: Path) -> None:
        command = server.prepare()
        path = logs / f"{command.name}.log"
        with path.open("ab") as output:
            process = subprocess.Popen(
                command.argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **command.popen_options()
            )
        self._running.append((process, command.stop_signal))
        deadline = time.monotonic() + _READY_S
        while not server.is_ready(process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedError(f"{command.name} did not start: {path.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)
        server.verify()
