"""Calls to the API that answer with dataclasses: the base of `Client` and of what it leads to."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from throughline.answers import Answer
from throughline.http import Bytes, Form, Server

A = TypeVar("A", bound=Answer)
PAGE = 100


class Calls:
    """`path` is where this lies below the API; every call names what lies below that."""

    def __init__(self, server: Server, path: str = "") -> None:
        self.server, self.path = server, path

    def _get(self, shape: type[A], *parts: object, **query: Any) -> A:
        return shape.of(self.server.call("GET", self._below(parts), query=query).json())

    def _send(self, shape: type[A], method: str, *parts: object, given: Any = None) -> A:
        return shape.of(self.server.call(method, self._below(parts), body=_json(given)).json())

    def _post(self, shape: type[A], *parts: object, **given: Any) -> A:
        return self._send(shape, "POST", *parts, given=given)

    def _patch(self, shape: type[A], *parts: object, **given: Any) -> A:
        return self._send(shape, "PATCH", *parts, given=given)

    def _delete(self, *parts: object) -> None:
        self.server.call("DELETE", self._below(parts))

    def _pages(self, shape: type[A], *parts: object, **query: Any) -> Iterator[A]:
        """Every entry of a list, page by page as they are taken."""
        cursor = None
        while True:
            page = self.server.call(
                "GET", self._below(parts), query={"limit": PAGE} | query | {"cursor": cursor}
            ).json()
            yield from (shape.of(each) for each in page["results"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _upload(self, shape: type[A], file: Path, *parts: object, **fields: str) -> A:
        with file.open("rb") as content:
            form = Form(fields, filename=file.name, file=content, size=file.stat().st_size)
            return shape.of(self.server.call("POST", self._below(parts), body=form).json())

    def _download(self, to: Path, *parts: object) -> Path:
        """Write the content to a file, whole or not at all: until all of it is there it has another name."""
        partial = to.with_name(f"{to.name}.part")
        try:
            with partial.open("wb") as sink:
                self.server.call("GET", self._below(parts), sink=sink)
            partial.replace(to)
        finally:
            partial.unlink(missing_ok=True)
        return to

    def _below(self, parts: tuple[object, ...]) -> str:
        return "/".join([self.path, *(quote(str(part), safe="") for part in parts)])


def _json(given: Any) -> Bytes:
    """Raises ValueError for NaN and the infinities, which JSON has not."""
    return Bytes(json.dumps({} if given is None else given, allow_nan=False).encode())
