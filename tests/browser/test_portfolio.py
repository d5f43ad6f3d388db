"""The portfolio in a real browser: how a project is, and the picture that chooses one."""

import re

from playwright.sync_api import expect

from tests.browser.stages import SCOPE


def test_health_is_said_and_a_bubble_chooses_its_project(new_project, open_as, people):
    key, other = new_project(), new_project()
    for one in (key, other):
        people.owner.patch(f"/projects/{one}/scope", **SCOPE)
    page = open_as("owner", "/")

    page.locator(f"#project-{key}").get_by_role("link", name="green").click()
    page.get_by_label("How is it?").select_option("red")
    page.get_by_label("Note").fill("The labels are late")
    page.get_by_role("button", name="Set").click()
    expect(page.get_by_text("The labels are late").first).to_be_visible()

    page.goto("/?light=red")
    expect(page.locator(f"#project-{key}")).to_contain_text("said red: The labels are late")
    expect(page.locator(f"#project-{other}")).to_have_count(0)
    bubble = page.get_by_role("link", name=re.compile(f"Journey {key}:"))
    bubble.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"project={key}"))
    expect(page.locator("tbody tr")).to_have_count(1)
