"""An open inbox hears that something changed in the person's projects, and nothing of others."""

import json

import pytest
from asgiref.sync import sync_to_async

from config.asgi import application
from inbox.consumers import InboxConsumer
from projects import operations
from projects.models import Membership
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_item
from tests.projects.test_live import HOST, ORIGIN, bearer, close_code, session
from tests.sockets import Socket, leave_nothing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def _surroundings(settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr(InboxConsumer, "gather_s", 0.01)
    yield
    await leave_nothing()


async def opened(*headers):
    socket = Socket(application, "/ws/inbox", headers=[HOST, *headers])
    accepted, _ = await socket.connect(timeout=5)
    assert accepted
    return socket


async def changed(socket):
    return json.loads(await socket.receive_from(timeout=5))["type"] == "inbox.changed"


async def test_hears_of_its_projects_alone():
    project = await sync_to_async(make_project)()
    foreign = await sync_to_async(make_project)()
    engineer = await sync_to_async(make_member)(project, Role.ENGINEER)
    socket = await opened(ORIGIN, await session(engineer))
    assert await changed(socket)

    await sync_to_async(make_item)(foreign)
    assert await socket.receive_nothing(timeout=0.3)
    await sync_to_async(make_item)(project)
    assert await changed(socket)
    await socket.disconnect()


async def test_what_a_page_says_is_ignored():
    project = await sync_to_async(make_project)()
    socket = await opened(ORIGIN, await session(project.created_by))
    assert await changed(socket)

    await socket.send_to(text_data='{"editing": "x"}')
    await socket.send_to(text_data="no JSON")
    await sync_to_async(make_item)(project)
    assert await changed(socket)
    await socket.disconnect()


async def test_hears_of_a_project_that_it_comes_into_and_no_more_of_one_that_it_left(monkeypatch):
    monkeypatch.setattr(InboxConsumer, "poll_s", 0.05)
    project = await sync_to_async(make_project)()
    user = await sync_to_async(make_user)()
    socket = await opened(ORIGIN, await session(user))
    assert await changed(socket)

    add = {"project": project, "user": user, "role": Role.ENGINEER, "by": project.created_by}
    await sync_to_async(operations.add_member)(**add, now=now())
    assert await changed(socket)
    await sync_to_async(Membership.objects.filter(user=user).delete)()
    assert await changed(socket)
    await sync_to_async(make_item)(project)
    assert await socket.receive_nothing(timeout=0.2)
    await socket.disconnect()


async def test_strangers_and_foreign_pages_are_refused():
    socket = await opened(ORIGIN)
    assert await close_code(socket) == 4401
    user = await sync_to_async(make_user)()
    foreign = Socket(application, "/ws/inbox", headers=[HOST, (b"origin", b"http://evil.example"), await session(user)])
    assert (await foreign.connect(timeout=5))[0] is False


async def test_a_token_of_one_project_hears_that_one():
    project, other = await sync_to_async(make_project)(), await sync_to_async(make_project)()
    engineer = await sync_to_async(make_member)(project, Role.ENGINEER)
    add = {"project": other, "user": engineer, "role": Role.ENGINEER, "by": other.created_by}
    await sync_to_async(operations.add_member)(**add, now=now())
    socket = await opened(await bearer(engineer, project=project))
    assert await changed(socket)
    await sync_to_async(make_item)(other)
    assert await socket.receive_nothing(timeout=0.3)
    await socket.disconnect()
