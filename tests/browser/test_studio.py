"""The scoping studio in a real browser: judged while a slider moves, and nobody's fields are overwritten."""

from playwright.sync_api import expect

from tests.browser.conftest import is_live


def test_options_are_judged_while_a_slider_moves_and_two_people_do_not_overwrite_each_other(new_project, open_as):
    key = new_project("partner")
    address = f"/p/{key}/scope/studio/"
    # A try that a later one replaces is given up, which htmx tells the console.
    page = open_as("owner", address, expected=("412", "htmx:afterRequest", "htmx:sendAbort"))
    page.get_by_role("button", name="Card fraud").click()
    page.locator("#part-options").click()
    page.locator("#studio-options .rows a").nth(1).click()
    page.wait_for_load_state()
    here = page.url.removeprefix(page.url.split("/p/", 1)[0])
    other = open_as("partner", here)
    for one in (page, other):
        is_live(one)
        expect(one.locator("#studio-result")).to_contain_text("Recall needed to pay for it")

    estimate = page.get_by_label("The team's estimate")
    before = page.locator("#studio-result").inner_text()
    recall = page.locator("[data-range]").filter(has=page.get_by_label("Recall, lowest", exact=True))
    likely = recall.locator("input[type=number]").nth(1)
    was = likely.input_value()
    recall.locator("[data-slider]").press("ArrowRight")
    recall.locator("[data-slider]").press("ArrowRight")
    assert likely.input_value() != was
    expect(page.locator("#studio-result[data-trial]")).to_contain_text("Not saved yet")
    expect(page.locator("#studio-result")).not_to_have_text(before)
    expect(other.locator("#studio-result[data-trial]")).to_have_count(0)

    other.get_by_label("The team's estimate").fill("21")
    other.get_by_role("button", name="Save").click()
    expect(other.locator("#studio-form")).to_contain_text("revision 2")
    expect(page.locator("#studio-result[data-trial]")).to_be_visible()
    assert likely.input_value() != was, "what is being written is not taken away"

    estimate.fill("22")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Yours is not saved yet")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="The team's estimate")
    expect(row).to_contain_text("21")
    expect(row).to_contain_text("22")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#studio-form")).to_contain_text("revision 3")
    expect(other.get_by_label("The team's estimate")).to_have_value("22")
