"""The dossier in a real browser: assumptions, data and documents, seen by two, and nobody's words are overwritten."""

from playwright.sync_api import expect

from tests.browser.conftest import is_live
from tests.browser.stages import upload


def test_assumptions_and_data_are_seen_by_everybody_and_what_is_written_stays(people, new_project, open_as):
    key = new_project("partner", "scientist")
    upload(people.owner, key)
    address = f"/p/{key}/scope/studio/"
    page = open_as("owner", f"{address}?section=assumptions", expected=("412", "422"))
    other = open_as("partner", f"{address}?section=assumptions")
    for one in (page, other):
        is_live(one)

    page.get_by_role("button", name="Write one down").click()
    page.get_by_label("What we assume").last.fill("Labels are complete after 45 days.")
    page.get_by_label("If it is wrong").last.select_option("high")
    page.get_by_role("button", name="Write it down").click()
    expect(other.locator("#assumption-1")).to_contain_text("no owner, no test")
    expect(other.locator("#part-assumptions")).to_contain_text("1 open")

    other.locator("#assumption-1").click()
    other.get_by_label("How it will be found out").fill("Ask the")
    page.get_by_label("Whose it is").select_option("scientist")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#assumption-1")).to_contain_text("scientist; no test")
    expect(other.get_by_label("How it will be found out")).to_have_value("Ask the")
    other.get_by_label("How it will be found out").fill("Count them on March.")
    other.get_by_role("button", name="Save").click()
    expect(page.locator("#assumption-1")).not_to_contain_text("no test")
    expect(page.get_by_label("Whose it is")).to_have_value("scientist")
    page.get_by_label("It is", exact=True).select_option("supported")
    page.get_by_label("What was found, and where").fill("44 days, in the warehouse.")
    page.get_by_role("button", name="Say so").click()
    expect(other.locator("#studio-assumption")).to_contain_text("44 days, in the warehouse.")

    page.goto(f"{address}?section=data")
    other.goto(f"{address}?section=data")
    is_live(other)
    page.get_by_label("Dataset version").select_option("payments@v1")
    page.get_by_label("Column of the label").fill("fraud")
    page.get_by_label("Value that is looked for").fill("1")
    page.get_by_role("button", name="Save").click()
    expect(other.locator("#data-exists")).to_contain_text("600 rows of 4 columns")
    expect(other.locator("#data-volume")).to_contain_text("positives; 30 for 3 columns")
    other.get_by_role("button", name="Answer: They may be used for this").click()
    other.locator("#answer-lawful").get_by_label("Why, and where that stands").fill("In the record.")
    other.locator("#answer-lawful").get_by_role("button", name="Answer").click()
    expect(page.locator("#data-lawful")).to_contain_text("So: In the record.")


def test_a_paragraph_is_written_and_a_precedent_is_looked_for(people, new_project, open_as):
    key = new_project("partner")
    page = open_as("owner", f"/p/{key}/documents/dpia/")
    other = open_as("partner", f"/p/{key}/documents/dpia/")
    is_live(other)
    first = page.locator("#document-body > section").first
    first.get_by_role("button", name="Write").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("What stands there").fill("Payments are scored before they are booked.")
    dialog.get_by_role("button", name="Write it").click()
    expect(other.locator("#document-body")).to_contain_text("Payments are scored before they are booked.")

    page.goto(f"/p/{key}/scope/studio/?section=precedents")
    expect(page.locator("#studio-library")).to_contain_text("the library is empty")
    page.get_by_label("Search the library").press_sequentially("churn")
    expect(page.locator("#studio-library")).to_contain_text("Nothing in the library has all these words.")
    page.goto("/library/")
    expect(page.locator("#priors")).to_contain_text("The default")
