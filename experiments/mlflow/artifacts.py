"""The artifact proxy: bytes stream in and out through here, so that no client holds the store's credentials.

A file's name is a key; what a browser might run is sent as an attachment and never sniffed.
"""

import re
from asyncio import to_thread
from collections.abc import AsyncIterator, Iterator
from typing import IO, Any, cast

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from core import storage
from core.files import disposition
from core.roles import Scope
from experiments import operations, queries
from experiments.mlflow import locations, shapes, wire
from experiments.mlflow.door import Call, Route, read
from experiments.mlflow.runs import given_run
from experiments.models import Artifact

CHUNK = 256 * 1024

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def upload(call: Call) -> HttpResponse:
    root, path = locations.resolve(call.project, call.parts["path"])
    source = cast(IO[bytes], call.request)  # it has `read`, which is all that is used of it
    operations.put_artifact(project=call.project, root=root, path=path, source=source, by=call.by, now=call.now)
    return HttpResponse(b"{}", content_type="application/json")


def download(call: Call) -> HttpResponseBase:
    root, path = locations.resolve(call.project, call.parts["path"])
    return sent_file(call.request, queries.artifact(project=call.project, root=root, path=path))


def sent_file(request: HttpRequest, artifact: Artifact) -> HttpResponseBase:
    """A file or the range of it that is asked for; for HEAD only what it would be."""
    etag = f'"{artifact.blob_id}"'
    response = _answer(request, artifact, etag)
    name = artifact.path.rsplit("/", 1)[-1]
    response["Content-Disposition"] = disposition(name)
    response["Content-Security-Policy"] = "sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    return response


def _answer(request: HttpRequest, artifact: Artifact, etag: str) -> HttpResponseBase:
    if etag in re.split(r",\s*", request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304)
    if request.method == "HEAD":
        headers = {"Content-Length": str(artifact.size)}
        return HttpResponse(content_type="application/octet-stream", headers=headers)
    # A range of a file that was replaced meanwhile would not fit what the client has: then it gets the whole.
    is_same = request.headers.get("If-Range", etag) == etag
    span = _span(request.headers.get("Range", ""), artifact.size) if is_same else None
    if span is not None and _is_outside(span, artifact.size):
        return _missed(artifact)
    return _sent(request, artifact, span)


def delete(call: Call) -> dict[str, Any]:
    root, path = locations.resolve(call.project, call.parts["path"])
    operations.delete_artifact(project=call.project, root=root, path=path, by=call.by, now=call.now)
    return {}


def list_proxied(call: Call) -> dict[str, Any]:
    """The files of one folder, by their last names, as the proxy's clients expect them."""
    root, path = locations.resolve(call.project, wire.required(call.data, "path"))
    return {"files": listing(call, root, path)}


def list_of_run(call: Call) -> dict[str, Any]:
    """`artifacts/list`: the files of one folder of a run, by their whole paths."""
    run, path = given_run(call), wire.text(call.data, "path").strip("/")
    root = queries.root_of(run)
    files = listing(call, root, operations.clean_path(path) if path else "")
    prefix = f"{path}/" if path else ""
    return {
        "root_uri": locations.owner_uri(run),
        "files": [one | {"path": prefix + one["path"]} for one in files],
    }


def listing(call: Call, root: str, folder: str) -> list[dict[str, Any]]:
    """What lies directly in a folder; nothing for a file. Folders are no rows: they follow from the names."""
    prefix = f"{folder}/" if folder else ""
    found: dict[str, dict[str, Any]] = {}
    for artifact in queries.artifacts(project=call.project, root=root, prefix=folder):
        if artifact.path == folder:
            continue
        name, _, below = artifact.path.removeprefix(prefix).partition("/")
        found[name] = {"path": name, "is_dir": True} if below else shapes.file(name, artifact.size)
    return [found[name] for name in sorted(found)]


def _span(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the range that is asked for; None for the whole, also where the header means nothing."""
    match = _RANGE.fullmatch(header.strip())
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _is_outside(span: tuple[int, int], size: int) -> bool:
    first, last = span
    return first > last or first >= size


def _missed(artifact: Artifact) -> HttpResponse:
    response = HttpResponse(status=416)
    response["Content-Range"] = f"bytes */{artifact.size}"
    return response


def _sent(request: HttpRequest, artifact: Artifact, span: tuple[int, int] | None) -> StreamingHttpResponse:
    first, last = span or (0, artifact.size - 1)
    source = storage.open_blob(artifact.blob_id)
    source.seek(first)
    length = last - first + 1
    # Under ASGI Django would read a plain iterator to its end before it sends the first byte.
    chunks = _async_bytes(source, length) if isinstance(request, ASGIRequest) else _bytes(source, length)
    response = StreamingHttpResponse(chunks, status=206 if span else 200, content_type="application/octet-stream")
    response["Content-Length"] = str(length)
    if span:
        response["Content-Range"] = f"bytes {first}-{last}/{artifact.size}"
    return response


def _bytes(source: IO[bytes], length: int) -> Iterator[bytes]:
    with source:
        while length > 0 and (chunk := source.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


async def _async_bytes(source: IO[bytes], length: int) -> AsyncIterator[bytes]:
    with source:
        while length > 0 and (chunk := await to_thread(source.read, min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


ROUTES = [read("GET", "artifacts/list", list_of_run)]

PROXY_ROUTES = [
    read("GET", "artifacts", list_proxied),
    Route("PUT", "artifacts/{path+}", upload, raw=True),
    read("GET", "artifacts/{path+}", download),
    Route("HEAD", "artifacts/{path+}", download, scope=Scope.READ, raw=True),
    Route("DELETE", "artifacts/{path+}", delete, raw=True),
]
