"""Calls to addresses that users name: to the open internet, or to hosts that the operator allows, and nowhere else.

What counts is the address of the socket that is connected, so a name that resolves to another address the second time
gains nothing. Redirects are not followed, proxies of the environment are not used, and both time and size are bounded.
"""

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

MAX_URL = 500
MAX_ANSWER = 64 * 1024
SECONDS = 5.0
PORTS = {80, 443, 8000, 8080, 8443}

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)+")
# A last part that is a number, also in hexadecimal, is an address in one of the spellings that C libraries read.
_NUMERIC = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Blocked(Exception):
    """The address is none that may be called."""


class Failed(Exception):
    """The call was let out and came to nothing."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


def why_not_url(url: str, *, allowed: frozenset[str]) -> str | None:
    """Why this address may not be called, as far as its text tells; or None. `allowed` holds `host` and `host:port`."""
    if len(url) > MAX_URL:
        return f"it has {len(url)} characters, at most {MAX_URL} are allowed"
    if not url.isascii() or _FORBIDDEN.search(url):
        return "it holds a space, a backslash, a control character or one that is not ASCII"
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        return "it is no address"
    if parts.scheme not in _DEFAULT_PORTS:
        return "it must begin with https:// or http://"
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        return "it holds a user's name or password"
    if not parts.hostname:
        return "it names no host"
    if is_allowed(parts, allowed):
        return None
    if (port or _DEFAULT_PORTS[parts.scheme]) not in PORTS:
        return f"its port is none of {', '.join(map(str, sorted(PORTS)))}"
    return _why_not_host(parts.hostname)


def is_allowed(parts: SplitResult, allowed: frozenset[str]) -> bool:
    """Whether the operator named this host, with this port or with any."""
    return parts.hostname in allowed or f"{parts.hostname}:{_port(parts)}" in allowed


def why_not_address(address: Address) -> str | None:
    """Why nothing of ours is sent there, or None for an address of the open internet."""
    inner = _embedded(address)
    if not inner.is_global or inner.is_multicast or inner.is_reserved:
        return f"{address} is no address of the open internet"
    return None


def post(url: str, *, body: bytes, headers: Mapping[str, str], allowed: frozenset[str]) -> Answer:
    """Send a body, and read at most 64 KiB of the answer, within five seconds. Raises Blocked, Failed."""
    reason = why_not_url(url, allowed=allowed)
    if reason is not None:
        raise Blocked(reason)
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _connection(parts, is_free=is_allowed(parts, allowed)) as connection, _cut_after(SECONDS, connection):
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
        reason = None if is_free else why_not_address(ipaddress.ip_address(str(address[0]).partition("%")[0]))
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
        peer = ipaddress.ip_address(str(connected.getpeername()[0]).partition("%")[0])
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


def _why_not_host(host: str) -> str | None:
    try:
        return why_not_address(ipaddress.ip_address(host))
    except ValueError:
        pass
    if _NUMERIC.fullmatch(host):
        return "its host is an address in a spelling that is not the usual one"
    if not _NAME.fullmatch(host) or host.endswith((".localhost", ".local", ".internal")):
        return "its host is no name of the open internet"
    return None


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is None and address.teredo is not None:
        inner = address.teredo[1]
    return inner or address


def _port(parts: SplitResult) -> int:
    return parts.port or _DEFAULT_PORTS[parts.scheme]
