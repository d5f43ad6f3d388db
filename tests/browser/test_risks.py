"""The register in a real browser: heat map and list brush each other, and what others do arrives."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import is_live


def test_the_heat_map_is_one_stop_of_tab_and_arrows_walk_its_squares(new_project, open_as, people):
    key = new_project()
    people.owner.post(f"/projects/{key}/risks", title="Labels come late", likelihood=4, impact=2, phase="data")
    people.owner.post(f"/projects/{key}/risks", title="No headroom", likelihood=1, impact=1, phase="data")
    page = open_as("owner", f"/p/{key}/risks/")
    at = "document.activeElement.dataset.cellButton ?? ''"
    expect(page.locator("[data-cell-button][tabindex='0']")).to_have_count(1)

    page.locator("[data-cell-button][tabindex='0']").focus()
    assert page.evaluate(at) == "5-1"
    for press in ("ArrowRight", "ArrowDown"):
        page.keyboard.press(press)
    assert page.evaluate(at) == "4-2"
    page.keyboard.press("Enter")
    expect(page.locator("#risk-2")).to_be_hidden()
    expect(page.locator("#risk-1")).to_be_visible()

    page.keyboard.press("Tab")
    assert page.evaluate(at) == ""
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(at) == "4-2"
    people.owner.post(f"/projects/{key}/risks", title="The host is slow", likelihood=1, impact=2, phase="data")
    expect(page.locator('[data-cell-button="1-2"]')).to_contain_text("R3")  # the map was fetched anew
    assert page.evaluate(at) == "4-2"
    page.keyboard.press("Escape")
    assert page.evaluate(at) == ""
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(at) == "4-2"
    expect(page).to_have_url(re.compile(f"/p/{key}/risks/"))


def test_register_brushes_its_heat_map_and_is_live(new_project, open_as, people):
    key = new_project("partner")
    rated = {"phase": "data", "inherent_likelihood": 5, "inherent_impact": 5}
    for title, likelihood, impact in (("Labels come late", 4, 4), ("No headroom", 2, 3)):
        people.owner.post(
            f"/projects/{key}/risks",
            title=title,
            likelihood=likelihood,
            impact=impact,
            target_likelihood=1,
            target_impact=2,
            **rated,
        )
    page = open_as("owner", f"/p/{key}/risks/")
    is_live(page)
    late, headroom = page.locator("#risk-1"), page.locator("#risk-2")

    page.locator('[data-cell-button="4-4"]').click()
    expect(headroom).to_be_hidden()
    expect(late).to_be_visible()
    people.owner.post(f"/projects/{key}/risks", title="Nobody asked for it", likelihood=4, impact=4, phase="people")
    expect(page.locator("#risk-3")).to_be_visible()
    expect(headroom).to_be_hidden()
    page.get_by_role("button", name="Show all").click()
    expect(headroom).to_be_visible()

    late.hover()
    expect(page.locator('[data-cell="4-4"]')).to_have_class(re.compile("lit"))
    expect(page.locator('[data-cell="5-5"]')).to_have_class(re.compile("was"))
    expect(page.locator('[data-cell="1-2"]')).to_have_class(re.compile("aim"))
    expect(page.locator("[data-moves] line.strong")).to_have_count(6)
    people.owner.post(f"/projects/{key}/risks", title="The host moves", likelihood=1, impact=1, phase="data")
    expect(page.locator("#risk-4")).to_be_visible()
    expect(page.locator('[data-cell="4-4"]')).to_have_class(re.compile("lit"))  # the pointer is there still
    expect(page.locator("[data-moves] line.strong")).to_have_count(6)
