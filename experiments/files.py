"""Sending a stored file: whole, in pieces, always as an attachment that no browser runs."""

from collections.abc import AsyncIterator, Iterator
from typing import IO
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from core import storage

CHUNK = 256 * 1024


def attachment(request: HttpRequest, *, digest: str, size: int, filename: str) -> StreamingHttpResponse:
    """The blob as a download. Raises NotFound. `filename` may be a path: its last part is the name."""
    source = storage.open_blob(digest)
    is_async = isinstance(request, ASGIRequest)
    content = _async_chunks(source) if is_async else _chunks(source)
    response = StreamingHttpResponse(content, content_type="application/octet-stream")
    name = filename.rsplit("/", 1)[-1]
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Content-Length"] = str(size)
    response["Content-Security-Policy"] = "sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = f'"{digest}"'
    return response


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    with source:
        while chunk := source.read(CHUNK):
            yield chunk


async def _async_chunks(source: IO[bytes]) -> AsyncIterator[bytes]:
    """Under ASGI a plain iterator would be read into memory whole."""
    try:
        while chunk := await sync_to_async(source.read, thread_sensitive=False)(CHUNK):
            yield chunk
    finally:
        source.close()
