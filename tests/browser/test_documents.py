"""Documents in a real browser: what is missing, who answers for it, and taking it along."""

import io
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.line import add_risk


def test_a_gap_is_found_closed_and_taken_along(people, new_project, open_as):
    key = new_project("partner")
    page = open_as("owner", f"/p/{key}/documents/")
    page.get_by_role("link", name="Data-protection impact assessment").click()
    gap = page.locator("#paragraph-4")
    expect(gap).to_contain_text("Missing: risks of data or of people in the register.")

    page.get_by_role("link", name="4 Risks to people").click()
    expect(gap).to_be_in_viewport()
    add_risk(people.owner, key, title="Labels name people", owner="owner")
    page.reload()
    expect(page.locator("#paragraph-4")).to_contain_text("Labels name people")
    with page.expect_download() as loading:
        page.get_by_role("link", name="ZIP with evidence").click()
    names = zipfile.ZipFile(io.BytesIO(Path(loading.value.path()).read_bytes())).namelist()
    assert {"document.pdf", "manifest.json", "verify.py", "evidence/4.json"} <= set(names)
