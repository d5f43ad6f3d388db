"""What a browser with an empty cache loads, how long that takes, and whether pages move under the hand as they load."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from benchmarks.pages import fill
from benchmarks.table import Figure, percentile
from tests.chromium import FLAGS, found_chromium
from tests.product import PASSWORD, Product

LOADS = 9
WALK = ("/", "/inbox/", "/p/ONE/", "/p/ONE/board/", "/p/ONE/board/backlog/", "/p/ONE/risks/", "/p/ONE/experiments/")
SETTLED_MS = 1000
_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def measure() -> list[Figure]:
    with Product() as product, sync_playwright() as playwright:
        fill(product, product.caller(product.person("bench", admin=True)), "ONE", items=40, runs=40)
        browser = playwright.chromium.launch(executable_path=found_chromium(), args=FLAGS)
        figures = [
            *_first(browser, product, "/sign-in/", signed_in=False),
            *_first(browser, product, "/p/ONE/", signed_in=True),
            *_walk(browser, product),
        ]
        browser.close()
        return figures


def _first(browser: Browser, product: Product, path: str, *, signed_in: bool) -> list[Figure]:
    """In a browser that knows no file yet."""
    times, kb = [], {"script": 0.0, "stylesheet": 0.0}
    for _ in range(LOADS):
        with _visitor(browser, product, signed_in=signed_in) as page:
            loaded = _loaded(page)
            page.goto(product.url + path, wait_until="load")
            times.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
            page.wait_for_timeout(SETTLED_MS)
            kb = {kind: _kb(loaded, kind) for kind in kb}
    how = f"{LOADS} loads without a cache, by the clock; {kb['stylesheet']:.0f} kB of CSS"
    return [
        Figure(f"{path}, until it is loaded, p95", percentile(times, 0.95), 1000, "ms", how),
        Figure(f"{path}, JavaScript as it is sent", kb["script"], 150, "kB", "compressed"),
    ]


def _walk(browser: Browser, product: Product) -> list[Figure]:
    """From page to page, twice: what moves, and what of the front end is asked for a second time."""
    with _visitor(browser, product, signed_in=True) as page:
        shifts = {path: _shift(page, product.url + path) for path in WALK}
        again = _loaded(page)
        for path in WALK:
            page.goto(product.url + path, wait_until="load")
        asked = sum("/static/" in request.url and request.sizes()["responseBodySize"] > 0 for request in again)
    worst = max(shifts, key=lambda path: shifts[path])
    how = f"sum of the layout shifts of a page; the most on {worst}, of {len(WALK)} pages"
    return [
        Figure("cumulative layout shift", shifts[worst], 0.01, "", how),
        Figure("files of the front end that a second walk loads", asked, 0, "", f"{len(WALK)} pages"),
    ]


def _loaded(page: Page) -> list[Request]:
    """What it loads from now on."""
    found: list[Request] = []

    def note(request: Request) -> None:
        found.append(request)

    page.on("requestfinished", note)
    return found


def _shift(page: Page, url: str) -> float:
    page.goto(url, wait_until="load")
    page.wait_for_timeout(SETTLED_MS)
    return float(page.evaluate("window.shifted"))


@contextmanager
def _visitor(browser: Browser, product: Product, *, signed_in: bool) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(_SHIFTS)
    if signed_in:
        _sign_in(context, product)
    yield context.new_page()
    context.close()


def _sign_in(context: BrowserContext, product: Product) -> None:
    """Without a page, so that the browser has loaded no file."""
    context.request.get(f"{product.url}/sign-in/")
    token = next(one["value"] for one in context.cookies() if one["name"] == "csrftoken")
    form: dict[str, str | float | bool] = {"username": "bench", "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = context.request.post(f"{product.url}/sign-in/", form=form, headers={"Referer": f"{product.url}/sign-in/"})
    assert answer.ok, answer.status


def _kb(loaded: list[Request], kind: str) -> float:
    return sum(one.sizes()["responseBodySize"] for one in loaded if one.resource_type == kind) / 1000
