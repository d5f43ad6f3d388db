"""What is said of an item: by two people at once, and who reads it; and the files that are attached to it."""

import base64
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import is_live
from tests.browser.test_pages import AXE, GRAVE

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_two_people_talk_of_an_item_and_neither_disturbs_the_other(open_as, people, new_project):
    key = new_project("scientist", "partner")
    people.owner.post(f"/projects/{key}/items", title="Check the labels")
    mine = open_as("owner", f"/p/{key}/board/items/1/")
    theirs = open_as("scientist", f"/p/{key}/board/items/1/")
    is_live(mine)
    is_live(theirs)

    say(mine, "What do **you** think, @sci")
    expect(mine.get_by_role("option", name="@scientist")).to_be_visible()
    mine.keyboard.press("Enter")
    expect(box(mine)).to_have_value("What do **you** think, @scientist")
    mine.get_by_role("button", name="Preview").locator("visible=true").click()
    expect(mine.locator("#discussion .preview strong")).to_have_text("you")
    expect(box(mine)).to_be_hidden()
    say(theirs, "Half a sentence")
    mine.get_by_role("button", name="Comment").click()

    expect(theirs.locator("#comments strong")).to_have_text("you")
    expect(theirs.locator("#comments .mention")).to_have_text("@scientist")
    expect(box(theirs)).to_be_focused()
    expect(box(theirs)).to_have_value("Half a sentence")
    expect(box(mine)).to_have_value("")
    expect(box(mine)).to_be_visible()

    # I change what I said, and what they say meanwhile comes in without taking my words away.
    mine.locator("#comments summary").get_by_text("Edit").click()
    mine.get_by_label("Your comment").fill("What does the team think?")
    theirs.get_by_role("button", name="Comment").click()
    expect(mine.locator("#comments").get_by_text("Half a sentence")).to_be_visible()
    expect(mine.get_by_label("Your comment")).to_have_value("What does the team think?")
    mine.locator("#comments").get_by_role("button", name="Save").click()
    expect(theirs.locator("#comments").get_by_text("What does the team think?")).to_be_visible()
    expect(theirs.locator("#comments").get_by_text(re.compile(", changed"))).to_be_visible()
    expect(mine.get_by_label("Your comment")).to_be_hidden()

    theirs.locator("#comments summary").get_by_text("Edit").click()
    theirs.locator("#comments").get_by_role("button", name="Delete").locator("visible=true").click()
    theirs.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(mine.locator("#comments").get_by_text("Half a sentence")).to_have_count(0)
    expect(theirs.locator("#comments article")).to_have_count(1)


def test_what_is_said_to_the_team_is_not_for_others(open_as, people, new_project):
    key = new_project("manager")
    people.owner.post(f"/projects/{key}/members", username="viewer", role="sponsor")
    people.owner.post(f"/projects/{key}/items", title="Check the labels")
    page = open_as("owner", f"/p/{key}/board/items/1/")
    sponsor = open_as("viewer", f"/p/{key}/board/items/1/")
    is_live(sponsor)

    say(page, "Among us")
    page.get_by_label("To the team only").check()
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("#comments .pill")).to_have_text("The team only")
    say(page, "To all")
    page.get_by_role("button", name="Comment").click()

    expect(sponsor.locator("#comments").get_by_text("To all")).to_be_visible()
    expect(sponsor.locator("#comments").get_by_text("Among us")).to_have_count(0)
    expect(sponsor.get_by_label("To the team only")).to_have_count(0)


@pytest.mark.parametrize("look", [{"width": 400, "dark": True}, {}], ids=["dark phone", "desk"])
def test_the_page_of_an_item_fits_and_everybody_can_use_it(open_as, people, new_project, look):
    key = new_project("scientist")
    people.owner.post(f"/projects/{key}/items", title="Check the labels")
    people.owner.post(f"/projects/{key}/items/1/comments", text="x" * 300 + "\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    page = open_as("owner", f"/p/{key}/board/items/1/", **look)
    page.locator("#attachments [data-attach-file]").set_input_files(
        {"name": "n" * 120 + ".png", "mimeType": "image/png", "buffer": PNG}
    )
    expect(page.locator("#attachments .attached")).to_be_visible()

    page.locator("#comments summary").get_by_text("Edit").click()
    expect(page.get_by_label("Your comment")).to_be_visible()
    expect(page.locator("#item-about")).to_be_visible()
    expect(page.locator(".htmx-request, .toast")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= look.get("width", 1440)
    page.evaluate(AXE.read_text())
    assert page.evaluate(GRAVE, {}) == []


def test_files_are_chosen_pasted_and_dropped(open_as, people, new_project):
    key = new_project("scientist")
    people.owner.post(f"/projects/{key}/items", title="Check the labels")
    page = open_as("owner", f"/p/{key}/board/items/1/", expected=["413"])
    other = open_as("scientist", f"/p/{key}/board/items/1/")
    is_live(other)

    say(page, "Look")
    page.locator("#discussion [data-attach-file]").first.set_input_files(
        {"name": "shot.png", "mimeType": "image/png", "buffer": PNG}
    )
    expect(box(page)).to_have_value(re.compile(r"Look !\[shot\.png\]\(attachment:\d+\)"))
    hand_over(page, "#comment-text", "paste", "<svg onload='document.title=1'>", "drawing.svg")
    expect(box(page)).to_have_value(re.compile(r" \[drawing\.svg\]\(attachment:\d+\)"))
    expect(page.locator("#attachments .attached")).to_have_count(2)
    expect(page.locator("#attachments .pill")).to_have_count(2)
    page.get_by_role("button", name="Preview").locator("visible=true").click()
    shows(page, "#discussion .preview img")
    page.get_by_role("button", name="Comment").click()
    shows(other, "#comments img")
    expect(other.locator("#attachments .pill")).to_have_count(0)

    hand_over(page, "[data-name=Description]", "drop", "a,b", "rows.csv")
    expect(page.get_by_role("textbox", name="Description")).to_have_value(re.compile(r"\[rows\.csv\]"))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Description changed.")).to_be_visible()
    with other.expect_download() as download:
        other.locator("[data-name=Description] .prose a").click()
    assert download.value.suggested_filename == "rows.csv"

    page.locator("#attachments").get_by_label("Remove shot.png").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(other.locator("#attachments .attached")).to_have_count(2)


def shows(page, picture):
    """Waits until a picture is there, and is one."""
    expect(page.locator(picture)).to_be_visible()
    page.wait_for_function("picture => document.querySelector(picture).naturalWidth > 0", arg=picture)


def hand_over(page, target, how, content, name):
    """Paste or drop a file, as the page sees it."""
    page.evaluate(
        """([target, how, content, name]) => {
            const given = new DataTransfer();
            given.items.add(new File([content], name));
            const kind = how === "paste" ? ClipboardEvent : DragEvent;
            const carried = how === "paste" ? { clipboardData: given } : { dataTransfer: given };
            const event = new kind(how, { bubbles: true, cancelable: true, ...carried });
            document.querySelector(target).dispatchEvent(event);
        }""",
        [target, how, content, name],
    )


def box(page):
    return page.get_by_label("Comment", exact=True)


def say(page, text):
    box(page).click()
    box(page).press_sequentially(text)
