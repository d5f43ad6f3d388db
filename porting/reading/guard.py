"""Where this process may connect to, asked at the moment of the connection, so that no name can change its mind."""

import socket
import sys
from collections.abc import Collection
from typing import Any

from core.addresses import is_global


class BlockedAddress(PermissionError):
    """A connection to where none is allowed."""


def only_global_addresses() -> None:
    """From now on this process connects to addresses of the open internet alone. It cannot be undone."""
    _install(None)


def only_addresses_of(host: str) -> None:
    """From now on this process connects to what `host` resolves to now, and to nothing else. It cannot be undone."""
    _install({str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})


def _install(allowed: Collection[str] | None) -> None:
    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event not in ("socket.connect", "socket.sendto"):
            return
        address = args[1]
        host = str(address[0]) if isinstance(address, tuple) else ""
        if not (is_global(host) if allowed is None else host in allowed):
            raise BlockedAddress(f"connecting to {host or 'a local socket'} is not allowed")

    sys.addaudithook(hook)
