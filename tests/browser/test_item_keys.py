"""Work by keyboard alone: one key opens a small menu, wherever an item stands."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import is_live
from tests.browser.stages import plan_sprint


@pytest.fixture
def key(people, new_project):
    key = new_project("scientist", "engineer")
    plan_sprint(people.owner, key, "Freeze the holdout", "Measure the rules")
    return key


def pick(page, letter, typed, title):
    """Press a key on the focused row, narrow the menu by typing, take what is marked."""
    page.keyboard.press(letter)
    field = page.get_by_role("combobox", name=title)
    expect(field).to_be_focused()
    page.keyboard.type(typed)
    with page.expect_response(lambda answer: "/menus/" in answer.url and answer.request.method == "POST") as answered:
        page.keyboard.press("Enter")
    assert answered.value.ok, answered.value.text()
    expect(field).to_have_count(0)


def test_a_card_is_changed_by_its_keys_and_back(open_as, people, key):
    page, other = open_as("scientist", f"/p/{key}/board/"), open_as("engineer", f"/p/{key}/board/")
    is_live(page)
    is_live(other)
    card, theirs = page.locator("#item-1"), other.locator("#item-1")
    card.focus()

    pick(page, "s", "in pro", f"Status of {key}-1")
    expect(other.get_by_role("region", name="In progress", exact=True).locator("#item-1")).to_be_visible()
    expect(card).to_be_focused()
    pick(page, "p", "high", f"Priority of {key}-1")
    expect(theirs.get_by_title("High")).to_be_visible()
    pick(page, "a", "engin", f"Assignee of {key}-1")
    expect(theirs.get_by_title("engineer")).to_be_visible()
    pick(page, "l", "Recall", f"Labels of {key}-1")
    expect(theirs.locator(".labels")).to_have_text("recall")
    expect(card).to_be_focused()
    pick(page, "i", "backlog", f"Sprint of {key}-1")
    expect(theirs).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    expect(theirs).to_be_visible()
    card.focus()
    pick(page, "Shift+C", "backlog", f"Sprint of {key}-1")
    expect(theirs).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    expect(theirs).to_be_visible()

    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    for title in ("Status", "Priority", "Assignee", "Sprint", "Labels"):
        expect(sheet.get_by_text(f"{title} of the focused item")).to_be_visible()
    expect(sheet.get_by_text("Put the focused item into a sprint")).to_be_visible()
    expect(sheet.get_by_text("New item")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#item-2").focus()
    page.keyboard.press("p")
    expect(page.get_by_role("combobox", name=f"Priority of {key}-2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#item-2")).to_be_focused()


def test_a_card_that_left_its_sprint_is_put_back_to_its_place(open_as, people, key):
    page = open_as("scientist", f"/p/{key}/board/")
    is_live(page)
    ready = page.get_by_role("region", name="Ready", exact=True).locator("[data-item] .title")
    expect(ready).to_have_text(["Freeze the holdout", "Measure the rules"])

    page.locator("#item-1").focus()
    pick(page, "i", "backlog", f"Sprint of {key}-1")
    expect(ready).to_have_text(["Measure the rules"])
    page.get_by_role("button", name="Undo").click()
    expect(ready).to_have_text(["Freeze the holdout", "Measure the rules"])

    other = open_as("engineer", f"/p/{key}/board/items/1/")
    other.locator("[data-infield][data-name='Sprint'] > button").click()
    other.get_by_role("combobox", name="Sprint").select_option(value="")
    expect(ready).to_have_text(["Measure the rules"])
    other.get_by_role("button", name="Undo").click()
    expect(ready).to_have_text(["Freeze the holdout", "Measure the rules"])


def test_a_card_that_left_a_plan_is_put_back_to_its_place(open_as, people, new_project):
    key = new_project("scientist")
    people.owner.post(f"/projects/{key}/sprints", goal="Signal", start_date="2026-05-04", end_date="2026-05-15")
    for number in range(1, 4):
        people.owner.post(f"/projects/{key}/items", title=f"Planned {number}", sprint=1)
        people.owner.post(f"/projects/{key}/items/{number}/move", state="in_progress")
    page = open_as("scientist", f"/p/{key}/sprints/1/plan/")
    is_live(page)

    page.get_by_role("button", name=f"Move {key}-1").click()
    page.get_by_role("menuitemradio", name="Backlog").click()
    expect(page.locator("#well-backlog #item-1")).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    planned = page.locator("#well-sprint [data-item] .title")
    expect(planned).to_have_text([f"Planned {number}" for number in range(1, 4)])
    states = [one["state"] for one in people.owner.get(f"/projects/{key}/items")["results"]]
    assert states == ["in_progress"] * 3


def test_ten_items_are_sorted_out_by_keyboard_alone(open_as, people, new_project):
    key = new_project("scientist")
    for number in range(1, 11):
        people.owner.post(f"/projects/{key}/items", title=f"Idea {number}")
    page = open_as("scientist", f"/p/{key}/board/backlog/")
    is_live(page)
    words = ("urgent", "high", "medium", "low", "no")

    page.keyboard.press("j")
    for number in range(1, 11):
        expect(page.locator(f"#rank-{number}")).to_be_focused()
        pick(page, "p", words[number % 5], f"Priority of {key}-{number}")
        expect(page.locator(f"#rank-{number}")).to_be_focused()
        pick(page, "l", "even" if number % 2 == 0 else "odd", f"Labels of {key}-{number}")
        expect(page.locator(f"#rank-{number} .labels")).to_be_visible()
        page.keyboard.press("j")
    page.locator("#rank-10").focus()
    pick(page, "s", "dropped", f"Status of {key}-10")
    expect(page.locator("#rank-10")).to_have_count(0)

    items = {one["number"]: one for one in people.owner.get(f"/projects/{key}/items")["results"]}
    wanted = {number: words[number % 5].replace("no", "none") for number in range(1, 11)}
    assert {number: one["priority"] for number, one in items.items()} == wanted
    assert [number for number, one in sorted(items.items()) if one["labels"] == ["even"]] == [2, 4, 6, 8, 10]
    assert items[10]["state"] == "dropped"


def test_a_list_is_filtered_and_what_is_chosen_is_changed_together(open_as, people, new_project):
    key = new_project("scientist")
    for number in range(1, 7):
        kind = "spike" if number % 2 else "task"
        people.owner.post(f"/projects/{key}/items", title=f"Idea {number}", kind=kind)
    page = open_as("scientist", f"/p/{key}/board/all/?layout=list", expected=["422"])

    page.get_by_label("Type").select_option(label="Spike")
    expect(page.get_by_text("3 fit the filters")).to_be_visible()
    is_live(page)
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    bar = page.locator("[data-selection]")
    expect(bar).to_contain_text("2 items")
    bar.get_by_label("Priority").select_option(label="High")
    bar.get_by_label("Add label").fill("probe, late")
    bar.get_by_role("button", name="Change").click()
    expect(bar.locator(".field.wrong")).to_contain_text("A label has no comma")
    expect(bar).to_contain_text("2 items")
    expect(page.get_by_text("3 fit the filters")).to_be_visible()
    bar.get_by_label("Add label").fill("probe")
    bar.get_by_role("button", name="Change").click()
    expect(page.get_by_text("2 items changed.")).to_be_visible()
    expect(page.get_by_text("3 fit the filters")).to_be_visible()
    expect(page.locator("#items .priority")).to_have_count(2)

    page.get_by_label("Label").first.select_option(label="probe")
    expect(page.get_by_text("2 fit the filters")).to_be_visible()
    is_live(page)
    page.keyboard.press("j")
    pick(page, "p", "low", f"Priority of {key}-5")
    expect(page.locator("#row-5").get_by_title("Low")).to_be_visible()


def test_a_board_by_track_moves_cards_within_their_own(open_as, people, key):
    people.owner.post(f"/projects/{key}/items", title="Is there signal?", kind="spike", sprint=1)
    people.owner.patch(f"/projects/{key}/statuses/in_progress", wip_limit=1)
    page = open_as("scientist", f"/p/{key}/board/")
    page.get_by_role("link", name="By track").click()
    expect(page).to_have_url(f"{page.url.split('?')[0]}?lanes=track")
    is_live(page)

    research = page.get_by_role("region", name="Research", exact=True)
    expect(research.locator("[data-item]")).to_have_count(1)
    page.locator("#item-3").focus()
    page.keyboard.press("]")
    expect(page.get_by_role("region", name="Research: In progress").locator("#item-3")).to_be_visible()
    page.locator("#item-1").focus()
    page.keyboard.press("]")
    expect(page.get_by_text("In progress holds 2, at most 1 are agreed.")).to_be_visible()
    expect(page.get_by_role("region", name="Engineering: In progress").locator("#item-1")).to_be_visible()


def test_a_planned_item_stays_where_it_was_dropped(open_as, people, new_project):
    key = new_project("scientist")
    people.owner.post(f"/projects/{key}/sprints", goal="Signal", start_date="2026-05-04", end_date="2026-05-15")
    for number in range(1, 4):
        people.owner.post(f"/projects/{key}/items", title=f"Planned {number}", sprint=1)
    people.owner.post(f"/projects/{key}/items", title="Dropped")
    page = open_as("scientist", f"/p/{key}/sprints/1/plan/")
    is_live(page)

    taken, onto = (page.locator(f"#item-{number}").bounding_box() for number in (4, 2))
    page.mouse.move(taken["x"] + taken["width"] - 60, taken["y"] + taken["height"] - 8)
    page.mouse.down()
    page.mouse.move(onto["x"] + onto["width"] / 2, onto["y"] + 14, steps=12)
    page.mouse.move(onto["x"] + onto["width"] / 2, onto["y"] + 10, steps=3)
    page.mouse.up()

    expect(page.locator("#plan-board .sending")).to_have_count(0)
    expect(page.locator("#well-sprint #item-4")).to_be_visible()
    shown = page.locator("#well-sprint [data-item]").evaluate_all("cards => cards.map((card) => card.dataset.item)")
    page.reload()
    expect(page.locator("#well-sprint [data-item]")).to_have_count(4)
    again = page.locator("#well-sprint [data-item]").evaluate_all("cards => cards.map((card) => card.dataset.item)")
    assert again == shown
    assert shown[-1] != "4"
