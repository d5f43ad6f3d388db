"""An open portfolio hears in which project something changed, and not too often."""

import json
import time

import pytest
from asgiref.sync import sync_to_async

from config.asgi import application
from projects import operations
from projects.consumers import PortfolioConsumer
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_item
from tests.projects.test_live import HOST, ORIGIN, bearer, close_code, session
from tests.sockets import Socket, leave_nothing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def _surroundings(settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr(PortfolioConsumer, "gather_s", 0.01)
    monkeypatch.setattr(PortfolioConsumer, "every_s", 0.0)
    yield
    await leave_nothing()


async def opened(*headers):
    socket = Socket(application, "/ws/portfolio", headers=[HOST, *headers])
    accepted, _ = await socket.connect(timeout=5)
    assert accepted
    return socket


async def heard(socket):
    told = json.loads(await socket.receive_from(timeout=5))
    assert told["type"] == "portfolio.changed"
    return told["projects"]


async def say(project, light="red"):
    await sync_to_async(operations.set_health)(
        project=project, light=light, note="Late.", by=project.created_by, now=now()
    )


async def test_hears_in_which_of_its_projects_something_changed():
    project, foreign = await sync_to_async(make_project)(), await sync_to_async(make_project)()
    viewer = await sync_to_async(make_member)(project, Role.VIEWER)
    socket = await opened(ORIGIN, await session(viewer))
    assert await heard(socket) is None

    await say(foreign)
    await sync_to_async(make_item)(project)
    assert await socket.receive_nothing(timeout=0.3)
    await say(project)
    assert await heard(socket) == [project.key]
    await socket.disconnect()


async def test_many_changes_are_told_once_in_the_time_that_a_page_is_given(monkeypatch):
    monkeypatch.setattr(PortfolioConsumer, "every_s", 0.8)
    project = await sync_to_async(make_project)()
    other = await sync_to_async(make_project)()
    await sync_to_async(operations.add_member)(
        project=other, user=project.created_by, role=Role.VIEWER, by=other.created_by, now=now()
    )
    socket = await opened(ORIGIN, await session(project.created_by))
    assert await heard(socket) is None
    began = time.monotonic()

    for light in ("red", "amber", "green"):
        await say(project, light)
    await say(other)
    assert await heard(socket) == sorted([project.key, other.key])
    assert time.monotonic() - began > 0.7
    assert await socket.receive_nothing(timeout=1)
    await socket.disconnect()


async def test_a_project_that_somebody_comes_into_is_heard_of(monkeypatch):
    monkeypatch.setattr(PortfolioConsumer, "poll_s", 0.05)
    project, user = await sync_to_async(make_project)(), await sync_to_async(make_user)()
    socket = await opened(ORIGIN, await session(user))
    assert await heard(socket) is None

    await sync_to_async(operations.add_member)(
        project=project, user=user, role=Role.VIEWER, by=project.created_by, now=now()
    )
    assert await heard(socket) is None
    await socket.disconnect()


async def test_token_of_one_project_hears_that_one_alone():
    project, other = await sync_to_async(make_project)(), await sync_to_async(make_project)()
    await sync_to_async(operations.add_member)(
        project=other, user=project.created_by, role=Role.VIEWER, by=other.created_by, now=now()
    )
    socket = await opened(await bearer(project.created_by, project=project))
    assert await heard(socket) is None

    await say(other)
    assert await socket.receive_nothing(timeout=0.3)
    await say(project)
    assert await heard(socket) == [project.key]
    await socket.disconnect()


async def test_strangers_are_refused():
    socket = await opened(ORIGIN)
    assert await close_code(socket) == 4401
