"""A real Chromium against the whole product. One product for all journeys; each journey makes its own people."""

import itertools
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.product import PASSWORD, Product

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def product():
    with Product() as product:
        yield product


@pytest.fixture(scope="session")
def browser():
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("No Chromium here: install one with the system's package manager, e.g. apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_as(product, browser):
    """`open_as(username)` signs in and gives a page; whatever the browser complains of fails the test at the end."""
    contexts, complaints = [], []

    def open_page(username, *, width=1440, height=900, dark=False, expect=()):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", base_url=product.url
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda line: _note(complaints, page, line, expect))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        sign_in(page, username)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page, username):
    page.goto("/sign-in/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def unique(prefix):
    return f"{prefix}{next(_numbers)}"


def _note(complaints, page, line, expect):
    """Errors that the journey does not expect: scripts that break, and what the content policy blocks."""
    if line.type == "error" and not any(text in line.text for text in expect):
        complaints.append(f"{page.url}: {line.text}")
