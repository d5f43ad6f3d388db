"""Calls to addresses that users name: to the open internet, or to hosts that the operator allows, and nowhere else.

What counts is the address of the socket that is connected, so a name that resolves to another address the second time
gains nothing. Redirects are not followed, proxies of the environment are not used, and both time and size are bounded.
"""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from core.addresses import DEFAULT_PORTS, is_named, parsed, why_not_address, why_not_url

MAX_ANSWER = 64 * 1024
SECONDS = 5.0


class Blocked(Exception):
    """The address is none that may be called."""


class Failed(Exception):
    """The call was let out and came to nothing."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


def post(url: str, *, body: bytes, headers: Mapping[str, str], allowed: frozenset[str]) -> Answer:
    """Send a body, and read at most 64 KiB of the answer, within five seconds. Raises Blocked, Failed."""
    reason = why_not_url(url, allowed=allowed)
    if reason is not None:
        raise Blocked(reason)
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _connection(parts, is_free=_is_free(parts, allowed)) as connection, _cut_after(SECONDS, connection):
            connection.request("POST", target, body=body, headers=dict(headers))
            response = connection.getresponse()
            return Answer(response.status, response.read(MAX_ANSWER))
    except (OSError, http.client.HTTPException) as exc:
        raise Failed(f"{type(exc).__name__}: {exc}"[:200]) from None


@contextlib.contextmanager
def _connection(parts: SplitResult, *, is_free: bool) -> Iterator[http.client.HTTPConnection]:
    assert parts.hostname, "checked before"
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, _port(parts), timeout=SECONDS)
    connection.sock = _connected(parts.hostname, _port(parts), is_free=is_free)
    if parts.scheme == "https":
        connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=parts.hostname)
    with contextlib.closing(connection):
        yield connection


def _connected(host: str, port: int, *, is_free: bool) -> socket.socket:
    """A connection to the first address that may be called and answers. Raises Blocked, OSError."""
    error: OSError | None = None
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for family, _, _, _, address in found[:4]:
        reason = None if is_free else why_not_address(parsed(str(address[0])))
        if reason is not None:
            raise Blocked(reason)
        try:
            return _dialled(family, address, is_free=is_free)
        except OSError as exc:
            error = exc
    raise error or OSError(f"{host} has no address")


def _dialled(family: int, address: Any, *, is_free: bool) -> socket.socket:
    connected = socket.socket(family, socket.SOCK_STREAM)
    try:
        connected.settimeout(SECONDS)
        connected.connect(address)
        peer = parsed(str(connected.getpeername()[0]))
        if not is_free and (reason := why_not_address(peer)):
            raise Blocked(reason)
    except BaseException:
        connected.close()
        raise
    return connected


@contextlib.contextmanager
def _cut_after(seconds: float, connection: http.client.HTTPConnection) -> Iterator[None]:
    """End the connection when the time is over: a peer that sends a byte a second never meets a socket's timeout."""
    connected = connection.sock

    def cut() -> None:
        with contextlib.suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _port(parts: SplitResult) -> int:
    return parts.port or DEFAULT_PORTS[parts.scheme]


def _is_free(parts: SplitResult, allowed: frozenset[str]) -> bool:
    """Whether the operator named this host, with this port or with any."""
    assert parts.hostname, "checked before"
    return is_named(parts.hostname, _port(parts), allowed)
