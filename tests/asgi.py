"""A test client that speaks to the whole ASGI application, as uvicorn does, short ways included."""

import asyncio
import json
import threading
from contextlib import contextmanager

from django.http import HttpResponse
from django.test import Client

from core import pool


class AsgiClient(Client):
    """Django's client, whose requests go through the application. It sees what is committed alone."""

    loop: asyncio.AbstractEventLoop

    def request(self, **given):
        environ = self._base_environ(**given)
        body = environ["wsgi.input"].read()
        status, headers, content = asyncio.run_coroutine_threadsafe(ask(scope_of(environ), body), self.loop).result(60)
        response = HttpResponse(content, status=status)
        for name, value in headers:
            response[name.decode()] = value.decode("latin-1")
        response.json = lambda: json.loads(content)
        return response


@contextmanager
def looping():
    """An event loop that the clients share, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="asgi", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(pool.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def scope_of(environ):
    named = {
        name.removeprefix("HTTP_").replace("_", "-").lower().encode(): value.encode("latin-1")
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name) not in (None, ""):
            named[name.replace("_", "-").lower().encode()] = str(environ[name]).encode("latin-1")
    named.setdefault(b"host", b"testserver")
    path = environ["PATH_INFO"].encode("latin-1").decode()
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": environ["REQUEST_METHOD"],
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": environ.get("QUERY_STRING", "").encode("latin-1"),
        "headers": list(named.items()),
        "client": ["127.0.0.1", 1],
        "server": ["testserver", 80],
    }


async def ask(scope, body):
    """(status, headers, body) of the application's answer."""
    from config.asgi import application  # noqa: PLC0415 (needs the apps to be ready)

    waiting, told, over = [{"type": "http.request", "body": body, "more_body": False}], [], asyncio.Event()

    async def receive():
        if waiting:
            return waiting.pop()
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        told.append(message)

    await application(scope, receive, send)
    over.set()
    [start] = [message for message in told if message["type"] == "http.response.start"]
    return start["status"], start["headers"], b"".join(message.get("body", b"") for message in told)
