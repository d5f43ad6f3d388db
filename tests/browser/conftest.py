"""A real Chromium against the whole product.

One product, one Chromium and one cast of people for all journeys; each journey makes its own project, so they may run
in any order. What a journey does not look at is built through the REST API.
"""

import itertools
import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.chromium import PATIENCE_MS
from tests.product import PASSWORD, Product

ROLES = {
    "partner": "owner",
    "manager": "product_owner",
    "scientist": "data_scientist",
    "engineer": "engineer",
    "validator": "validator",
    "viewer": "viewer",
}
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items):
    """Every test of this folder is a journey, and journeys come last."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def product():
    with Product() as product:
        yield product


@pytest.fixture(scope="session")
def people(product):
    """`people.owner.post(...)`: the REST API as each of them. The user name of each is what it is called here."""
    callers = product.people("owner", *ROLES, "stranger")
    yield SimpleNamespace(**callers)
    for caller in callers.values():
        caller.close()


@pytest.fixture(scope="session")
def new_project(people):
    """`new_project(*members)` makes a project of `owner` with these of ROLES in it. Returns its key."""

    def make(*members):
        key = f"J{next(_numbers)}"
        people.owner.post("/projects", key=key, name=f"Journey {key}")
        for username in members:
            people.owner.post(f"/projects/{key}/members", username=username, role=ROLES[username])
        return key

    return make


@pytest.fixture(scope="session")
def signed_in():
    """The cookies of who signed in before: signing in once is enough."""
    return {}


@pytest.fixture
def open_page(product, browser):
    """`open_page()` gives a page of a browser of its own; whatever it complains of fails the test at the end, save what
    contains one of `expected`."""
    contexts, complaints = [], []

    def open_one(*, width=1440, height=900, dark=False, expected=(), cookies=None):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            base_url=product.url,
            storage_state=cookies,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda line: _note(complaints, page, line, expected))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def open_as(open_page, signed_in):
    """`open_as(username, "/p/KEY/")` gives a page there, of a browser in which this person is signed in."""

    def open_one(username, path="/", **options):
        page = open_page(cookies=signed_in.get(username), **options)
        if username not in signed_in:
            sign_in(page, username)
            signed_in[username] = page.context.storage_state()
        page.goto(path)
        return page

    return open_one


def sign_in(page, username):
    page.goto("/sign-in/")
    fill_sign_in(page, username)
    # On a narrow screen the way out lies behind the menu: what tells is that the page is another.
    expect(page).not_to_have_url(re.compile("/sign-in/"))


def fill_sign_in(page, username):
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def is_live(page):
    """Waits until the page's socket is open."""
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")


def _note(complaints, page, line, expected):
    """Errors that the journey does not expect: scripts that break, and what the content policy blocks."""
    if line.type == "error" and not any(text in line.text for text in expected):
        complaints.append(f"{page.url}: {line.text}")
