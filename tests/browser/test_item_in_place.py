"""Fields of a card that are changed where they stand, by two people at once."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import is_live
from tests.browser.stages import plan_sprint
from tests.browser.test_item_keys import pick


def test_two_people_change_a_card_where_it_stands(open_as, people, new_project):
    key = new_project("scientist", "engineer")
    plan_sprint(people.owner, key, "Freeze the holdout", "Measure the rules")
    mine = open_as("scientist", f"/p/{key}/board/items/1/", expected=["409"])
    theirs = open_as("engineer", f"/p/{key}/board/items/1/")
    is_live(mine)
    is_live(theirs)

    field(theirs, "Priority").click()
    theirs.get_by_role("combobox", name="Priority").select_option(label="High")
    expect(theirs.get_by_text("Priority: High.")).to_be_visible()
    expect(field(mine, "Priority")).to_have_text("High")
    theirs.get_by_role("button", name="Undo").click()
    expect(field(mine, "Priority")).to_have_text("No priority")

    field(mine, "Title").click()
    expect(theirs.locator("[data-edited]")).to_have_attribute("data-editors", "Scientist is changing this")
    field(theirs, "Title").click()
    theirs.get_by_role("textbox", name="Title").fill("Freeze it for good")
    theirs.keyboard.press("Enter")
    expect(theirs.get_by_text("Title: Freeze it for good.")).to_be_visible()
    mine.get_by_role("textbox", name="Title").fill("Freeze the other one")
    mine.keyboard.press("Enter")
    dialog = mine.get_by_role("dialog", name="Title: two changes")
    expect(dialog.get_by_text("Engineer changed this meanwhile.")).to_be_visible()
    expect(dialog.get_by_text("Freeze it for good")).to_be_visible()
    dialog.get_by_role("button", name="Put mine").click()
    expect(field(theirs, "Title")).to_have_text("Freeze the other one")

    field(mine, "Title").click()
    mine.get_by_role("textbox", name="Title").fill("Never said")
    mine.keyboard.press("Escape")
    expect(field(mine, "Title")).to_be_focused()
    expect(field(mine, "Title")).to_have_text("Freeze the other one")


def test_the_keys_of_a_list_act_on_the_item_whose_page_it_is(open_as, people, new_project):
    key = new_project("scientist", "engineer")
    plan_sprint(people.owner, key, "Freeze the holdout")
    people.owner.post(f"/projects/{key}/statuses", name="Validating", group="review")
    page, other = open_as("scientist", f"/p/{key}/board/items/1/"), open_as("engineer", f"/p/{key}/board/items/1/")
    is_live(page)
    is_live(other)

    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    for title in ("Status", "Priority", "Assignee", "Sprint", "Labels"):
        expect(sheet.get_by_text(f"{title} of this item")).to_be_visible()
    page.keyboard.press("Escape")
    pick(page, "s", "valid", f"Status of {key}-1")
    expect(field(page, "Status")).to_have_text("Validating")
    expect(field(other, "Status")).to_have_text("Validating")
    pick(page, "p", "high", f"Priority of {key}-1")
    expect(field(other, "Priority")).to_have_text("High")
    pick(page, "l", "recall", f"Labels of {key}-1")
    expect(other.get_by_label("Labels")).to_have_value("recall")

    field(other, "Status").click()
    other.get_by_role("combobox", name="Status").select_option(label="Done")
    expect(field(page, "Status")).to_have_text("Done")
    other.get_by_role("button", name="Undo").click()
    expect(field(page, "Status")).to_have_text("Validating")
    assert people.owner.get(f"/projects/{key}/items/1")["status"]["name"] == "Validating"


def test_details_of_two_people_meet_only_in_one_field(open_as, people, new_project):
    key = new_project("scientist", "engineer")
    plan_sprint(people.owner, key, "Freeze the holdout")
    page = open_as("scientist", f"/p/{key}/board/items/1/", expected=["412"])
    is_live(page)
    labels, save = page.get_by_label("Labels"), page.get_by_role("button", name="Save", exact=True)

    labels.fill("recall")
    people.owner.patch(f"/projects/{key}/items/1", estimates={"engineering": 5}, hypothesis="One\nTwo")
    expect(page.get_by_role("button", name=re.compile("newer change"))).to_be_visible()
    save.click()
    expect(page.get_by_label("Engineering")).to_have_value("5")
    assert people.owner.get(f"/projects/{key}/items/1")["labels"] == ["recall"]

    labels.fill("recall, late")
    people.owner.patch(f"/projects/{key}/items/1", labels=["data"])
    save.click()
    expect(page.get_by_text("It is “data” by now: save again to keep yours.", exact=True)).to_be_visible()
    expect(labels).to_have_value("recall, late")
    save.click()
    expect(page.get_by_text("by now: save again")).to_have_count(0)
    expect(labels).to_have_value("late, recall")
    assert people.owner.get(f"/projects/{key}/items/1")["hypothesis"] == "One\nTwo"


def test_what_holds_it_up_is_chosen_by_its_title(open_as, people, new_project):
    key = new_project("scientist")
    plan_sprint(people.owner, key, "Freeze the holdout", "Measure the rules")
    page = open_as("scientist", f"/p/{key}/board/items/1/")
    is_live(page)

    typed = page.get_by_label("The item that it waits for")
    typed.press_sequentially("rules")
    choice = page.locator("#blocker-choices option")
    expect(choice).to_have_count(1)
    expect(choice).to_have_attribute("label", re.compile(f"{key}-2 Measure the rules"))
    typed.fill(choice.get_attribute("value"))
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("link", name=f"{key}-2 Measure the rules")).to_be_visible()

    about = page.get_by_label("Its name or id")
    page.get_by_label("Kind of thing").select_option(label="gate")
    about.press_sequentially("scope")
    expect(page.locator("#link-choices option")).to_have_count(1)
    expect(page.locator("#link-choices option")).to_have_attribute("value", "scope")


def test_a_glance_says_what_was_said_last_and_when(open_as, people, new_project):
    key = new_project("scientist")
    plan_sprint(people.owner, key, "Freeze the holdout")
    people.owner.post(f"/projects/{key}/items/1/comments", text="We **try** it", visibility="everyone")
    page = open_as("scientist", f"/p/{key}/board/all/?layout=list")
    is_live(page)

    page.keyboard.press("j")
    page.keyboard.press("Space")

    glance = page.get_by_role("dialog", name="Freeze the holdout")
    expect(glance.get_by_text("We try it")).to_be_visible()
    expect(glance.locator("time")).not_to_be_empty()


def field(page, name):
    return page.locator(f"[data-infield][data-name='{name}'] > button")


def test_a_text_that_is_refused_stands_there_still_and_says_why(open_as, people, new_project):
    key = new_project()
    plan_sprint(people.owner, key, "Freeze the holdout")
    page = open_as("owner", f"/p/{key}/board/items/1/", expected=["422"])
    long = "x" * 8001

    place = page.locator("[data-infield][data-name='Description']")
    place.get_by_role("button").click()
    typed = place.get_by_role("textbox", name="Description")
    typed.fill(long)
    page.keyboard.press("Control+Enter")
    expect(place.locator(".error")).to_have_text("Description has 0 to 8000 characters: got 8001.")
    expect(typed).to_be_focused()
    expect(typed).to_have_value(long)
    people.owner.patch(f"/projects/{key}/items/1", priority="high")
    expect(page.get_by_role("button", name=re.compile("newer change"))).to_be_visible()
    typed.fill("Shorter.")
    page.keyboard.press("Control+Enter")

    expect(place.get_by_text("Shorter.")).to_be_visible()
    expect(place.locator(".error")).to_have_count(0)
