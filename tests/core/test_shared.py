"""What many ask for at once is made once."""

import asyncio
import gc
import threading

import pytest

from core import shared
from core.shared import ReadTogether, Shared, WhileHeld


def test_many_at_once_wait_for_who_came_first():
    answers, made, may_end, got = Shared(), [], threading.Event(), []

    def make():
        may_end.wait(5)
        made.append(1)
        return "answer"

    threads = [threading.Thread(target=lambda: got.append(answers.get("board", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    may_end.set()
    for thread in threads:
        thread.join(5)

    assert got == ["answer"] * 8
    assert made == [1]


def test_another_key_is_made_for_itself():
    answers = Shared()

    assert [answers.get(key, lambda key=key: f"of {key}") for key in (1, 2, 1)] == ["of 1", "of 2", "of 1"]


def test_a_failure_is_its_callers_alone():
    answers = Shared()
    with pytest.raises(ZeroDivisionError):
        answers.get("board", lambda: 1 / 0)

    assert answers.get("board", lambda: "answer") == "answer"


def test_it_is_made_again_after_a_while_and_the_oldest_give_way(monkeypatch):
    monkeypatch.setattr(shared, "MOST", 2)
    answers, made = Shared(), []

    def ask(key):
        return answers.get(key, lambda: made.append(key) or len(made))

    assert [ask("a"), ask("b"), ask("a"), ask("c"), ask("a"), ask("b")] == [1, 2, 1, 3, 1, 4]
    monkeypatch.setattr(shared, "KEPT_S", -1.0)
    assert ask("b") == 5


async def test_who_asks_before_a_read_begins_shares_it_and_who_asks_later_gets_another():
    begun, may_end = [], asyncio.Event()

    async def read():
        begun.append(1)
        await may_end.wait()
        return len(begun)

    together = ReadTogether(read)
    first = [asyncio.ensure_future(together.get()) for _ in range(3)]
    while not begun:
        await asyncio.sleep(0)
    later = [asyncio.ensure_future(together.get()) for _ in range(3)]
    may_end.set()

    assert await asyncio.gather(*first, *later) == [1, 1, 1, 2, 2, 2]


async def test_a_read_that_fails_fails_for_those_who_share_it_and_not_for_the_next():
    outcomes = [RuntimeError("not now"), "answer"]

    async def read():
        found = outcomes.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    together = ReadTogether(read)

    both = await asyncio.gather(together.get(), together.get(), return_exceptions=True)
    assert [str(one) for one in both] == ["not now", "not now"]
    assert await together.get() == "answer"


async def test_one_who_gives_up_does_not_take_it_from_the_others():
    may_end = asyncio.Event()

    async def read():
        await may_end.wait()
        return "answer"

    together = ReadTogether(read)
    leaving, staying = asyncio.ensure_future(together.get()), asyncio.ensure_future(together.get())
    await asyncio.sleep(0)
    leaving.cancel()
    may_end.set()

    assert await staying == "answer"


def test_one_for_each_number_as_long_as_somebody_holds_it():
    class Thing:
        def __init__(self, number):
            self.number = number

    thing_of = WhileHeld(Thing)
    mine = thing_of(7)

    assert thing_of(7) is mine
    assert thing_of(8) is not mine
    del mine
    gc.collect()
    assert dict(thing_of._held) == {}
