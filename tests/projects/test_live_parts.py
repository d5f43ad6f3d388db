"""What an open page asks for over its socket: the same as over HTTP, and for nobody else."""

import asyncio
import json
import re

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from config.asgi import application
from core.roles import Scope
from core.views import parts
from projects import operations
from projects.consumers import room
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.projects.factories import make_sprint, make_token
from tests.sockets import Socket, leave_nothing

pytestmark = pytest.mark.django_db(transaction=True)

HTMX = {"HX-Request": "true"}
BOARD = "/p/FRD/board/?part=board"
PLANNED = "/p/FRD/board/?part=planned"
RAIL = "/p/FRD/rail/?at=%2Fp%2FFRD%2Fboard%2F"


@pytest.fixture
def project():
    return make_project(key="FRD")


@pytest.fixture(autouse=True)
async def _surroundings(settings):
    """Our host, and nothing left behind."""
    settings.ALLOWED_HOSTS = ["testserver"]
    yield
    await leave_nothing()


def signed_in(user, **options):
    client = Client(**options)
    client.force_login(user)
    return client


def cookie_of(client):
    return b"cookie", "; ".join(f"{name}={one.value}" for name, one in client.cookies.items()).encode()


async def opened(client, key="FRD"):
    headers = [(b"host", b"testserver"), (b"origin", b"http://testserver"), cookie_of(client)]
    return await connected(key, headers)


async def connected(key, headers):
    socket = Socket(application, f"/ws/projects/{key}?after=0", headers=headers)
    is_open, _ = await socket.connect(timeout=5)
    assert is_open
    return socket


async def answer(socket, *addresses, number=1):
    await socket.send_to(text_data=json.dumps({"ask": number, "of": addresses}))
    return await next_answer(socket, number)


async def next_answer(socket, number):
    while True:
        message = json.loads(await socket.receive_from(timeout=10))
        if "parts" in message:
            assert message["ask"] == number
            return message["parts"]


async def close_code(socket):
    while True:
        message = await socket.receive_output(timeout=10)
        if message["type"] == "websocket.close":
            await socket.disconnect()  # as a server does after the close
            return message["code"]


async def test_each_part_is_what_its_address_answers_over_http(project):
    client = await sync_to_async(signed_in)(project.created_by)
    socket = await opened(client)

    found = await answer(socket, BOARD, RAIL)

    assert list(found) == [BOARD, RAIL]
    for address, html in found.items():
        assert html == (await sync_to_async(client.get)(address, headers=HTMX)).content.decode()
    await socket.disconnect()


async def test_what_changed_is_in_the_next_answer(project):
    socket = await opened(await sync_to_async(signed_in)(project.created_by))
    before = await answer(socket, BOARD)

    await sync_to_async(make_sprint)(project)

    after = await answer(socket, BOARD, number=2)
    assert "data-board" in after[BOARD]
    assert "data-board" not in before[BOARD]
    await socket.disconnect()


async def test_many_that_ask_at_once_are_each_answered_for_their_own_role(project):
    await sync_to_async(make_sprint)(project)
    viewer = await sync_to_async(make_member)(project, Role.VIEWER)
    people = [project.created_by, viewer] * 4
    sockets = [await opened(await sync_to_async(signed_in)(one)) for one in people]

    found = await asyncio.gather(*(answer(socket, BOARD) for socket in sockets))

    for person, parts_found in zip(people, found, strict=True):
        assert ("data-move-url" in parts_found[BOARD]) == (person == project.created_by)
    for socket in sockets:
        await socket.disconnect()


async def test_a_form_in_a_part_is_accepted(project):
    await sync_to_async(make_sprint)(project, started=False)
    client = await sync_to_async(signed_in)(project.created_by, enforce_csrf_checks=True)
    await sync_to_async(client.get)("/p/FRD/board/")
    socket = await opened(client)

    form = (await answer(socket, PLANNED))[PLANNED]

    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    action = re.search(r'action="(/p/FRD/[^"]+/start/)"', form)[1]
    assert (await sync_to_async(client.post)(action, {"csrfmiddlewaretoken": token})).status_code == 302
    assert (await sync_to_async(client.post)(action, {})).status_code == 403
    await socket.disconnect()


async def test_of_a_project_that_one_is_not_in_nothing_is_told(project):
    foreign = await sync_to_async(make_project)()
    socket = await opened(await sync_to_async(signed_in)(project.created_by))

    address = f"/p/{foreign.key}/board/?part=board"

    assert await answer(socket, address) == {}
    await socket.disconnect()


async def test_of_another_project_that_one_is_in_the_role_there_counts(project):
    other = await sync_to_async(make_project)()
    await sync_to_async(make_sprint)(other)
    await sync_to_async(operations.add_member)(
        project=other, user=project.created_by, role=Role.VIEWER, by=other.created_by, now=now()
    )
    socket = await opened(await sync_to_async(signed_in)(project.created_by))

    address = f"/p/{other.key}/board/?part=board"

    assert "data-move-url" not in (await answer(socket, BOARD, address))[address]
    await socket.disconnect()


async def test_who_was_taken_out_is_told_nothing_even_before_the_socket_ends(project, monkeypatch):
    monkeypatch.setattr(room, "RECHECK_S", 60)
    member = await sync_to_async(make_member)(project, Role.VIEWER)
    socket = await opened(await sync_to_async(signed_in)(member))
    assert await answer(socket, BOARD)

    await sync_to_async(project.memberships.filter(user=member).delete)()

    assert await answer(socket, BOARD, number=2) == {}
    await socket.disconnect()


async def test_a_program_with_a_token_is_answered_nothing(project):
    text = await sync_to_async(make_token)(project.created_by, Scope.READ)
    socket = await connected("FRD", [(b"host", b"testserver"), (b"authorization", f"Bearer {text}".encode())])

    await socket.send_to(text_data=json.dumps({"ask": 1, "of": [BOARD]}))

    seen = [json.loads(await socket.receive_from(timeout=5))]
    while not await socket.receive_nothing(timeout=1):
        seen.append(json.loads(await socket.receive_from(timeout=5)))
    assert not any("parts" in one for one in seen)
    await socket.disconnect()


async def test_another_password_ends_the_socket_of_every_other_session(project, monkeypatch):
    monkeypatch.setattr(room, "POLL_S", 0.2)
    monkeypatch.setattr(room, "RECHECK_S", 0.4)
    socket = await opened(await sync_to_async(signed_in)(project.created_by))

    project.created_by.set_password("another one, and a long one")
    await project.created_by.asave()

    assert await close_code(socket) == 4403


@pytest.mark.parametrize(
    "said",
    [
        {"ask": 1},
        {"ask": "1", "of": [BOARD]},
        {"ask": 1, "of": BOARD},
        {"ask": 1, "of": [7]},
        {"ask": 1, "of": [BOARD], "more": 1},
        {"ask": 1, "of": [f"/{n}/" for n in range(parts.MOST + 1)]},
    ],
    ids=["nothing", "no number", "no list", "no address", "more", "too many"],
)
async def test_who_asks_wrongly_is_closed(project, said):
    socket = await opened(await sync_to_async(signed_in)(project.created_by))

    await socket.send_to(text_data=json.dumps(said))

    assert await close_code(socket) == 4400


async def test_what_fails_is_answered_with_nothing_and_the_socket_stays(project, monkeypatch):
    socket = await opened(await sync_to_async(signed_in)(project.created_by))
    whole = parts.answered

    def fail(request, addresses):
        raise RuntimeError("broken")

    monkeypatch.setattr(parts, "answered", fail)
    assert await answer(socket, BOARD) == {}

    monkeypatch.setattr(parts, "answered", whole)
    assert BOARD in await answer(socket, BOARD, number=2)
    await socket.disconnect()
