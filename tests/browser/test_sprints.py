"""A sprint planned against capacity, worked, reviewed by two at once, presented, shared, closed, and amended."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import is_live
from tests.browser.stages import plan_sprint


def test_a_sprint_is_planned_against_who_is_there(people, new_project, open_as):
    key = new_project("partner")
    for title, points in (("Freeze the holdout", 3), ("Measure the rules", 8)):
        people.owner.post(f"/projects/{key}/items", title=title, points=points)
    people.owner.post(f"/projects/{key}/sprints", goal="Signal or not", start_date="2026-05-04", end_date="2026-05-15")
    page = open_as("owner", f"/p/{key}/sprints/1/plan/")
    is_live(page)

    page.get_by_role("button", name="Capacity").click()
    dialog = page.get_by_role("dialog", name="Who is there")
    dialog.get_by_label("Points").first.fill("10")
    dialog.get_by_label("Days off").first.fill("5")
    dialog.get_by_role("button", name="Set the capacity").click()
    everybody = page.locator("#plan-rooms .room").first
    expect(everybody).to_contain_text("0 of 5")

    is_live(page)
    page.locator("#item-1").focus()
    page.keyboard.press("]")
    expect(everybody).to_contain_text("3 of 5")
    page.get_by_role("button", name=f"Move {key}-2").click()
    page.get_by_role("menuitemradio", name="Sprint 1").click()
    expect(everybody).to_contain_text("11 of 5")
    expect(everybody).to_contain_text("over")
    page.get_by_role("button", name="Start the sprint").click()
    expect(page.get_by_role("heading", name="Sprint 1: Signal or not")).to_be_visible()


def test_a_review_is_written_presented_shared_closed_and_amended(people, new_project, open_as, open_page):
    key = new_project("partner")
    today = people.owner.get(f"/projects/{key}")["created_at"][:10]
    people.owner.post(f"/projects/{key}/sprints", goal="Signal or not", start_date=today, end_date=today)
    for title, kind in (("Freeze the holdout", "task"), ("Is there signal?", "experiment")):
        people.owner.post(f"/projects/{key}/items", title=title, points=3, sprint=1, kind=kind)
    people.owner.post(f"/projects/{key}/sprints/1/start")
    people.owner.post(f"/projects/{key}/items/1/move", state="done")
    page, other = (open_as(who, f"/p/{key}/sprints/1/review/") for who in ("owner", "partner"))
    is_live(other)

    page.get_by_role("button", name="Verdict").click()
    page.get_by_role("dialog").get_by_label("Verdict").select_option("partly")
    page.get_by_role("button", name="Say so").click()
    expect(other.locator("#part-1")).to_contain_text("Goal partly met")
    page.get_by_label("What it is").select_option("decision")
    page.get_by_label("Card").fill("Order the labels earlier")
    page.get_by_role("button", name="Put it down").click()
    other.get_by_role("button", name="Vote for card 1, 0 so far").click()
    expect(page.get_by_role("button", name="Vote for card 1, 1 so far")).to_be_visible()
    page.get_by_role("button", name="Make an item").click()
    expect(other.locator("#card-1")).to_contain_text(f"{key}-3")
    page.locator("#set-completed summary").click()
    expect(page.locator("#set-completed")).to_contain_text("Freeze the holdout")

    page.get_by_role("button", name="Present").click()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#part-2")).to_be_visible()
    expect(page.locator("#part-1")).to_be_hidden()
    page.keyboard.press("End")
    expect(page.locator("#card-1")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#part-1")).to_be_visible()

    page.get_by_role("button", name="Share").click()
    page.get_by_label("For whom").fill("Steering group")
    page.get_by_role("button", name="Make a link").click()
    outside = open_page()
    outside.goto(page.locator("#new-link").inner_text())
    expect(outside.get_by_text("Order the labels earlier")).to_be_visible()
    expect(outside.get_by_text("Is there signal?")).to_have_count(1)  # tested, and open: not among what was completed

    page.goto(f"/p/{key}/sprints/1/review/")
    page.get_by_role("button", name="Close sprint").click()
    page.get_by_role("button", name="Close the sprint").click()
    expect(page.locator("#review-digest")).to_have_text(re.compile("^[0-9a-f]{64}$"))
    digest = page.locator("#review-digest").inner_text()
    is_live(page)
    people.owner.patch(f"/projects/{key}/items/1", title="Freeze the holdout by content")
    expect(page.locator("#review-amendments")).to_contain_text("Freeze the holdout by content")
    expect(page.locator("#set-completed")).not_to_contain_text("by content")
    expect(page.locator("#review-digest")).to_have_text(digest)


def test_a_review_is_presented_without_keys(people, new_project, open_as):
    key = new_project("partner")
    plan_sprint(people.owner, key, "Freeze the holdout", "Measure the rules")
    page = open_as("owner", f"/p/{key}/sprints/1/review/", width=400)
    bar = page.get_by_role("group", name="Presentation")
    expect(bar).to_be_hidden()

    page.get_by_role("button", name="Present").click()

    expect(bar).to_contain_text(f"Journey {key}, sprint 1")
    expect(bar.get_by_role("status")).to_have_text("1 of 7")
    expect(bar.get_by_role("button", name="Back")).to_be_disabled()
    sizes = [one.bounding_box() for one in bar.get_by_role("button").all()]
    assert [(box["width"] >= 44, box["height"] >= 44) for box in sizes] == [(True, True)] * 3
    for number in range(2, 8):
        bar.get_by_role("button", name="Next").click()
        expect(bar.get_by_role("status")).to_have_text(f"{number} of 7")
        expect(page.locator(f"#part-{number}")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    expect(bar.get_by_role("button", name="Next")).to_be_disabled()
    bar.get_by_role("button", name="Back").click()
    expect(page.locator("#part-6")).to_be_visible()
    page.emulate_media(media="print")
    expect(bar).to_be_hidden()
    page.emulate_media(media="screen")
    bar.get_by_role("button", name="Leave").click()
    expect(bar).to_be_hidden()
    expect(page.locator("#part-1")).to_be_visible()
    expect(page.locator("#part-6")).to_be_visible()


def test_the_engineering_slide_fits_on_a_screen(people, new_project, open_as):
    key = new_project("partner")
    plan_sprint(people.owner, key, "Freeze the holdout", "Measure the rules")
    people.owner.post(f"/projects/{key}/items/1/move", state="in_progress")
    people.owner.post(f"/projects/{key}/items/1/move", state="done")
    page = open_as("owner", f"/p/{key}/sprints/1/review/")

    page.get_by_role("button", name="Present").click()
    for _ in range(3):
        page.keyboard.press("ArrowRight")

    expect(page.locator("#part-4")).to_be_visible()
    assert page.locator("#part-4 .chart svg.canvas").bounding_box()["height"] <= 70
    part, bar = (page.locator(which).bounding_box() for which in ("#part-4", "#slidebar"))
    assert part["y"] + part["height"] <= bar["y"]
