"""From the commit of an event to its arrival in fifty browser sockets."""

import asyncio
import json
import time
from datetime import datetime

import websockets

from benchmarks.table import Figure, percentile
from tests.product import Caller, Product

SOCKETS = 50
EVENTS = 100
PAUSE_S = 0.05


def measure() -> list[Figure]:
    with Product() as product:
        caller = product.caller(product.person("bench", admin=True))
        caller.post("/projects", key="BEN", name="Benchmark")
        delays = asyncio.run(_delays(product, caller))
    how = f"{SOCKETS} sockets, {EVENTS} events, {len(delays)} arrivals; from just before the commit"
    return [
        Figure("event to socket, p50", percentile(delays, 0.50) * 1000, 50, "ms", how),
        Figure("event to socket, p99", percentile(delays, 0.99) * 1000, 300, "ms", how),
        Figure("events missed or repeated", float(abs(SOCKETS * EVENTS - len(delays))), 0, "", how),
    ]


async def _delays(product: Product, caller: Caller) -> list[float]:
    after = (await asyncio.to_thread(caller.get, "/projects/BEN/events"))["results"][-1]["seq"]
    address = f"ws://localhost:{product.port}/ws/projects/BEN?after={after}"
    headers = {"Authorization": f"Bearer {caller.token}"}
    listeners = [asyncio.create_task(_listen(address, headers)) for _ in range(SOCKETS)]
    await asyncio.sleep(3)
    for number in range(EVENTS):
        await asyncio.to_thread(caller.post, "/projects/BEN/items", title=f"Item {number}")
        await asyncio.sleep(PAUSE_S)
    return [delay for heard in await asyncio.gather(*listeners) for delay in heard]


async def _listen(address: str, headers: dict[str, str]) -> list[float]:
    """How late each event came, in seconds."""
    delays: list[float] = []
    async with websockets.connect(address, additional_headers=headers) as socket:
        try:
            while len(delays) < EVENTS:
                message = json.loads(await asyncio.wait_for(socket.recv(), 30))
                if "seq" in message:
                    delays.append(time.time() - datetime.fromisoformat(message["at"]).timestamp())
        except TimeoutError:
            pass
    return delays
