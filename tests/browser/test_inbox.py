"""The inbox of somebody who is given work, worked through by keys; the rail beside it keeps its links."""

from playwright.sync_api import expect

from tests.browser.conftest import is_live


def test_what_is_given_to_somebody_arrives_and_is_put_off_and_done_by_keys(open_as, people, new_project):
    key = new_project("engineer")
    page = open_as("engineer", "/inbox/")
    item = people.owner.post(f"/projects/{key}/items", title="Name the owner of the host")
    people.owner.patch(f"/projects/{key}/items/{item['number']}", assignee="engineer")

    page.get_by_role("button", name="1 new").click()
    row = page.get_by_role("article", name="Name the owner of the host")
    expect(row).to_be_visible()

    overview = open_as("engineer", f"/p/{key}/")
    is_live(overview)
    rail = overview.get_by_role("navigation", name="Main")
    expect(rail.locator("#inbox-count")).to_be_visible()
    expect(rail.get_by_role("link", name="Board")).to_be_visible()

    row.focus()
    page.keyboard.press("h")
    page.get_by_role("button", name="Tomorrow").click()
    expect(row).to_have_count(0)
    page.get_by_role("link", name="Snoozed").click()
    row.get_by_role("button", name="Bring back").click()
    expect(row).to_have_count(0)
    page.get_by_role("link", name="To do").click()
    row.focus()
    page.keyboard.press("e")
    expect(row).to_have_count(0)
    page.get_by_role("link", name="Done", exact=True).click()
    expect(row).to_be_visible()
