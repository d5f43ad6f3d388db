"""The ledger in a real browser: verified and exported while one watches, and taken along."""

import zipfile

from playwright.sync_api import expect

from tests.browser.conftest import is_live


def test_the_ledger_is_verified_exported_and_taken_along(new_project, open_as):
    key = new_project("viewer")
    page = open_as("viewer", f"/p/{key}/activity/")
    is_live(page)

    page.get_by_role("button", name="Verify the chain").click()
    expect(page.locator("#checks")).to_contain_text("The chain holds", timeout=30_000)
    page.get_by_role("button", name="Export the ledger").click()
    download = page.get_by_role("button", name="Download")
    expect(download).to_be_visible(timeout=30_000)
    with page.expect_download() as taken:
        download.click()

    with zipfile.ZipFile(taken.value.path()) as archive:
        assert {"events.jsonl", "manifest.sig", "verify.py"} <= set(archive.namelist())
    expect(page.locator("#ledger")).to_contain_text("took along")
