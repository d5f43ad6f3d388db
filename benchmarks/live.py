"""From the commit of an event to its arrival in fifty browser sockets."""

import asyncio
import contextlib
import json
import time
from datetime import datetime

import websockets

from benchmarks.table import Figure, percentile
from tests.product import Caller, Product

SOCKETS = 50
EVENTS = 100
PAUSE_S = 0.05
QUIET_S = 10


def measure() -> list[Figure]:
    with Product() as product:
        caller = product.caller(product.person("bench", admin=True))
        caller.post("/projects", key="BEN", name="Benchmark")
        heard = asyncio.run(_heard(product, caller))
    delays = [delay for each in heard for delay in each.values()]
    how = f"{SOCKETS} sockets, {EVENTS} events, {len(delays)} arrivals; from just before the commit"
    return [
        Figure("event to socket, p50", percentile(delays, 0.50) * 1000, 50, "ms", how),
        Figure("event to socket, p99", percentile(delays, 0.99) * 1000, 300, "ms", how),
        Figure("events missed (a repeated one stops the run)", float(abs(SOCKETS * EVENTS - len(delays))), 0, "", how),
    ]


async def _heard(product: Product, caller: Caller) -> list[dict[int, float]]:
    """What each socket heard: the delay of each event in seconds, by its number."""
    after = (await asyncio.to_thread(caller.get, "/projects/BEN/events"))["results"][-1]["seq"]
    address = f"ws://localhost:{product.port}/ws/projects/BEN?after={after}"
    headers = {"Authorization": f"Bearer {caller.token}"}
    listeners = [asyncio.create_task(_listen(address, headers)) for _ in range(SOCKETS)]
    await asyncio.sleep(3)
    for number in range(EVENTS):
        await asyncio.to_thread(caller.post, "/projects/BEN/items", title=f"Item {number}")
        await asyncio.sleep(PAUSE_S)
    return await asyncio.gather(*listeners)


async def _listen(address: str, headers: dict[str, str]) -> dict[int, float]:
    """Until nothing has come for QUIET_S. Raises AssertionError for an event that came twice."""
    delays: dict[int, float] = {}
    async with websockets.connect(address, additional_headers=headers) as socket:
        with contextlib.suppress(TimeoutError):
            while True:
                message = json.loads(await asyncio.wait_for(socket.recv(), QUIET_S))
                if "seq" in message and "at" in message:
                    assert message["seq"] not in delays, f"event {message['seq']} came twice"
                    delays[message["seq"]] = time.time() - datetime.fromisoformat(message["at"]).timestamp()
    return delays
