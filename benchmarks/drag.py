"""A card is dropped, and moves on the board of somebody else's browser, while fifty people look at the board.

One of them is a real browser. The others do what a page does: they hear the event, wait as `live.js` does, and ask over
their socket for the fragments that care. The moves are what `board.js` sends.
"""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import requests
from playwright.sync_api import Page, sync_playwright
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from benchmarks.pages import signed_in
from benchmarks.table import Figure, percentile
from tests.chromium import FLAGS, found_chromium
from tests.product import Caller, Product

PEOPLE, PAGES_EACH = 7, 7
CARDS, DRAGS, PAUSE_S = 80, 40, 1.2
GATHER_S = 0.03  # as live.js, after a quiet second
FRAGMENTS = ("/p/BEN/board/?part=board", "/p/BEN/board/?part=backlog", "/p/BEN/rail/?at=%2Fp%2FBEN%2Fboard%2F")
LANES = ("in_progress", "review", "done", "ready")
_WATCH = """
window.moved = {};
new MutationObserver(() => {
  for (const card of document.querySelectorAll("[data-item]")) {
    const at = `${card.dataset.item} ${card.parentElement.dataset.lane}`;
    window.moved[at] ??= Date.now();
  }
}).observe(document.getElementById("board").parentElement, { childList: true, subtree: true });
"""


def measure() -> list[Figure]:
    with Product() as product, sync_playwright() as playwright:
        caller = product.caller(product.person("bench", admin=True))
        _fill(product, caller)
        browser = playwright.chromium.launch(executable_path=found_chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        _open_board(page, product)
        with _others(product) as others:
            delays = [ms for ms in _drags(page, product) if ms is not None]
        browser.close()
    fetched = sum(one.fetched for one in others)
    how = f"{DRAGS} drops, {len(others)} other pages that fetched {fetched} fragments; by the clock"
    return [
        Figure("drop to the other browser, p50", percentile(delays, 0.5), 250, "ms", how),
        Figure("drop to the other browser, p99", percentile(delays, 0.99), 1000, "ms", how),
        Figure("drops that did not arrive", DRAGS - len(delays), 0, "", how),
    ]


def _fill(product: Product, caller: Caller) -> None:
    caller.post("/projects", key="BEN", name="Benchmark")
    dates = {"start_date": time.strftime("%Y-%m-01"), "end_date": time.strftime("%Y-%m-28")}
    sprint = caller.post("/projects/BEN/sprints", goal="Measure", **dates)["number"]
    caller.post(f"/projects/BEN/sprints/{sprint}/start")
    for number in range(CARDS):
        caller.post("/projects/BEN/items", title=f"Item {number}", sprint=sprint if number < CARDS / 2 else None)
    names = [f"person-{number}" for number in range(PEOPLE)]
    product.people(*names)
    for name in names:
        caller.post("/projects/BEN/members", username=name, role="engineer")


def _open_board(page: Page, product: Product) -> None:
    session = signed_in(product, "person-0")
    page.context.add_cookies([{"name": "sessionid", "value": str(session.cookies["sessionid"]), "url": product.url}])
    page.goto(f"{product.url}/p/BEN/board/", wait_until="load")
    page.evaluate(_WATCH)
    page.wait_for_selector("[data-live-state][data-state=live]")


def _drags(page: Page, product: Product) -> Iterator[float | None]:
    """Milliseconds from the drop to the card in its lane on the page; None if it did not come there."""
    session = signed_in(product, "person-1")
    session.headers.update({"X-CSRFToken": str(session.cookies["csrftoken"]), "Referer": product.url})
    for number in range(DRAGS):
        item, lane = 1 + number % 20, LANES[number // 20]
        began = time.time()
        _drop(session, product, item, lane)
        page.wait_for_timeout(PAUSE_S * 1000)
        at = page.evaluate(f"window.moved['{item} {lane}'] ?? null")
        if at is None:
            page.wait_for_timeout(5000)
            at = page.evaluate(f"window.moved['{item} {lane}'] ?? null")
        yield None if at is None else at - began * 1000


def _drop(session: requests.Session, product: Product, item: int, lane: str) -> None:
    given = {"item": item, "lane": lane, "position": 0}
    session.post(f"{product.url}/p/BEN/board/move/", data=given, timeout=30).raise_for_status()


@dataclass
class Other:
    """An open board without a browser."""

    product: Product
    cookie: str
    fetched: int = 0
    open: threading.Event = field(default_factory=threading.Event)
    end: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        headers = {"Cookie": self.cookie, "Origin": self.product.url}
        address = f"ws://localhost:{self.product.port}/ws/projects/BEN?after=10000"
        with connect(address, additional_headers=headers, open_timeout=60, max_size=None) as socket:
            self.open.set()
            while not self.end.is_set():
                with suppress(TimeoutError, ConnectionClosed):
                    self._hear(socket)

    def _hear(self, socket: ClientConnection) -> None:
        said = json.loads(socket.recv(timeout=0.5))
        self.fetched += len(said.get("parts", {}))
        if str(said.get("type", "")).startswith("item."):
            time.sleep(GATHER_S)
            socket.send(json.dumps({"ask": 1, "of": FRAGMENTS}))


@contextmanager
def _others(product: Product) -> Iterator[list[Other]]:
    cookies = [f"sessionid={signed_in(product, f'person-{n}').cookies['sessionid']}" for n in range(PEOPLE)]
    others = [Other(product, cookie) for cookie in cookies for _ in range(PAGES_EACH)]
    with ThreadPoolExecutor(len(others)) as pool:
        looking = [pool.submit(other.look) for other in others]
        for other in others:
            other.open.wait(60)
        yield others
        for other in others:
            other.end.set()
    for each in looking:
        each.result()
