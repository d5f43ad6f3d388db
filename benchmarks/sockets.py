"""The live channel at its size: two hundred sockets that hear ten thousand events, a thousand that idle, and one event
to a thousand. Fewer with BENCH_EVENTS and BENCH_SOCKETS in the environment."""

import asyncio
import os
import random
import re
import resource
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import websockets

from benchmarks.start import family_memory
from benchmarks.table import Figure, percentile
from benchmarks.tracking import cpu_ms
from benchmarks.within import told
from tests.product import Caller, Product, descendants

EVENTS = int(os.environ.get("BENCH_EVENTS", "10000"))
HEARERS = int(os.environ.get("BENCH_SOCKETS", "200"))
IDLE, FEW, WINDOW_S, SETTLE_S = 1000, 50, 20, 20
CALM, CALM_RATE = 200, 20
HEARD_WITHIN_S = 600
_EVENT = re.compile(r'"seq":(\d+),.*"at":"([^"]+)"')


def measure() -> list[Figure]:
    _allow_files(8192)
    with Product() as product:
        caller = product.caller(product.person("bench", admin=True))
        caller.post("/projects", key="BEN", name="Benchmark")
        return asyncio.run(_measure(product, caller))


async def _measure(product: Product, caller: Caller) -> list[Figure]:
    storm = await _storm(product, caller)
    calm = await _calm(product, caller)
    return [*storm, *calm, *await _crowd(product, caller)]


@dataclass
class Hearer:
    """A page that comes back, with the number of the last event it heard, as soon as it was cut off."""

    address: str
    headers: dict[str, str]
    first: int
    last: int
    is_cut: bool
    heard: list[int] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    cuts: int = 0

    async def hear(self) -> None:
        while not self.heard or self.heard[-1] < self.last:
            after = self.heard[-1] if self.heard else self.first
            async with websockets.connect(f"{self.address}?after={after}", additional_headers=self.headers) as socket:
                cut_at = len(self.heard) + random.randint(200, 3000) if self.is_cut else None
                await self._hear(socket, cut_at)

    async def _hear(self, socket: Any, cut_at: int | None) -> None:
        async for message in socket:
            found = _EVENT.search(message)
            if found is None:
                continue
            self.heard.append(int(found[1]))
            self.delays.append(time.time() - datetime.fromisoformat(found[2]).timestamp())
            if self.heard[-1] >= self.last:
                return
            if cut_at is not None and len(self.heard) >= cut_at:
                self.cuts += 1
                socket.transport.abort()  # as a network does that goes away, without a word
                return


async def _storm(product: Product, caller: Caller) -> list[Figure]:
    hearers, said = await _heard(product, caller, count=EVENTS, rate=1e9, is_cut=True)
    wrong = sum(one.heard != list(range(one.first + 1, one.last + 1)) for one in hearers)
    cuts = sum(one.cuts for one in hearers)
    how = f"{HEARERS} sockets, {EVENTS:,} events at {EVENTS / said['seconds']:.0f} a second, cut off {cuts} times"
    return [Figure("sockets that did not hear each event once, in order", wrong, 0, "", how)]


async def _calm(product: Product, caller: Caller) -> list[Figure]:
    hearers, _ = await _heard(product, caller, count=CALM, rate=CALM_RATE, is_cut=False)
    delays = [delay * 1000 for one in hearers for delay in one.delays]
    how = f"{HEARERS} sockets, {CALM} events at {CALM_RATE} a second, none cut off, by the clock"
    return [Figure("event to socket, p99", percentile(delays, 0.99), 300, "ms", how)]


async def _heard(
    product: Product, caller: Caller, *, count: int, rate: float, is_cut: bool
) -> tuple[list[Hearer], dict[str, Any]]:
    first = await _last_seq(caller)
    headers = {"Authorization": f"Bearer {caller.token}"}
    hearers = [Hearer(_address(product), headers, first, first + count, is_cut) for _ in range(HEARERS)]
    tasks = [asyncio.create_task(one.hear()) for one in hearers]
    await asyncio.sleep(3)
    said = await _events(product, count=count, rate=rate)
    await asyncio.wait(tasks, timeout=HEARD_WITHIN_S)
    for task in tasks:
        task.cancel()
    return hearers, said


@dataclass
class Page:
    """An open page of somebody who is signed in: it only listens."""

    address: str
    headers: dict[str, str]
    is_open: bool = False
    heard: int = 0

    async def stay(self) -> None:
        async with websockets.connect(self.address, additional_headers=self.headers, open_timeout=60) as socket:
            self.is_open = True
            async for message in socket:
                self.heard += _EVENT.search(str(message)) is not None


async def _crowd(product: Product, caller: Caller) -> list[Figure]:
    product.environment |= {"BENCH_PEOPLE": str(IDLE)}
    sessions = await asyncio.to_thread(told, product, "crowd")
    address = f"{_address(product)}?after={await _last_seq(caller)}"
    before = _memory(product)
    pages = [Page(address, {"Origin": product.url, "Cookie": f"sessionid={one}"}) for one in sessions]
    tasks = [asyncio.create_task(page.stay()) for page in pages]
    while not all(page.is_open for page in pages):
        await asyncio.sleep(0.5)
    await asyncio.sleep(SETTLE_S)
    memory = _memory(product)
    at_rest = await _cpu_ms(product, asyncio.sleep(WINDOW_S))
    began = time.monotonic()
    busy = await _cpu_ms(product, _events(product, count=FEW, rate=FEW / WINDOW_S))
    idle = at_rest / WINDOW_S * (time.monotonic() - began)
    await asyncio.sleep(3)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=60)
    arrived = sum(page.heard for page in pages)
    said = f"all processes, over what {IDLE:,} idle pages cost; {arrived:,} of {FEW * IDLE:,} arrived"
    return [
        Figure(
            f"memory of all processes with {IDLE:,} idle sockets", memory, 400, "MB", f"{before:.0f} MB without them"
        ),
        Figure(
            f"{IDLE:,} idle sockets, CPU of a second",
            at_rest / WINDOW_S,
            100,
            "ms CPU",
            "all processes; of as many people",
        ),
        Figure(f"one event to {IDLE:,} open pages", (busy - idle) / FEW, 60, "ms CPU", said),
    ]


async def _events(product: Product, *, count: int, rate: float) -> Any:
    product.environment |= {"BENCH_EVENTS": str(count), "BENCH_RATE": str(rate)}
    return await asyncio.to_thread(told, product, "sockets")


async def _last_seq(caller: Caller) -> int:
    return int((await asyncio.to_thread(caller.get, "/projects/BEN/events"))["last_seq"])


def _address(product: Product) -> str:
    return f"ws://localhost:{product.port}/ws/projects/BEN"


def _family(product: Product) -> list[int]:
    assert product.process
    return [product.process.pid, *descendants(product.process.pid)]


def _memory(product: Product) -> float:
    assert product.process
    return family_memory(os.getpid())  # which has no children but the product


async def _cpu_ms(product: Product, during: Coroutine[Any, Any, Any]) -> float:
    """What all processes of the product spend while this goes on."""
    before = sum(map(cpu_ms, _family(product)))
    await during
    return sum(map(cpu_ms, _family(product))) - before


def _allow_files(count: int) -> None:
    """For each socket one here and one in the web process, which inherits the limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, most), most))
