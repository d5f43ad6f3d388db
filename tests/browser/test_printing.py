"""Pages on paper: what is said, without what is pressed; charts with their tables."""

import pytest
from playwright.sync_api import expect

from tests.browser.stages import plan_sprint

A4_PX = 688  # what lies between the margins, at 96 pixels an inch


@pytest.fixture
def key(people, new_project):
    key = new_project("scientist")
    plan_sprint(people.owner, key, "Freeze the holdout", "Measure the rules")
    return key


@pytest.mark.parametrize("path", ["", "gates/", "sprints/1/review/", "board/all/"])
def test_a_page_on_paper_has_no_rails_and_nothing_to_press_and_fits(open_as, key, path):
    page = open_as("owner", f"/p/{key}/{path}", width=A4_PX, dark=True)

    page.emulate_media(media="print")

    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".rail")).to_be_hidden()
    pressed = page.locator("main :is(button, .btn, input:not([type=hidden]), select, textarea)")
    assert [one.evaluate("node => node.outerHTML") for one in pressed.all() if one.is_visible()] == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 1
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_chart_on_paper_comes_with_its_table(open_as, key):
    page = open_as("owner", f"/p/{key}/sprints/1/review/")
    table = page.locator(".twin table").first
    expect(table).to_be_hidden()

    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(table).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")

    page.emulate_media(media="screen")
    expect(table).to_be_hidden()
