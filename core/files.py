"""Sending a file: what was just made, as a download; a stored one whole, in pieces, as an attachment or into a sandbox
in which nothing of it runs."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import IO
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from core import storage

CHUNK = 256 * 1024


# What somebody else's HTML or SVG may do in a frame of ours: look like something. No script, no form, no address of its
# own, nothing loaded from anywhere, no page of ours around it but those of this address.
SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self'"
)


def disposition(name: str) -> str:
    """The header that makes it a download of this name, whatever letters are in it."""
    return f"attachment; filename*=UTF-8''{quote(name)}"


def download(content: bytes | str, *, name: str, media_type: str) -> HttpResponse:
    """What was just made, as a download."""
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": disposition(name)})


def raster_type(head: bytes) -> str:
    """What a picture made of dots may be sent as, told by its first bytes; empty for anything else. Its name and what
    the sender called it count for nothing: SVG and HTML can hold scripts, these cannot.
    """
    for media_type, sign in _RASTER.items():
        if sign.match(head):
            return media_type
    return ""


_RASTER = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}


def attachment(request: HttpRequest, *, digest: str, size: int, filename: str) -> StreamingHttpResponse:
    """The blob as a download. Raises NotFound. `filename` may be a path: its last part is the name."""
    response = _stream(request, digest, size, "application/octet-stream")
    response["Content-Disposition"] = disposition(filename.rsplit("/", 1)[-1])
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
