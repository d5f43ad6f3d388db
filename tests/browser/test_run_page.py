"""A run's page: its files, what is shown of them, and that nothing of them runs."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import is_live
from tests.browser.test_runs import mlflow

HOSTILE = "<script>parent.document.title = document.title = 'hacked'; fetch('/account/')</script>"
HTML = f"<h1 onclick='1'>A report</h1>{HOSTILE}<img src=x onerror=\"{HOSTILE[8:-9]}\">"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40"/>{HOSTILE}</svg>'
MARKDOWN = f"# Notes\n\n{HTML}\n\n[press](javascript:alert(1)) and **bold**\n"


@pytest.fixture
def run(people, new_project):
    """A run of a new project, as an MLflow client begins it: its key and id, and `put(path, text)` for its files."""
    key = new_project("scientist", "viewer")
    start = f"/p/{key}/api/2.0"
    experiment = mlflow(people.scientist, f"{start}/mlflow/experiments/create", {"name": "Tries"})["experiment_id"]
    body = {"experiment_id": experiment, "run_name": "first", "start_time": 1_700_000_000_000}
    run_id = mlflow(people.scientist, f"{start}/mlflow/runs/create", body)["run"]["info"]["run_id"]

    def put(path, text):
        caller = people.scientist
        address = f"{caller.url}{start}/mlflow-artifacts/artifacts/{experiment}/{run_id}/artifacts/{path}"
        caller.session.put(address, data=text.encode(), timeout=30).raise_for_status()

    return key, run_id, put


def test_files_appear_live_as_a_tree_and_are_shown(open_as, run):
    key, run_id, put = run
    page = open_as("scientist", f"/p/{key}/runs/{run_id}/")
    is_live(page)
    expect(page.get_by_text("No files yet")).to_be_visible()

    put("tables/deep/rows.csv", "name,n\nfirst,1\nsecond,2\n")
    put("notes.md", MARKDOWN)

    folder = page.locator("#files summary", has_text="deep")
    expect(folder).to_be_visible()
    folder.click()
    expect(page.get_by_role("link", name="rows.csv", exact=True)).to_be_hidden()
    put("more.txt", "more")
    expect(page.get_by_role("link", name="more.txt", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="rows.csv", exact=True)).to_be_hidden()
    folder.click()
    page.get_by_role("link", name="rows.csv", exact=True).click()
    expect(page.get_by_role("cell", name="second")).to_be_visible()
    expect(page.get_by_text("2 of 2 rows, 2 of 2 columns")).to_be_visible()
    page.locator(".crumb a", has_text="first").click()
    page.get_by_role("link", name="notes.md", exact=True).click()
    expect(page.get_by_role("heading", name="Notes", exact=True)).to_be_visible()
    expect(page.get_by_text("A report")).to_be_visible()
    expect(page).to_have_title(re.compile("notes.md"))


def test_a_hostile_page_and_picture_are_seen_and_do_nothing(open_as, run):
    key, run_id, put = run
    put("report.html", HTML)
    put("plot.svg", SVG)
    base = f"/p/{key}/runs/{run_id}"
    blocked = ["sandboxed", "Content Security Policy"]
    page = open_as("viewer", f"{base}/preview/report.html", expected=blocked)
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    expect(page.frame_locator("iframe").get_by_role("heading", name="A report")).to_be_visible()
    page.goto(f"{base}/preview/plot.svg")
    picture = page.get_by_role("img", name="plot.svg")
    expect(picture).to_be_visible()
    assert picture.evaluate("img => img.complete && img.naturalWidth") == 40
    for address in (f"{base}/page/report.html", f"{base}/picture/plot.svg"):
        page.goto(address)
        expect(page).not_to_have_title("hacked")
        assert page.evaluate("self.origin") == "null"
    assert [url for url in asked if "/account/" in url] == []
    with page.expect_download() as download:
        page.goto(f"{base}/preview/report.html")
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "report.html"


def test_files_fit_a_phone(open_as, run):
    key, run_id, put = run
    put("a-folder-with-a-rather-long-name/and-another-one-below-it/the-file-with-a-name-that-is-long.json", "{}")
    page = open_as("viewer", f"/p/{key}/runs/{run_id}/", width=400, dark=True)

    expect(page.locator("#files li.file")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.locator("#files li.file a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("the-file")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_a_run_is_talked_about_tagged_and_tests_a_hypothesis(open_as, run, people):
    key, run_id, _ = run
    people.owner.post(f"/projects/{key}/items", title="Trees beat lines", kind="experiment")
    page = open_as("scientist", f"/p/{key}/runs/{run_id}/")
    other = open_as("owner", f"/p/{key}/runs/{run_id}/")
    is_live(other)
    expect(page.locator("#run-versions")).to_contain_text("No version of a model was made of this run.")

    page.get_by_label("Comment", exact=True).fill("Looks **odd** to me")
    page.get_by_role("button", name="Comment").click()
    expect(other.locator("#comments strong")).to_have_text("odd")
    expect(other.locator("#comments").get_by_text("Edit")).to_be_hidden()
    expect(page.get_by_label("Comment", exact=True)).to_have_value("")

    page.get_by_text("Add a tag").click()
    page.get_by_label("Name", exact=True).fill("team")
    page.get_by_label("Value", exact=True).fill("risk")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(other.locator("#record .tagedit")).to_contain_text("risk")
    page.locator(".tagedit summary", has_text="team").click()
    page.get_by_label("Value of team").fill("fraud")
    page.get_by_role("button", name="Save").locator("visible=true").click()
    expect(other.locator("#record .tagedit")).to_contain_text("fraud")

    page.get_by_text("Which hypothesis does it test?").click()
    page.get_by_label("Hypothesis").select_option("1")
    page.get_by_role("button", name="Save").locator("visible=true").click()
    expect(other.locator("#record")).to_contain_text("Trees beat lines")
    page.get_by_role("link", name=f"{key}-1").click()
    expect(page.locator("#item-runs").get_by_role("link", name="first")).to_be_visible()

    page.go_back()
    page.locator("#comments").get_by_text("Edit").click()
    page.locator("#comments").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(other.get_by_text("Nothing said yet")).to_be_visible()
