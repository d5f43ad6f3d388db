"""Which servers an import may read from: those that the operator names, and any other by https at a global address."""

from collections.abc import Collection
from urllib.parse import urlsplit

from core.addresses import is_named, why_not_host, why_not_text
from core.errors import Invalid


def clean_url(url: str, *, allowed_hosts: Collection[str]) -> str:
    """The address of a tracking server as it is kept: without credentials, query and closing slash.

    A host in `allowed_hosts` (a name, or a name and port) may be asked by http too, wherever it is. Any other needs
    https, and an address that is global when it is connected to. Raises Invalid (`url_not_allowed`).
    """
    url = url.strip()
    reason = why_not_text(url)
    if reason is not None:
        got = "" if "@" in url else f": got {url[:80]!r}"  # a password is not told back
        raise _refused(f"This address cannot be asked, {reason}{got}.")
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if parts.query or parts.fragment:
        raise _refused("The address of a server has no “?” and no “#”.")
    if not is_named(host, port, allowed_hosts):
        _refuse_internal(host, parts.scheme)
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def _refuse_internal(host: str, scheme: str) -> None:
    asking = f"Ask the operator to add {host} to IMPORT_ALLOWED_HOSTS."
    if scheme != "https":
        raise _refused(f"Only https is allowed for a server that the operator has not named. {asking}")
    reason = why_not_host(host)
    if reason is not None:
        raise _refused(f"{host} cannot be asked: {reason}. {asking}")


def _refused(message: str) -> Invalid:
    return Invalid(message, field="url", code="url_not_allowed")
