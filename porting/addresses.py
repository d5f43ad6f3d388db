"""Which servers an import may read from: those that the operator names, and any other by https at a global address."""

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from core.errors import Invalid

MAX_URL = 500

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def clean_url(url: str, *, allowed_hosts: Collection[str]) -> str:
    """The address of a tracking server as it is kept: without credentials, query and closing slash.

    A host in `allowed_hosts` (a name, or a name and port) may be asked by http too, wherever it is. Any other needs
    https, and an address that is global when it is connected to. Raises Invalid (`url_not_allowed`).
    """
    url = url.strip()
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise _refused(f"An address has at most {MAX_URL} printable ASCII characters, without spaces.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused(f"{url[:80]!r} is no address.") from None
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(shown):
        raise _refused(f"An MLflow server's address begins with http:// or https:// and a host: got {url[:80]!r}.")
    if parts.username is not None or parts.password is not None:
        raise _refused("Leave the user and the password out of the address: they have fields of their own.")
    if parts.query or parts.fragment:
        raise _refused("The address of a server has no “?” and no “#”.")
    if not is_named(host, port, allowed_hosts):
        _refuse_internal(host, parts.scheme)
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def is_named(host: str, port: int | None, allowed_hosts: Collection[str]) -> bool:
    """Whether the operator allows this host, or this port of it."""
    return host in allowed_hosts or (port is not None and f"{host}:{port}" in allowed_hosts)


def is_global(address: str) -> bool:
    """Whether an IP address belongs to the open internet, also when it is wrapped in another one."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_global(str(inner))
    return ip.is_global and not ip.is_multicast


def _refuse_internal(host: str, scheme: str) -> None:
    asking = f"Ask the operator to add {host} to IMPORT_ALLOWED_HOSTS."
    if scheme != "https":
        raise _refused(f"Only https is allowed for a server that the operator has not named. {asking}")
    is_number = host.replace(".", "").isdigit() or ":" in host or host.startswith("0x")
    if (is_number and not is_global(host)) or host == "localhost" or host.endswith((".localhost", ".internal")):
        raise _refused(f"{host} is not an address of the open internet. {asking}")


def _refused(message: str) -> Invalid:
    return Invalid(message, field="url", code="url_not_allowed")
