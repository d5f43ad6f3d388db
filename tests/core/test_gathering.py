"""Group commit: who comes together shares a commit, and is answered for their own."""

import asyncio

import psycopg
import pytest

from core import pool
from core.gathering import Gathering
from tests.asgi import looping


@pytest.fixture
def loop(transactional_db):
    with looping() as loop:
        yield loop


def gathered(loop, gathering, items):
    """What each was answered, or the error that it was told."""

    async def all_at_once():
        return await asyncio.gather(*(gathering.write(item) for item in items), return_exceptions=True)

    return asyncio.run_coroutine_threadsafe(all_at_once(), loop).result(30)


def test_those_who_come_while_one_is_written_share_the_next_group(loop):
    groups = []

    async def write(one, items):
        groups.append(list(items))
        await one.execute("SELECT 1")
        return [item * 10 for item in items]

    answers = gathered(loop, Gathering(write, flights=1, most=4, weight=lambda item: item), [3, 1, 2, 1, 9])

    assert answers == [30, 10, 20, 10, 90]
    assert groups == [[3, 1], [2, 1], [9]]


def test_who_comes_in_the_moment_a_flight_lands_is_not_forgotten(loop):
    async def write(one, items):
        return items

    gathering = Gathering(write, flights=1, most=10)

    async def again_and_again():
        return [await gathering.write(item) for item in range(20)]

    assert asyncio.run_coroutine_threadsafe(again_and_again(), loop).result(5) == list(range(20))


def test_one_callers_trouble_is_told_to_that_caller_alone(loop):
    async def write(one, items):
        async with one.transaction():
            return [(await (await one.execute("SELECT 6 / %s::int", [item])).fetchone())[0] for item in items]

    answers = gathered(loop, Gathering(write, flights=1, most=10), [1, 0, 2, 3])

    assert isinstance(answers.pop(1), psycopg.errors.DivisionByZero)
    assert answers == [6, 3, 2]


def test_trouble_of_the_database_is_told_to_all_and_the_next_is_written(loop):
    async def write(one, items):
        if "drop" in items:
            await one.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return items

    gathering = Gathering(write, flights=1, most=10)

    assert all(isinstance(one, psycopg.OperationalError) for one in gathered(loop, gathering, ["drop", "drop"]))
    assert gathered(loop, gathering, ["kept"]) == ["kept"]


def test_each_event_loop_has_a_queue_of_its_own(loop):
    async def write(one, items):
        return [id(asyncio.get_running_loop()) for _ in items]

    gathering = Gathering(write, flights=1, most=10)

    async def alone():
        try:
            return await gathering.write("item")
        finally:
            await pool.close()

    assert len({*gathered(loop, gathering, ["item"]), asyncio.run(alone())}) == 2
