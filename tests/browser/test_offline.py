"""A browser that was away catches up by itself: every event, each once."""

from playwright.sync_api import expect

from tests.browser.conftest import is_live
from tests.browser.stages import plan_sprint


def test_a_browser_that_was_offline_catches_up_with_each_event_once(open_as, people, new_project):
    key = new_project("scientist")
    plan_sprint(people.owner, key, "Freeze the holdout")
    page = open_as("scientist", f"/p/{key}/board/", expected=["ERR_INTERNET_DISCONNECTED", "WebSocket"])
    is_live(page)
    collect_events(page)
    seen_from = page.evaluate("Number(document.body.dataset.seq)")
    add(people, key, "Before")
    expect(card(page, "Before")).to_be_visible()

    page.context.set_offline(True)
    expect(state_of(page)).to_have_attribute("data-state", "offline")
    for title in ("First", "Second", "Third"):
        add(people, key, title)
    page.context.set_offline(False)

    for title in ("First", "Second", "Third"):
        expect(card(page, title)).to_have_count(1)
    is_live(page)
    add(people, key, "After")
    expect(card(page, "After")).to_have_count(1)
    expect(page.locator("#board [data-item]")).to_have_count(6)
    newest = people.owner.get(f"/projects/{key}/events")["next_after"]
    assert page.evaluate("window.seen") == list(range(seen_from + 1, newest + 1))
    assert page.evaluate("window.loadedOnce") is True


def test_what_was_said_while_the_server_was_away_is_shown_afterwards(open_as, people, new_project):
    """The socket dies as with a restarted proxy; the page connects again by itself."""
    key = new_project("scientist")
    plan_sprint(people.owner, key, "Freeze the holdout")
    page = open_as("scientist", f"/p/{key}/board/", expected=["ERR_INTERNET_DISCONNECTED", "WebSocket"])
    is_live(page)

    for _ in range(3):
        page.context.set_offline(True)
        expect(state_of(page)).to_have_attribute("data-state", "offline")
        page.context.set_offline(False)
        is_live(page)
    add(people, key, "Still here")

    expect(card(page, "Still here")).to_have_count(1)


def test_a_card_that_another_moved_meanwhile_is_caught_up_with_without_reload(open_as, people, new_project):
    key = new_project("scientist")
    plan_sprint(people.owner, key, "Freeze the holdout", "Measure the rules")
    page = open_as("scientist", f"/p/{key}/board/", expected=["ERR_INTERNET_DISCONNECTED", "WebSocket"])
    is_live(page)
    page.evaluate("window.loadedOnce = true")
    done = page.get_by_role("region", name="Done", exact=True)

    page.context.set_offline(True)
    expect(state_of(page)).to_have_attribute("data-state", "offline")
    people.owner.post(f"/projects/{key}/items/1/move", state="done")
    page.locator("#item-2").focus()
    page.keyboard.press("]")
    expect(page.get_by_text("The server cannot be reached. The card went back.")).to_be_visible()
    page.context.set_offline(False)

    expect(done.locator("#item-1")).to_be_visible()
    expect(page.locator("#item-1")).to_have_count(1)
    expect(page.get_by_role("region", name="Ready", exact=True).locator("#item-2")).to_be_visible()
    assert page.evaluate("window.loadedOnce") is True


def collect_events(page):
    page.evaluate(
        """() => {
            window.seen = [];
            window.loadedOnce = true;
            document.addEventListener("tl:event", ({ detail }) => detail.seq && window.seen.push(detail.seq));
        }"""
    )


def add(people, key, title):
    people.owner.post(f"/projects/{key}/items", title=title, sprint=1)


def card(page, title):
    return page.locator("#board [data-item]", has_text=title)


def state_of(page):
    return page.locator("[data-live-state]").first
