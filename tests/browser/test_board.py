"""The board of a sprint, in several browsers at once."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import is_live
from tests.browser.stages import plan_sprint

SOON_MS = 5_000  # a second or two, on a machine that does other things too


@pytest.fixture
def key(people, new_project):
    key = new_project("scientist", "engineer")
    plan_sprint(people.owner, key, "Freeze the holdout", "Measure the rules")
    return key


def test_what_one_adds_and_drags_another_sees_without_reload(open_as, key):
    mine, theirs = open_as("scientist", f"/p/{key}/board/"), open_as("engineer", f"/p/{key}/board/")
    is_live(theirs)

    mine.get_by_role("button", name="New item").click()
    dialog = mine.get_by_role("dialog", name="New item")
    dialog.get_by_label("Title").fill("Balance the classes")
    dialog.get_by_label("Sprint").select_option(index=1)
    dialog.get_by_role("button", name="Add the item").click()
    expect(card(mine, "Balance the classes")).to_be_visible()
    expect(card(theirs, "Balance the classes")).to_be_visible(timeout=SOON_MS)

    drag(mine, "Balance the classes", to="In progress")
    expect(card_in(theirs, "In progress", "Balance the classes")).to_be_visible(timeout=SOON_MS)
    expect(card(theirs, "Balance the classes")).to_have_count(1)

    mine.reload()
    expect(card_in(mine, "In progress", "Balance the classes")).to_be_visible()


SLIDES = """() => {
  window.slides = [], window.named = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (...how) { slides.push(this.id); return animate.apply(this, how); };
  const tell = (records) => records.flatMap((one) => [...one.addedNodes]).filter((one) => one.className === "mover");
  const seen = new MutationObserver((records) => named.push(...tell(records).map((one) => one.textContent)));
  seen.observe(document.body, { childList: true, subtree: true });
}"""


def test_a_card_that_another_moves_slides_and_says_who_moved_it(open_as, key):
    mine, theirs, still = (open_as(who, f"/p/{key}/board/") for who in ("scientist", "engineer", "owner"))
    theirs.emulate_media(reduced_motion="no-preference")
    still.emulate_media(reduced_motion="reduce")
    for page in (mine, theirs, still):
        is_live(page)
        page.evaluate(SLIDES)

    drag(mine, "Freeze the holdout", to="In progress")

    for page in (theirs, still):
        expect(card_in(page, "In progress", "Freeze the holdout")).to_be_visible()
        page.wait_for_function("named.join() === 'Scientist'")
    number = card(mine, "Freeze the holdout").get_attribute("id")
    assert number in theirs.evaluate("slides")
    assert still.evaluate("slides") == []
    assert number not in mine.evaluate("slides")
    assert mine.evaluate("named") == []
    expect(theirs.locator(".mover")).to_have_count(0)  # the name goes by itself


def test_a_card_is_moved_by_keys_and_by_its_menu(open_as, key):
    page, other = open_as("scientist", f"/p/{key}/board/"), open_as("engineer", f"/p/{key}/board/")
    is_live(other)

    card(page, "Measure the rules").focus()
    page.keyboard.press("]")
    expect(card_in(other, "In progress", "Measure the rules")).to_be_visible()
    expect(card(page, "Measure the rules")).to_be_focused()
    page.keyboard.press("[")
    expect(card_in(other, "Ready", "Measure the rules")).to_be_visible()

    page.get_by_role("button", name=f"Move {key}-1").click()
    page.get_by_role("menuitemradio", name="Done").click()
    expect(card_in(other, "Done", "Freeze the holdout")).to_be_visible()


def test_on_a_slow_line_the_focus_stays_where_one_went_meanwhile(open_as, key):
    page = open_as("scientist", f"/p/{key}/board/")
    is_live(page)
    held = []
    page.route("**/board/move/**", lambda route: held.append(route))
    measured, frozen = card(page, "Measure the rules"), card(page, "Freeze the holdout")

    measured.focus()
    page.keyboard.press("]")
    expect(card_in(page, "In progress", "Measure the rules")).to_be_visible()
    frozen.focus()
    held[0].continue_()

    expect(page.get_by_text("is now in In progress")).to_be_visible()
    page.wait_for_function("!document.querySelector('[data-dragging]')")
    expect(frozen).to_be_focused()


def test_a_move_by_key_menu_or_hand_is_undone_to_where_the_card_was(open_as, key):
    page, other = open_as("scientist", f"/p/{key}/board/"), open_as("engineer", f"/p/{key}/board/")
    is_live(page)
    is_live(other)
    ready = other.get_by_role("region", name="Ready", exact=True).locator("[data-item] .title")
    undo = page.get_by_role("button", name="Undo")

    card(page, "Freeze the holdout").focus()
    page.keyboard.press("]")
    expect(ready).to_have_text(["Measure the rules"])
    undo.click()
    expect(ready).to_have_text(["Freeze the holdout", "Measure the rules"])

    page.get_by_role("button", name=f"Move {key}-1").click()
    page.get_by_role("menuitemradio", name="Done").click()
    expect(ready).to_have_text(["Measure the rules"])
    undo.click()
    expect(ready).to_have_text(["Freeze the holdout", "Measure the rules"])

    drag(page, "Freeze the holdout", to="In progress")
    expect(ready).to_have_text(["Measure the rules"])
    undo.click()
    expect(ready).to_have_text(["Freeze the holdout", "Measure the rules"])

    card(page, "Freeze the holdout").focus()
    page.keyboard.press("s")
    page.get_by_role("combobox", name=f"Status of {key}-1").fill("review")
    page.keyboard.press("Enter")
    expect(ready).to_have_text(["Measure the rules"])
    undo.click()
    expect(ready).to_have_text(["Freeze the holdout", "Measure the rules"])


def test_who_became_a_viewer_gets_the_card_back_with_a_sentence(open_as, people, key):
    page = open_as("engineer", f"/p/{key}/board/", expected=["403"])
    is_live(page)
    people.owner.patch(f"/projects/{key}/members/engineer", role="viewer")

    drag(page, "Measure the rules", to="Done")

    expect(page.get_by_text("in this project you are viewer")).to_be_visible()
    expect(card_in(page, "Ready", "Measure the rules")).to_be_visible()
    states = {item["title"]: item["state"] for item in people.owner.get(f"/projects/{key}/items")["results"]}
    assert states["Measure the rules"] == "ready"


def test_a_viewer_is_offered_no_move(open_as, people, key):
    people.owner.post(f"/projects/{key}/members", username="viewer", role="viewer")
    page = open_as("viewer", f"/p/{key}/board/")

    expect(card(page, "Measure the rules")).to_be_visible()
    expect(page.get_by_role("button", name=f"Move {key}-2")).to_have_count(0)
    drag(page, "Measure the rules", to="Done")
    expect(card_in(page, "Ready", "Measure the rules")).to_be_visible()


def card(page, title):
    return page.locator("#board [data-item]", has_text=title)


def card_in(page, lane, title):
    return page.get_by_role("region", name=lane, exact=True).locator("[data-item]", has_text=title)


def drag(page, title, *, to):
    """By mouse, as a hand does it: press, move in steps, let go."""
    taken = card(page, title).bounding_box()
    well = page.get_by_role("region", name=to, exact=True).locator("[data-lane]").bounding_box()
    page.mouse.move(taken["x"] + taken["width"] - 40, taken["y"] + taken["height"] - 8)
    page.mouse.down()
    page.mouse.move(well["x"] + well["width"] / 2, well["y"] + 40, steps=12)
    page.mouse.move(well["x"] + well["width"] / 2, well["y"] + 44, steps=3)
    page.mouse.up()
