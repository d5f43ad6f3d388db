"""One request to the server, and when it is tried again.

A POST carries an Idempotency-Key, so that the server does it once however often it arrives; reading and PUT have one
effect by themselves. PATCH and DELETE are sent again only when they cannot have arrived. What is tried again: a
connection that broke, 429, 502, 504, and 503 when the server says that it will pass.
"""

import base64
import contextlib
import http.client
import itertools
import json
import random
import re
import ssl
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol
from urllib.parse import SplitResult, unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

from throughline.errors import Away, Refused, ThroughlineError, refusal
from throughline.version import VERSION

API = "/api/v1"
CHUNK = 1 << 20
REPEATABLE = ("GET", "POST", "PUT")
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 30.0
# 503 that will pass by itself; a paused deployment does not.
PASSING = ("unavailable", "")


class Body(Protocol):
    """What is sent: the same bytes each time that it is asked."""

    @property
    def content_type(self) -> str: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Bytes:
    content: bytes
    content_type: str = "application/json"

    def __len__(self) -> int:
        return len(self.content)

    def __iter__(self) -> Iterator[bytes]:
        yield self.content


class Form:
    """A form with one file, read as it is sent."""

    def __init__(self, fields: Mapping[str, str], *, filename: str, file: BinaryIO, size: int) -> None:
        boundary = uuid.uuid4().hex
        self.content_type = f"multipart/form-data; boundary={boundary}"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        escaped = filename.replace("\\", "_").replace('"', "%22").replace("\r", " ").replace("\n", " ")
        disposition = f'Content-Disposition: form-data; name="file"; filename="{escaped}"'
        parts.append(f"--{boundary}\r\n{disposition}\r\nContent-Type: application/octet-stream\r\n\r\n")
        self._head, self._foot = "".join(parts).encode(), f"\r\n--{boundary}--\r\n".encode()
        self._file, self._start, self._size = file, file.tell(), size

    def __len__(self) -> int:
        return len(self._head) + self._size + len(self._foot)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        self._file.seek(self._start)
        while chunk := self._file.read(CHUNK):
            yield chunk
        yield self._foot


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """Raises ThroughlineError when something else than the server answered."""
        try:
            return json.loads(self.content) if self.content else None
        except ValueError:
            raise ThroughlineError("The answer is not JSON: is this the address of a Throughline instance?") from None


@dataclass
class Server:
    """An instance at an address, and who calls. May be used by several threads."""

    url: str
    token: str = field(repr=False)
    timeout: float = 60.0
    retries: int = 4

    def __post_init__(self) -> None:
        self.url = _clean_url(self.url)
        self.token = _clean_token(self.token)
        self._local = threading.local()

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Body | None = None,
        sink: BinaryIO | None = None,
    ) -> Reply:
        """Ask, and again where that is safe. With `sink` the content goes there as it comes. Raises Refused with what
        the server said, or Away."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        request = _Request(method, f"{API}{path}{'?' if given else ''}{urlencode(given)}", self._headers(method, body))
        for attempt in itertools.count():
            try:
                return self._ask(request, body, sink)
            except _Again as again:
                if attempt >= self.retries:
                    raise again.error from again.__cause__
                time.sleep(_pause(attempt, again.asked))
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close this thread's connection; it opens again when it is needed."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _headers(self, method: str, body: Body | None) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": f"throughline/{VERSION}"}
        headers["Authorization"] = f"Bearer {self.token}"
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        if body is not None:
            headers["Content-Type"] = body.content_type
            headers["Content-Length"] = str(len(body))
        return headers

    def _ask(self, request: "_Request", body: Body | None, sink: BinaryIO | None) -> Reply:
        """Ask once. Raises _Again where asking again is safe and may help."""
        try:
            connection, prefix = self._connection(request)
        except OSError as error:
            raise _Again(Away(f"{self.url} cannot be reached: {_why(error)}.")) from error
        try:
            reply = _exchange(connection, request, prefix, body, sink)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            away = Away(f"{self.url} broke off without an answer: {_why(error)}.")
            raise (_Again(away) if request.is_repeatable else away) from error
        except BaseException:
            self.close()
            raise
        problem = _problem(reply)
        if problem is None:
            return reply
        raise _Again(problem, reply.headers.get("retry-after")) if _may_pass(problem, request) else problem

    def _connection(self, request: "_Request") -> tuple[http.client.HTTPConnection, str]:
        """An open connection, and what comes before the path in its requests (a proxy wants the whole address).

        A connection that the server has left meanwhile must not swallow what may be sent only once: it gets a new one.
        """
        if not request.is_repeatable:
            self.close()
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection, self._local.prefix = _open(urlsplit(self.url), self.timeout)
            self._local.connection = connection
        if connection.sock is None:
            connection.connect()
        return connection, self._local.prefix


@dataclass(frozen=True)
class _Request:
    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def is_repeatable(self) -> bool:
        return self.method in REPEATABLE


class _Again(Exception):
    """`error` happened, and asking again is safe; `asked` is the pause that the server wants."""

    def __init__(self, error: ThroughlineError, asked: str | None = None) -> None:
        super().__init__(str(error))
        self.error, self.asked = error, asked


def _exchange(
    connection: http.client.HTTPConnection, request: _Request, prefix: str, body: Body | None, sink: BinaryIO | None
) -> Reply:
    with contextlib.suppress(BrokenPipeError):  # refused before all was sent: the answer is there already
        connection.request(request.method, prefix + request.target, body=body, headers=dict(request.headers))
    answer = connection.getresponse()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    if sink is None or answer.status != 200:
        return Reply(answer.status, headers, answer.read())
    sink.seek(0)
    sink.truncate()
    while chunk := answer.read(CHUNK):
        sink.write(chunk)
    return Reply(answer.status, headers, b"")


def _clean_url(url: str) -> str:
    parts = urlsplit(url)
    try:
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
    if not is_address or parts.query or parts.fragment or parts.username:
        raise ThroughlineError(f"{url!r} is not the address of an instance, such as https://throughline.example.org.")
    return url.rstrip("/")


def _clean_token(token: str) -> str:
    if not re.fullmatch(r"tl_[A-Za-z0-9_]+", token.strip()):
        raise ThroughlineError("This is not a token: one begins with tl_ and has letters and digits only.")
    return token.strip()


def _open(url: SplitResult, timeout: float) -> tuple[http.client.HTTPConnection, str]:
    host, is_tls = str(url.hostname), url.scheme == "https"
    port = url.port or (443 if is_tls else 80)
    proxy = None if proxy_bypass(host) else getproxies().get(url.scheme)
    if proxy is None:
        return _connection(host, port, is_tls, timeout), url.path
    through = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
    identity = _proxy_headers(through)
    if is_tls:
        connection = _connection(str(through.hostname), through.port or 80, True, timeout)
        connection.set_tunnel(host, port, identity)
        return connection, url.path
    plain = _connection(str(through.hostname), through.port or 80, False, timeout)
    return plain, f"http://{url.netloc}{url.path}"


def _connection(host: str, port: int, is_tls: bool, timeout: float) -> http.client.HTTPConnection:
    if is_tls:
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=timeout)


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _problem(reply: Reply) -> Refused | None:
    """None for an answer that is one."""
    if 200 <= reply.status < 300:
        return None
    if 300 <= reply.status < 400:
        where = reply.headers.get("location", "elsewhere")
        return Refused(reply.status, {"detail": f"The server sends us on to {where}: sign in with that address."})
    problem: Any = None
    with contextlib.suppress(ValueError):
        problem = json.loads(reply.content)
    return refusal(reply.status, problem if isinstance(problem, dict) else {})


def _may_pass(problem: Refused, request: _Request) -> bool:
    if problem.status == 429 or (problem.status == 409 and problem.code == "in_progress"):
        return True
    is_passing = problem.status in (502, 504) or (problem.status == 503 and problem.code in PASSING)
    return is_passing and request.is_repeatable


def _pause(attempt: int, asked: str | None) -> float:
    """Seconds: as the server asked, or twice as long each time, spread so that clients do not come all at once."""
    if asked and asked.isascii() and asked.isdigit():
        return min(float(asked), LONGEST_PAUSE_S)
    return min(FIRST_PAUSE_S * 2**attempt, LONGEST_PAUSE_S) * random.uniform(0.5, 1.0)


def _why(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
