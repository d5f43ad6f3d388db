"""What one instance claims for itself: its data directory and its port; and how it says that somebody else has them."""

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar


class ServeError(Exception):
    """The service cannot start or go on. The message is for the person at the terminal, the status for the shell."""

    FAILED: ClassVar[int] = 1
    DATA_IN_USE: ClassVar[int] = 3
    PORT_IN_USE: ClassVar[int] = 4
    EMBEDDED: ClassVar[int] = 5
    MIGRATION: ClassVar[int] = 6

    def __init__(self, message: str, *, status: int = FAILED) -> None:
        super().__init__(message)
        self.status = status


@contextlib.contextmanager
def lock(data_dir: Path) -> Iterator[None]:
    """Keep the data directory for this process. The kernel lets go of it when the process is gone, however it went."""
    with (data_dir / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ServeError(
                f"Throughline already runs on {data_dir} (process {file.read().strip() or 'unknown'}). "
                "Stop it first, or give this one its own: make run PORT=8123 DATA=dir",
                status=ServeError.DATA_IN_USE,
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def listen(host: str, port: int) -> socket.socket:
    """Take the port, for as long as the service runs: while the web process restarts, callers wait instead of being
    refused. Raises ServeError when it cannot be had.
    """
    try:
        if not 0 <= port <= 65535:
            raise OverflowError("ports go from 1 to 65535")
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return _listen_on(family, address)
    except (OSError, OverflowError) as error:
        raise ServeError(
            f"Port {port} on {host} cannot be used ({getattr(error, 'strerror', None) or error}). "
            "Stop what has it, or choose another: make run PORT=8123",
            status=ServeError.PORT_IN_USE,
        ) from error


def _listen_on(family: socket.AddressFamily, address: Any) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Inherited by every connection; without it an answer in two packets waits 40 ms for the acknowledgement of the
        # first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(1024)
    except BaseException:
        listener.close()
        raise
    return listener
