"""The live socket: in order, each once, to whom it may concern, from a real database and a real Valkey."""

import asyncio
import json
import random
import time

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.test import Client

from config.asgi import application
from core import events, live
from core.models import Stream, Token
from core.roles import Scope
from projects import operations, presence
from projects.consumers import room
from projects.models import Membership
from projects.roles import Role
from tests.factories import make_member, make_project, make_user
from tests.projects.factories import make_item, make_token
from tests.sockets import Socket, leave_nothing

pytestmark = pytest.mark.django_db(transaction=True)

HOST = (b"host", b"testserver")
ORIGIN = (b"origin", b"http://testserver")


def cookies_of(user):
    client = Client()
    client.force_login(user)
    return (b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()), client


async def session(user):
    return (await sync_to_async(cookies_of)(user))[0]


async def bearer(user, *scopes, project=None):
    text = await sync_to_async(make_token)(user, *scopes, project=project)
    return (b"authorization", f"Bearer {text}".encode())


async def opened(key, *headers, after="0"):
    socket = Socket(application, f"/ws/projects/{key}?after={after}", headers=[HOST, *headers])
    accepted, _ = await socket.connect(timeout=5)
    assert accepted
    return socket


async def next_event(socket, timeout=5):
    """The next message that is an event; presence passes by."""
    while True:
        message = json.loads(await socket.receive_from(timeout=timeout))
        if "seq" in message and "type" in message:
            return message


async def until_closed(socket, timeout=5):
    """What it heard until then, and the code of the close."""
    heard = []
    while (output := await socket.receive_output(timeout=timeout))["type"] != "websocket.close":
        heard.append(output["text"])
    await socket.disconnect()  # as a server does after the close
    return heard, output["code"]


async def close_code(socket, timeout=5):
    _, code = await until_closed(socket, timeout)
    return code


@pytest.fixture(autouse=True)
async def _surroundings(settings):
    """Our host, and nothing left behind."""
    settings.ALLOWED_HOSTS = ["testserver"]
    yield
    await leave_nothing()


@pytest.fixture
def project():
    return make_project(key="FRD")


make_items = sync_to_async(lambda project, count=1: [make_item(project) for _ in range(count)])


async def test_events_after_a_number_in_order_each_once(project):
    await make_items(project, 3)
    socket = await opened("FRD", ORIGIN, await session(project.created_by), after="2")

    first = [await next_event(socket) for _ in range(2)]
    await make_items(project, 2)
    later = [await next_event(socket) for _ in range(2)]

    assert [e["seq"] for e in first + later] == [3, 4, 5, 6]
    assert first[0] == {
        "seq": 3,
        "type": "item.added",
        "subject": {"type": "workitem", "id": "2", "version": 1},
        "at": first[0]["at"],
    }
    await socket.disconnect()


async def test_parallel_writers_reach_many_sockets_in_order_each_once(project):
    sockets = [await opened("FRD", ORIGIN, await session(project.created_by), after="1") for _ in range(4)]

    await asyncio.gather(*(database_sync_to_async(make_item, thread_sensitive=False)(project) for _ in range(12)))

    for socket in sockets:
        assert [(await next_event(socket))["seq"] for _ in range(12)] == list(range(2, 14))
        await socket.disconnect()


async def test_wake_up_comes_through_the_broker_before_the_poll(project, monkeypatch):
    monkeypatch.setattr(room, "POLL_S", 30.0)
    socket = await opened("FRD", ORIGIN, await session(project.created_by), after="1")
    while not live.hub._task or not presence_of(project):
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)

    started = time.monotonic()
    await make_items(project)
    await next_event(socket)

    assert time.monotonic() - started < 1
    await socket.disconnect()


def presence_of(project):
    return presence.here(project.pk)


async def test_without_a_wake_up_the_poll_finds_it(project, monkeypatch):
    monkeypatch.setattr(live, "wake", lambda stream_id: None)
    monkeypatch.setattr(room, "POLL_S", 0.2)
    socket = await opened("FRD", ORIGIN, await session(project.created_by), after="1")

    await make_items(project)

    assert (await next_event(socket))["seq"] == 2
    await socket.disconnect()


async def test_a_page_far_behind_catches_up_without_a_gap(project, monkeypatch):
    monkeypatch.setattr("projects.tail.BATCH", 10)
    monkeypatch.setattr("projects.consumers.project.BATCH", 10)
    await make_items(project, 34)
    socket = await opened("FRD", ORIGIN, await session(project.created_by), after="0")

    assert [(await next_event(socket))["seq"] for _ in range(35)] == list(range(1, 36))
    await socket.disconnect()


async def test_pages_that_are_cut_off_again_and_again_hear_each_event_once_and_in_order(project):
    """As `benchmarks/sockets.py` does it with hundreds: whoever was cut off comes back with what it heard last."""
    headers, wanted = (ORIGIN, await session(project.created_by)), list(range(2, 62))

    async def hear(chance):
        heard = []
        while not heard or heard[-1] < wanted[-1]:
            socket = await opened("FRD", *headers, after=str(heard[-1] if heard else 1))
            for _ in range(chance.randint(1, 25)):
                heard.append((await next_event(socket))["seq"])
                if heard[-1] == wanted[-1]:
                    break
            await socket.disconnect()
        return heard

    pages = [asyncio.create_task(hear(random.Random(number))) for number in range(6)]
    for _ in wanted:
        await make_items(project)

    assert await asyncio.gather(*pages) == [wanted] * 6


async def test_presence_is_told_when_somebody_comes_or_goes_and_not_for_each_of_their_pages(project, monkeypatch):
    told = []
    monkeypatch.setattr(live, "show", lambda stream_id, message: told.append(message["presence"]))
    owner, other = project.created_by, await sync_to_async(make_user)(name="Other")

    def enter(user, page, place=""):
        presence.hold(project.pk, user, page, place)
        return presence.note(project.pk, page)

    for user, page in ((owner, "a"), (owner, "b"), (other, "c")):
        enter(user, page)
    assert [len(people) for people in told] == [1, 2]
    assert enter(owner, "b", "item:1:title") == {"presence": told[-1], "here": 2}
    assert told[-1][0]["places"] == ["item:1:title"]
    presence.leave(project.pk, "a")
    assert len(told) == 3
    for page in ("b", "c"):
        presence.leave(project.pk, page)
    assert [len(people) for people in told[3:]] == [1, 0]


async def test_of_a_crowd_the_first_are_named_and_whoever_edits(project):
    people = await sync_to_async(lambda: [make_user(name=f"Guest {number}") for number in range(presence.NAMED + 3)])()
    for number, person in enumerate(people):
        presence.hold(project.pk, person, str(number), "item:1:title" if person == people[-1] else "")
        told = presence.note(project.pk, str(number))

    assert told["here"] == presence.NAMED + 3
    assert [one["name"] for one in told["presence"]] == [str(one) for one in [*people[: presence.NAMED], people[-1]]]
    for number in range(len(people)):
        presence.leave(project.pk, str(number))


class Ear:
    def __init__(self):
        self.told = []

    def tell(self, whispered):
        self.told.append(whispered)


async def test_of_what_is_shown_again_and_again_the_first_and_the_last_is_told(monkeypatch):
    monkeypatch.setattr(live, "SHOWN_EVERY_S", 0.1)
    hub, ear = live.Hub(), Ear()
    hub._listeners[7].add(ear)

    for number in range(50):
        hub._tell({"stream": 7, "shown": {"here": number}})
    await asyncio.sleep(0.4)
    hub._tell({"stream": 7, "shown": {"here": 50}})

    assert [json.loads(one)["here"] for one in ear.told] == [0, 49, 50]


async def test_the_pages_of_a_process_are_kept_together_and_one_that_left_is_not_written_again(project, monkeypatch):
    told, owner = [], project.created_by
    monkeypatch.setattr(live, "show", lambda stream_id, message: told.append(message["presence"]))
    for page in ("a", "b", "left"):
        presence.hold(project.pk, owner, page)
    presence.leave(project.pk, "left")
    assert presence.note(project.pk, "left") == {}

    monkeypatch.setattr(presence, "_kept_at", time.monotonic())
    presence.keep()
    assert presence.here(project.pk) == [], "it is not time yet"
    monkeypatch.setattr(presence, "_kept_at", -1e9)
    assert presence.is_due()
    presence.keep()
    assert not presence.is_due()

    assert set(presence._pages(project.pk)) == {"a", "b"}
    assert presence.here(project.pk) == told[-1] != []
    monkeypatch.setattr(presence, "FRESH_S", -1)
    monkeypatch.setattr(presence, "_noted", {})
    presence.leave(project.pk, "a")
    presence.note(project.pk, "b")
    assert presence.here(project.pk) == [], "who was not kept is not here"
    presence.leave(project.pk, "b")


async def test_a_page_ahead_of_a_log_that_was_set_back_is_told_so_beside_one_that_stayed_open(project):
    await make_items(project, 3)
    stayed = await opened("FRD", ORIGIN, await session(project.created_by), after="3")
    assert (await next_event(stayed))["seq"] == 4
    await Stream.objects.filter(pk=project.pk).aupdate(last_seq=2)

    came_back = await opened("FRD", ORIGIN, await session(project.created_by), after="4")

    assert json.loads(await came_back.receive_from(timeout=5)) == {"resync_required": True, "seq": 2}
    await came_back.disconnect()
    await stayed.disconnect()


async def test_a_page_ahead_of_the_log_is_told_to_fetch_again(project):
    socket = await opened("FRD", ORIGIN, await session(project.created_by), after="999")

    assert json.loads(await socket.receive_from(timeout=5)) == {"resync_required": True, "seq": 1}
    await make_items(project)
    assert (await next_event(socket))["seq"] == 2
    await socket.disconnect()


async def test_stranger_refused(project):
    stranger = await sync_to_async(make_user)()
    socket = await opened("FRD", ORIGIN, await session(stranger))

    assert await close_code(socket) == 4403


async def test_unknown_project_refused_in_the_same_way(project):
    socket = await opened("NOPE", ORIGIN, await session(project.created_by))

    assert await close_code(socket) == 4403


async def test_nobody_refused(project):
    socket = await opened("FRD", ORIGIN)

    assert await close_code(socket) == 4401


async def test_member_who_is_taken_out_hears_no_more(project):
    member = await sync_to_async(make_member)(project, Role.VIEWER)
    socket = await opened("FRD", ORIGIN, await session(member), after="2")
    started = time.monotonic()

    membership = await Membership.objects.aget(user=member)
    await sync_to_async(operations.remove_member)(membership=membership, by=project.created_by)

    assert await close_code(socket) == 4403
    assert time.monotonic() - started < 2.5


async def test_who_is_taken_out_hears_not_even_of_that_when_something_is_whispered_meanwhile(project, monkeypatch):
    member = await sync_to_async(make_member)(project, Role.VIEWER)
    whole = room.still

    async def still(*asked, within_s):
        live.hub._tell_all(project.pk, {"metric": 1})
        await asyncio.sleep(0.05)
        return await whole(*asked, within_s=within_s)

    monkeypatch.setattr(room, "still", still)
    socket = await opened("FRD", ORIGIN, await session(member), after="2")
    membership = await Membership.objects.aget(user=member)
    await sync_to_async(operations.remove_member)(membership=membership, by=project.created_by)

    heard, _ = await until_closed(socket)
    assert any("metric" in one for one in heard)
    assert not any("member.removed" in one for one in heard)


async def test_member_who_vanishes_without_an_event_hears_no_more(project, monkeypatch):
    monkeypatch.setattr(room, "POLL_S", 0.2)
    monkeypatch.setattr(room, "RECHECK_S", 0.4)
    member = await sync_to_async(make_member)(project, Role.VIEWER)
    socket = await opened("FRD", ORIGIN, await session(member), after="2")

    await Membership.objects.filter(user=member).adelete()

    assert await close_code(socket) == 4403


async def test_an_event_does_not_wait_for_the_question_who_may_still_hear(project, monkeypatch):
    monkeypatch.setattr(room, "POLL_S", 60)
    monkeypatch.setattr(room, "RECHECK_S", 0.2)
    may_answer = asyncio.Event()

    async def still(credentials, stream_id, *, within_s):
        if not within_s:  # as it begins
            return dict.fromkeys(credentials, project.created_by)
        await may_answer.wait()
        return {}

    monkeypatch.setattr(room, "still", still)
    socket = await opened("FRD", ORIGIN, await session(project.created_by), after="2")
    await asyncio.sleep(0.3)

    await make_items(project)

    assert (await next_event(socket))["type"] == "item.added"
    may_answer.set()
    assert await close_code(socket) == 4403


async def test_signing_out_ends_the_socket(project, monkeypatch):
    monkeypatch.setattr(room, "POLL_S", 0.2)
    monkeypatch.setattr(room, "RECHECK_S", 0.4)
    cookie, client = await sync_to_async(cookies_of)(project.created_by)
    socket = await opened("FRD", ORIGIN, cookie, after="1")

    await sync_to_async(client.logout)()

    assert await close_code(socket) == 4403


async def test_token_without_origin_hears_until_it_is_revoked(project, monkeypatch):
    monkeypatch.setattr(room, "POLL_S", 0.2)
    monkeypatch.setattr(room, "RECHECK_S", 0.4)
    socket = await opened("FRD", await bearer(project.created_by, Scope.READ), after="0")
    assert (await next_event(socket))["type"] == "project.created"

    await Token.objects.aupdate(revoked_at="2020-01-01T00:00:00Z")

    assert await close_code(socket) == 4403


async def test_token_of_another_project_refused(project):
    other = await sync_to_async(make_project)(owner=project.created_by)
    socket = await opened("FRD", await bearer(project.created_by, project=other))

    assert await close_code(socket) == 4403


@pytest.mark.parametrize(
    "headers",
    [[(b"origin", b"http://evil.example")], [(b"origin", b"null")], [(b"origin", b"http://testserver.evil")], []],
)
async def test_foreign_or_missing_origin_refused_at_the_door(project, headers):
    cookie = await session(project.created_by)
    socket = Socket(application, "/ws/projects/FRD?after=0", headers=[HOST, cookie, *headers])

    accepted, _ = await socket.connect(timeout=5)

    assert not accepted


@pytest.mark.parametrize("frame", [{"text_data": "{}"}, {"text_data": "x" * 100_000}, {"bytes_data": b"\x00\xff"}])
async def test_garbage_frame_closes(project, frame):
    socket = await opened("FRD", ORIGIN, await session(project.created_by), after="1")

    await socket.send_to(**frame)

    assert await close_code(socket) == 4400


async def test_ping_is_harmless(project):
    socket = await opened("FRD", ORIGIN, await session(project.created_by), after="0")

    await socket.send_to(text_data="ping")

    assert (await next_event(socket))["seq"] == 1
    await socket.disconnect()


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "%C2%B2", "9" * 30])
async def test_bad_after_closes(project, after):
    socket = await opened("FRD", ORIGIN, await session(project.created_by), after=after)

    assert await close_code(socket) == 4400


async def test_presence_tells_who_is_here_and_who_left(project):
    member = await sync_to_async(make_member)(project, Role.VIEWER)
    mine = await opened("FRD", ORIGIN, await session(project.created_by), after="2")
    theirs = await opened("FRD", ORIGIN, await session(member), after="2")

    assert await names_until(mine, 2) == {str(project.created_by), "Viewer"}
    await theirs.disconnect()
    assert await names_until(mine, 1) == {str(project.created_by)}
    await mine.disconnect()


async def test_the_others_are_told_which_field_somebody_edits(project):
    member = await sync_to_async(make_member)(project, Role.ENGINEER)
    mine = await opened("FRD", ORIGIN, await session(project.created_by), after="2")
    theirs = await opened("FRD", ORIGIN, await session(member), after="2")
    await names_until(mine, 2)

    await theirs.send_to(text_data='{"editing": "item:1:title"}')
    assert await places_until(mine, 1) == {"Engineer": ["item:1:title"]}
    await theirs.send_to(text_data='{"editing": null}')
    assert await places_until(mine, 0) == {}
    await theirs.disconnect()
    await mine.disconnect()


@pytest.mark.parametrize("said", ["{", "[]", '{"editing": 7}', '{"editing": "%s"}' % ("x" * 101), '{"do": "it"}'])
async def test_a_page_that_says_something_else_is_closed(project, said):
    socket = await opened("FRD", ORIGIN, await session(project.created_by), after="2")
    await socket.send_to(text_data=said)
    assert await close_code(socket) == 4400


async def places_until(socket, count):
    while True:
        message = json.loads(await socket.receive_from(timeout=5))
        found = {one["name"]: one["places"] for one in message.get("presence", []) if one["places"]}
        if "presence" in message and len(found) == count:
            return found


async def names_until(socket, count):
    while True:
        message = json.loads(await socket.receive_from(timeout=5))
        names = {person["name"] for person in message.get("presence", [])}
        if len(names) == count:
            return names


async def test_without_a_broker_events_still_arrive(project, monkeypatch, settings):
    monkeypatch.setattr(room, "POLL_S", 0.2)
    monkeypatch.setattr(presence, "_silent_until", 0.0)
    monkeypatch.setattr(presence, "_client", broken)
    socket = await opened("FRD", ORIGIN, await session(project.created_by), after="0")

    assert (await next_event(socket))["seq"] == 1
    await socket.disconnect()
    monkeypatch.setattr(presence, "_silent_until", 0.0)


def broken():
    raise ConnectionError("no broker")


async def test_failing_database_tells_the_page_to_come_again(project, monkeypatch):
    socket = await opened("FRD", ORIGIN, await session(project.created_by), after="1")
    await make_items(project)
    await next_event(socket)

    def fail(**kwargs):
        raise RuntimeError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(events, "after", fail)
        live.wake(project.pk)
        assert await close_code(socket, timeout=8) == 1012

    again = await opened("FRD", ORIGIN, await session(project.created_by), after="2")
    await make_items(project)
    assert (await next_event(again))["seq"] == 3
    await again.disconnect()


async def test_of_those_who_are_here_only_who_may_no_longer_hear_is_sent_away(project, monkeypatch):
    member = await sync_to_async(make_member)(project, Role.VIEWER)
    mine = await opened("FRD", ORIGIN, await session(project.created_by), after="2")
    theirs = await opened("FRD", ORIGIN, await session(member), after="2")
    await names_until(mine, 2)

    membership = await Membership.objects.aget(user=member)
    await sync_to_async(operations.remove_member)(membership=membership, by=project.created_by)

    heard, code = await until_closed(theirs)
    assert code == 4403
    assert not any("member.removed" in one for one in heard), "not even of that"
    assert (await next_event(mine))["type"] == "member.removed"
    await mine.disconnect()
