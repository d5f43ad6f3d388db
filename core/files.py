"""Sending a stored file: whole, in pieces; as an attachment, or into a sandbox in which nothing of it runs."""

from collections.abc import AsyncIterator, Iterator
from typing import IO
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from core import storage

CHUNK = 256 * 1024


# What somebody else's HTML or SVG may do in a frame of ours: look like something. No script, no form, no address of its
# own, nothing loaded from anywhere, no page of ours around it but those of this address.
SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self'"
)


def attachment(request: HttpRequest, *, digest: str, size: int, filename: str) -> StreamingHttpResponse:
    """The blob as a download. Raises NotFound. `filename` may be a path: its last part is the name."""
    response = _stream(request, digest, size, "application/octet-stream")
    name = filename.rsplit("/", 1)[-1]
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Content-Security-Policy"] = "sandbox"
    return response


def sandboxed(request: HttpRequest, *, digest: str, size: int, media_type: str) -> StreamingHttpResponse:
    """The blob to be looked at, as a picture or in a frame of ours. Opened by itself it may do no more than there.

    Raises NotFound.
    """
    response = _stream(request, digest, size, media_type)
    response["Content-Security-Policy"] = SANDBOX
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _stream(request: HttpRequest, digest: str, size: int, media_type: str) -> StreamingHttpResponse:
    source = storage.open_blob(digest)
    content = _async_chunks(source) if isinstance(request, ASGIRequest) else _chunks(source)
    response = StreamingHttpResponse(content, content_type=media_type)
    response["Content-Length"] = str(size)
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
