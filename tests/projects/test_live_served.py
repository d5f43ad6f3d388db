"""The live socket behind the server that it has in production: somebody leaves while they are answered."""

import asyncio
import json

import pytest
import uvicorn
from asgiref.sync import sync_to_async
from django.test import Client
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from config.asgi import application
from core import live
from projects.consumers import parts
from tests.factories import make_project
from tests.product import free_port
from tests.sockets import leave_nothing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def port(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    config = uvicorn.Config(application, port=free_port(), ws="websockets-sansio", lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    yield config.port
    server.should_exit = True
    await serving
    await leave_nothing()


@pytest.fixture
def project():
    return make_project(key="FRD")


async def page_of(project, port):
    client = Client()
    await sync_to_async(client.force_login)(project.created_by)
    cookie = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
    address = f"ws://127.0.0.1:{port}/ws/projects/FRD?after=0"
    return connect(address, additional_headers=cookie, origin=f"http://127.0.0.1:{port}")


async def test_who_leaves_while_a_fragment_is_made_is_here_no_more(project, port, monkeypatch):
    is_asked, may_answer = asyncio.Event(), asyncio.Event()

    async def answered(self, *asked):
        is_asked.set()
        await may_answer.wait()
        return {}

    monkeypatch.setattr(parts.Parts, "answered", answered)
    async with await page_of(project, port) as socket:
        await socket.recv()
        await socket.send(json.dumps({"ask": 1, "of": ["/p/FRD/board/?part=board"]}))
        await is_asked.wait()
    may_answer.set()

    async with asyncio.timeout(10):
        while live.hub._listeners:
            await asyncio.sleep(0.02)


async def test_who_says_garbage_while_much_is_told_is_closed_once(project, port, caplog):
    async def chatter():
        while True:
            live.hub._tell_all(project.pk, {"metric": 1})
            await asyncio.sleep(0)

    chattering = asyncio.create_task(chatter())
    codes = []
    for _ in range(5):
        async with await page_of(project, port) as socket:
            await socket.recv()
            await socket.send("garbage")
            try:
                while True:
                    await socket.recv()
            except ConnectionClosed as closed:
                codes.append(closed.rcvd.code)
    chattering.cancel()

    assert codes == [4400] * 5
    assert [one.getMessage() for one in caplog.records if one.levelname in ("WARNING", "ERROR")] == []
