"""From a file to a finished run, followed live."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import is_live
from tests.browser.stages import table, train, upload


def test_an_uploaded_file_is_profiled_before_ones_eyes(open_as, new_project):
    key = new_project("scientist")
    page = open_as("scientist", f"/p/{key}/data/")

    give_file(page, "payments.csv", table())

    expect(page).to_have_url(re.compile(f"/p/{key}/data/payments/1/"))
    profile = page.locator("#profile")
    expect(profile.get_by_text("0 missing cells")).to_be_visible()
    expect(profile.get_by_text("merchant", exact=True)).to_be_visible()
    expect(page.get_by_text("600", exact=True).first).to_be_visible()


def test_a_file_may_be_dropped(open_as, new_project, tmp_path):
    file = tmp_path / "payments.csv"
    file.write_bytes(table())
    key = new_project("scientist")
    page = open_as("scientist", f"/p/{key}/data/")

    drop(page, file)
    expect(page.locator("[data-file-note]")).to_contain_text("payments.csv")
    page.get_by_label("Dataset").fill("payments")
    page.get_by_role("button", name="Upload", exact=True).click()

    expect(page).to_have_url(re.compile(f"/p/{key}/data/payments/1/"))


def test_a_wrong_file_is_refused_beside_its_field(open_as, people, new_project):
    key = new_project("scientist")
    page = open_as("scientist", f"/p/{key}/data/", expected=["400", "422"])
    field = page.locator("#upload .field", has=page.locator("input[type=file]"))

    give_file(page, "none.csv", b"")
    expect(field.get_by_text(re.compile("is empty"))).to_be_visible()
    expect(page.get_by_label("Dataset")).to_have_value("payments")

    give_file(page, "ragged.csv", b"amount,fraud\n1,0\n2,0,5\n")
    expect(field.get_by_text("Line 3 has 3 values where the header has 2 columns.")).to_be_visible()

    assert people.scientist.get(f"/projects/{key}/datasets")["results"] == []


def test_a_training_is_started_by_form_and_followed_to_its_lineage(open_as, people, new_project):
    key = new_project("scientist")
    upload(people.scientist, key)
    page = open_as("scientist", f"/p/{key}/train/")

    choose_logistic_regression(page)
    page.get_by_label("Target").select_option("fraud")
    page.get_by_label("Run name").fill("first-line")
    page.get_by_role("button", name="Train").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("first-line")
    expect(page.locator("#record").get_by_text("Finished", exact=True)).to_be_visible(timeout=90_000)
    record = page.locator("#record")
    expect(record.get_by_text("average_precision").first).to_be_visible()
    expect(record.get_by_role("link", name="payments@v1")).to_be_visible()
    expect(page.locator("#files").get_by_role("link", name="model.skops", exact=True)).to_be_visible()
    expect(record.get_by_role("link", name="Propose as model")).to_be_visible()


def test_a_run_is_followed_in_a_second_browser(open_as, people, new_project):
    key = new_project("scientist", "viewer")
    upload(people.scientist, key)
    other = open_as("viewer", f"/p/{key}/experiments/")
    is_live(other)

    run_id = train(people.scientist, key)

    row = other.locator("#runs tbody tr")
    expect(row).to_have_count(1)
    expect(row.get_by_text("Finished", exact=True)).to_be_visible()
    row.get_by_role("link").first.click()
    expect(other).to_have_url(re.compile(run_id))
    expect(other.locator("canvas, svg").first).to_be_visible()


def test_a_target_with_one_class_fails_with_a_sentence(open_as, people, new_project):
    key = new_project("scientist")
    rows = "\n".join(f"{n},0" for n in range(200))
    people.scientist.upload(f"/projects/{key}/datasets", "flat.csv", f"a,b\n{rows}\n".encode(), name="flat")
    page = open_as("scientist", f"/p/{key}/train/", expected=["400", "409", "422"])

    choose_logistic_regression(page)
    page.get_by_label("Target").select_option("b")
    page.get_by_role("button", name="Train").click()

    expect(page.get_by_text("learning needs two classes or more").first).to_be_visible(timeout=90_000)


def choose_logistic_regression(page):
    page.get_by_label("Logistic regression").check()
    expect(page.get_by_label("Inverse regularisation")).to_have_value("1.0")


def give_file(page, filename, content):
    page.get_by_label("Dataset").fill("payments")
    page.get_by_label("File").set_input_files({"name": filename, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Upload", exact=True).click()


def drop(page, path):
    """As a hand does it: the browser itself carries the file over the field and lets it fall."""
    box = page.locator(".drop").bounding_box()
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    carried = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    for moment in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": moment, "data": carried, **place})
