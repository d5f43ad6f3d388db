"""Everything under one roof: start in order, keep running, stop in order."""

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from core.embedded import Command, PostgresServer, ValkeyServer
from core.supervisor import parts
from core.supervisor.claims import ServeError
from core.supervisor.console import Console
from core.supervisor.process import Part

_READY_S = 120.0
_HOPELESS = 3
_SAME_REQUEST_S = 1.0


@dataclass(frozen=True)
class Options:
    data_dir: Path
    listener: socket.socket
    demo: bool


async def run(options: Options) -> int:
    """Serve until SIGTERM, SIGINT or SIGHUP; a second one kills. Raises ServeError or EmbeddedError when it cannot
    start.
    """
    console = Console(options.data_dir)
    service = Service(options, console)
    asked = asyncio.Event()
    first: list[float] = []
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        asked.set()
        first.append(loop.time())
        # One request may come twice: from the terminal or `timeout` to the group, and from make to its child.
        if loop.time() - first[0] > _SAME_REQUEST_S:
            console.write("serve", "killing everything")
            service.kill()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, on_signal)
    starting = asyncio.create_task(service.start())
    waiting = asyncio.create_task(asked.wait())
    try:
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
        await waiting
    finally:
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await starting
        await service.stop()
        console.close()
    return 0


class Service:
    """The parts and their order."""

    def __init__(self, options: Options, console: Console) -> None:
        self._options = options
        self._console = console
        self._began = time.monotonic()
        # In the order of their start; they stop in the reverse order, one group after the other.
        self._groups: list[list[Part]] = []

    async def start(self) -> None:
        """Bring everything up and show the way in. Raises ServeError or EmbeddedError."""
        self._say(f"data in {self._options.data_dir}")
        await self._start_servers()
        web, open_gate = self._gated_web()
        worker, scheduler = self._part("worker", parts.worker(), 20), self._part("scheduler", parts.scheduler(), 10)
        # The worker ends after those who give it work, and before what it writes to.
        self._groups += [[worker], [web, scheduler]]
        # Web loads while the tables are made. The others come after it: people wait for it, and each of the three keeps
        # a
        # processor busy while it loads.
        web.start()
        await self._migrate()
        open_gate()
        await self._until(web, self._is_web_ready)
        worker.start()
        scheduler.start()
        self._say(f"ready after {time.monotonic() - self._began:.1f} s: {self.address}")
        if self._options.demo:
            await self._run_command("demo", "load_demo", complaint="the demo was not loaded")
        await self._run_command("serve", "sign_in_help", private=True, complaint="")
        self._say(f"Open {self.address} (Ctrl-C stops everything)")

    async def stop(self) -> None:
        """Stop the groups, the last started first, all parts of a group at once."""
        self._options.listener.close()
        self._say("stopping")
        while self._groups:
            await asyncio.gather(*(part.stop() for part in self._groups[-1]))
            self._groups.pop()
        self._say("stopped")

    def kill(self) -> None:
        for group in self._groups:
            for part in group:
                part.kill()

    @property
    def address(self) -> str:
        host, port = self._options.listener.getsockname()[:2]
        name = "localhost" if host in ("0.0.0.0", "::", "127.0.0.1", "::1") else f"[{host}]" if ":" in host else host
        return f"http://{name}:{port}"

    async def _start_servers(self) -> None:
        """The embedded servers, where the environment names no others."""
        wanted: list[PostgresServer | ValkeyServer] = []
        if not os.environ.get("DATABASE_URL"):
            wanted.append(PostgresServer(self._options.data_dir))
        if not (os.environ.get("REDIS_URL") or os.environ.get("BROKER_URL")):
            wanted.append(ValkeyServer(self._options.data_dir))
        for server in wanted:
            await self._start_server(server)

    async def _start_server(self, server: PostgresServer | ValkeyServer) -> None:
        command = await asyncio.to_thread(server.prepare)
        part = Part(command, console=self._console, stop_limit=30)
        self._groups.append([part])
        part.start()

        async def is_ready() -> bool:
            return part.pid is not None and await asyncio.to_thread(server.is_ready, part.pid)

        await self._until(part, is_ready)
        await asyncio.to_thread(server.verify)

    async def _migrate(self) -> None:
        status = await self._run_command("migrate", "migrate", "--no-input", "--skip-checks")
        if status:
            raise ServeError("The database was not migrated; the lines above say why.", status=ServeError.MIGRATION)

    async def _run_command(self, name: str, *arguments: str, private: bool = False, complaint: str = "") -> int:
        """Run a management command to its end; a complaint is logged when it fails."""
        part = self._part(name, parts.manage(*arguments), 5, private=private)
        self._groups.append([part])
        status = await part.run_once()
        self._groups.remove([part])
        if status and complaint:
            self._say(f"{complaint}; the lines above say why")
        return status

    def _gated_web(self) -> tuple[Part, Callable[[], None]]:
        """The web process, which loads and waits, and what lets it answer; once open, the gate is so for its
        successors.
        """
        gate, handle = os.pipe()
        fds = (self._options.listener.fileno(), gate)
        return self._part("web", parts.web(*fds), 12, fds=fds), lambda: os.close(handle)

    def _part(
        self, name: str, argv: list[str], limit: float, *, fds: tuple[int, ...] = (), private: bool = False
    ) -> Part:
        env = {"PUBLIC_URL": self.address, **parts.part_env()}
        command = Command(name=name, argv=tuple(argv), env=env, cwd=parts.ROOT, pass_fds=fds)
        return Part(command, console=self._console, stop_limit=limit, private=private)

    async def _until(self, part: Part, is_ready: Callable[[], Awaitable[bool]]) -> None:
        """Wait for a part. Raises ServeError when it keeps ending, or takes too long."""
        deadline = time.monotonic() + _READY_S
        while not await is_ready():
            if part.failures >= _HOPELESS:
                raise ServeError(f"{part.name} ended {part.failures} times while it started; the lines above say why.")
            if time.monotonic() > deadline:
                raise ServeError(f"{part.name} was not ready within {_READY_S:.0f} s; the lines above may say why.")
            await asyncio.sleep(0.05)

    async def _is_web_ready(self) -> bool:
        with contextlib.suppress(OSError, TimeoutError):
            return await asyncio.wait_for(self._health_status(), 5) == 200
        return False

    async def _health_status(self) -> int:
        """The status of GET /health/ready, asked by hand: an HTTP client would double the memory of this process."""
        host, port = self._options.listener.getsockname()[:2]
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        allowed = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
        reader, writer = await asyncio.open_connection(host, port)
        try:
            named = allowed if allowed and allowed != "*" else "localhost"
            writer.write(f"GET /health/ready HTTP/1.1\r\nHost: {named}\r\nConnection: close\r\n\r\n".encode())
            words = (await reader.readline()).split()
            return int(words[1]) if len(words) > 1 else 0
        finally:
            writer.close()

    def _say(self, line: str) -> None:
        self._console.write("serve", line)
