"""What the open pages of a project share, without a database: how it begins, fails, and ends."""

import asyncio

import pytest

from core import live
from projects import presence
from projects.consumers import room
from projects.consumers.readers import Credential
from projects.consumers.room import CLOSE_TRY_AGAIN, Page, Room
from projects.tail import Entry


class Tail:
    """A log in memory that fails once when it is told to."""

    def __init__(self, last=3):
        self.last, self.fails, self.reads = last, False, 0

    async def refresh(self):
        self.reads += 1
        await asyncio.sleep(0)
        if self.fails:
            self.fails = False
            raise RuntimeError("gone")
        return self.last

    async def after(self, seq):
        return [Entry(number, "item.added", str(number)) for number in range(seq + 1, self.last + 1)]


async def _everybody(credentials, stream_id, *, within_s):
    return dict.fromkeys(credentials, "somebody")


@pytest.fixture
def rooms(monkeypatch):
    monkeypatch.setattr(live, "hub", live.Hub())
    monkeypatch.setattr(live.hub, "_listen", lambda: asyncio.sleep(0))
    monkeypatch.setattr(room, "still", _everybody)
    monkeypatch.setattr(room, "tail_of", lambda stream_id: Tail())


def serving():
    return [task for task in asyncio.all_tasks() if task.get_coro().__qualname__.startswith("Room.")]


async def until(is_so):
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.005)


@pytest.mark.usefixtures("rooms")
async def test_the_first_reading_wakes_whoever_looked_before_it_was_done():
    one, page = Room(1), Page(Credential(1), None)
    one.enter(page)
    assert await one.after(0) == []

    await until(page.woken.is_set)

    assert [entry.seq for entry in await one.after(0)] == [1, 2, 3]
    one.leave(page)


@pytest.mark.usefixtures("rooms")
@pytest.mark.parametrize("turns", range(1, 6))
async def test_who_enters_while_the_room_fails_is_served_by_another_and_not_sent_away(turns):
    one, before, after = Room(1), Page(Credential(1), None), Page(Credential(2), None)
    one.enter(before)
    await until(before.woken.is_set)
    one.tail.fails = True
    one.tell(None)
    for _ in range(turns):
        await asyncio.sleep(0)

    one.leave(before)
    one.enter(after)
    await until(lambda: not one.tail.fails)
    after.woken.clear()
    one.tail.last += 1
    one.tell(None)
    await until(after.woken.is_set)

    assert after.end_code is None
    one.leave(after)
    await until(lambda: not serving())
    assert not live.hub._listeners


@pytest.mark.usefixtures("rooms")
async def test_those_of_a_room_that_fails_are_sent_away_and_the_next_begins_anew():
    one, page, later = Room(1), Page(Credential(1), None), Page(Credential(2), None)
    one.enter(page)
    await until(page.woken.is_set)

    one.tail.fails = True
    one.tell(None)
    await until(lambda: page.end_code == CLOSE_TRY_AGAIN)
    one.leave(page)
    one.enter(later)
    await until(later.woken.is_set)

    assert later.end_code is None
    one.leave(later)


@pytest.mark.usefixtures("rooms")
async def test_a_lost_wake_up_is_made_up_for_by_the_poll(monkeypatch):
    monkeypatch.setattr(room, "POLL_S", 0.02)
    one, page = Room(1), Page(Credential(1), None)
    one.enter(page)
    await until(page.woken.is_set)
    page.woken.clear()

    one.tail.last += 1
    await until(page.woken.is_set)

    reads = one.tail.reads
    one.leave(page)
    await until(lambda: not serving())
    await asyncio.sleep(0.1)
    assert one.tail.reads <= reads + 1, "nobody is here: nothing is read"


@pytest.mark.usefixtures("rooms")
async def test_who_they_are_is_known_anew_and_trouble_with_presence_ends_nothing(monkeypatch):
    monkeypatch.setattr(room, "RECHECK_S", 0.11)
    monkeypatch.setattr(room, "KEEP_S", 0.01)
    kept = []

    def keep():
        kept.append(1)
        raise RuntimeError("no JSON")

    monkeypatch.setattr(presence, "is_due", lambda: True)
    monkeypatch.setattr(presence, "keep", keep)
    one, page = Room(1), Page(Credential(1), "as they were")
    one.enter(page)

    await until(lambda: page.user == "somebody" and len(kept) > 1)

    assert page.end_code is None
    one.leave(page)
