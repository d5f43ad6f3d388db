"""From an assumption worth testing to a locked spike, what would end the project, and objections that stay blind."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.conftest import is_live


def test_spike_is_made_locked_and_seen_by_the_other(new_project, open_as):
    key = new_project("partner")
    address = f"/p/{key}/scope/studio/"
    page = open_as("owner", address, expected=("422",))
    page.get_by_role("button", name="Card fraud").click()
    page.locator("#part-options").click()
    page.locator("#studio-options .rows a").nth(1).click()
    page.locator(".tornado li").first.get_by_role("button", name="Make a spike").click()

    expect(page.locator("#studio-spike")).to_contain_text("Nothing counts before it is locked")
    other = open_as("partner", f"{address}?section=spikes&spike=1")
    is_live(other)
    page.get_by_label("Hypothesis").fill("There is enough signal.")
    page.get_by_label("Metric").fill("average_precision")
    page.get_by_label("Proceed from").fill("0.6")
    page.get_by_label("Kill beyond").fill("0.7")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#studio-form")).to_contain_text("The zones are in the wrong order")
    page.get_by_label("Kill beyond").fill("0.4")
    page.get_by_role("button", name="Save").click()
    expect(other.get_by_label("Proceed from")).to_have_value("0.6")

    page.get_by_role("button", name="Lock the zones").click()
    page.get_by_role("button", name="Lock it").click()
    for one in (page, other):
        expect(one.locator("#studio-spike")).to_contain_text("Inconclusive: 3 more runs, or stop.")
        expect(one.locator("#studio-form")).to_have_count(0)
    other.get_by_role("link", name="Document", exact=True).click()
    other.get_by_label("compared with").select_option("1")
    other.get_by_role("button", name="Show").click()
    changed = other.locator("#dossier-changes").get_by_role("row").filter(has_text="hypothesis")
    expect(changed).to_contain_text("There is enough signal.")

    page.get_by_role("link", name=f"{key}-1").first.click()
    expect(page.get_by_text("Experiment").first).to_be_visible()


def test_what_would_end_it_and_who_was_asked(new_project, open_as):
    key = new_project("partner")
    page = open_as("owner", f"/p/{key}/scope/studio/?section=kill")
    page.get_by_role("button", name="Set one").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What has to be so").fill("Labels come within 45 days.")
    dialog.get_by_label("By").fill((datetime.now(UTC) + timedelta(days=30)).date().isoformat())
    dialog.get_by_label("Who decides").select_option(index=1)
    dialog.get_by_role("button", name="Set it").click()
    expect(page.locator("#kill-1")).to_contain_text("Labels come within 45 days.")

    page.locator("#part-objections").click()
    page.get_by_label("Objections, or why there is none").fill("Blocked customers leave.")
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator("#studio-objections")).to_contain_text("handed in by")
    other = open_as("partner", f"/p/{key}/scope/studio/?section=objections")
    expect(other.locator("#studio-objections")).to_contain_text("handed in by")
    expect(other.get_by_text("Blocked customers leave.")).to_have_count(0)
