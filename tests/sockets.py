"""A websocket that speaks to the whole ASGI application, and leaves nothing behind."""

import asyncio

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.testing import WebsocketCommunicator
from django.db import connections

from core import live
from projects import presence


class Socket(WebsocketCommunicator):
    """Channels' own keeps every connection open while it sends or receives, by a patch of its module. Where two of them
    wait at once, the patches end in another order than they began in, and one of them stays for ever: from then on no
    thread gives a connection back, until the pool is empty.
    """

    send_input = ApplicationCommunicator.send_input
    receive_output = ApplicationCommunicator.receive_output


async def leave_nothing():
    """After a test with sockets: nobody listens, is here or is served any more; the subscription ends, as it does when
    it is woken and nobody listens, and the thread that async code reads the database in gives its connection back.
    """
    await asyncio.sleep(0)
    serving = [task for task in asyncio.all_tasks() if "Room" in getattr(task.get_coro(), "__qualname__", "")]
    assert (dict(live.hub._listeners), presence._mine, serving) == ({}, {}, [])
    live.wake(0)
    if live.hub._task and not live.hub._task.done():
        await asyncio.wait([live.hub._task], timeout=5)
    await sync_to_async(connections.close_all)()
