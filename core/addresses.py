"""Which addresses may be called that users name: those of the open internet, and hosts that the operator allows.

Asked of the text when it is given, and again of the address of the socket that is connected (`core.outbound`,
`porting.reading.guard`), so that a name which resolves to another address the second time gains nothing.
"""

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

MAX_URL = 500
PORTS = {80, 443, 8000, 8080, 8443}
DEFAULT_PORTS = {"http": 80, "https": 443}

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)+")
# A last part that is a number, also in hexadecimal, is an address in one of the spellings that C libraries read.
_NUMERIC = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def why_not_url(url: str, *, allowed: Collection[str]) -> str | None:
    """Why this address may not be called, as far as its text tells; or None. `allowed` holds `host` and `host:port`."""
    reason = why_not_text(url)
    if reason is not None:
        return reason
    parts = urlsplit(url)
    assert parts.hostname, "checked before"
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    if is_named(parts.hostname, port, allowed):
        return None
    if port not in PORTS:
        return f"its port is none of {', '.join(map(str, sorted(PORTS)))}"
    return why_not_host(parts.hostname)


def why_not_text(url: str) -> str | None:
    """Why this is no address that can be called at all, wherever it leads; or None."""
    if len(url) > MAX_URL:
        return f"it has {len(url)} characters, at most {MAX_URL} are allowed"
    if not url.isascii() or _FORBIDDEN.search(url):
        return "it holds a space, a backslash, a control character or one that is not ASCII"
    try:
        parts, _ = urlsplit(url), urlsplit(url).port
    except ValueError:
        return "it is no address"
    if parts.scheme not in DEFAULT_PORTS:
        return "it must begin with https:// or http://"
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        return "it holds a user's name or password"
    return None if parts.hostname else "it names no host"


def is_named(host: str, port: int | None, allowed: Collection[str]) -> bool:
    """Whether the operator allows this host, or this port of it."""
    return host in allowed or (port is not None and f"{host}:{port}" in allowed)


def why_not_host(host: str) -> str | None:
    """Why a host is none of the open internet, as far as its name or number tells; or None."""
    try:
        return why_not_address(ipaddress.ip_address(host))
    except ValueError:
        pass
    if _NUMERIC.fullmatch(host):
        return "its host is an address in a spelling that is not the usual one"
    if not _NAME.fullmatch(host) or host.endswith((".localhost", ".local", ".internal")):
        return "its host is no name of the open internet"
    return None


def why_not_address(address: Address) -> str | None:
    """Why nothing of ours is sent there, or None for an address of the open internet."""
    inner = _embedded(address)
    if not inner.is_global or inner.is_multicast or inner.is_reserved:
        return f"{address} is no address of the open internet"
    return None


def parsed(text: str) -> Address:
    """An address as sockets tell it, with or without its zone. Raises ValueError."""
    return ipaddress.ip_address(text.partition("%")[0])


def is_global(text: str) -> bool:
    """Whether an IP address belongs to the open internet, also when it is wrapped in another one."""
    try:
        return why_not_address(parsed(text)) is None
    except ValueError:
        return False


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
