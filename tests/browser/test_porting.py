"""Moving in with an archive, running a training again, and taking everything along, as a person does it."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import stages
from tests.browser.test_pages import LOOKS, findings

RUN = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
EXPERIMENT_META = """artifact_location: file:///elsewhere/mlruns/1
creation_time: 1700000000000
experiment_id: '1'
last_update_time: 1700000000000
lifecycle_stage: active
name: Old experiments
"""
RUN_META = """artifact_uri: file:///elsewhere/mlruns/1/RUN/artifacts
end_time: 1700000009000
entry_point_name: ''
experiment_id: '1'
lifecycle_stage: active
run_id: RUN
run_name: old-run
run_uuid: RUN
source_name: ''
source_type: 4
source_version: ''
start_time: 1700000000000
status: 3
tags: []
user_id: someone
"""


def archive(run: str = RUN) -> bytes:
    """A small mlruns directory with this run, and beside it a version whose files are not in it."""
    sink = io.BytesIO()
    files = {
        "1/meta.yaml": EXPERIMENT_META,
        f"1/{run}/meta.yaml": RUN_META.replace("RUN", run),
        f"1/{run}/metrics/loss": "".join(f"{1_700_000_000_000 + i} {1 / (i + 1)} {i}\n" for i in range(200)),
        f"1/{run}/params/depth": "3",
        f"1/{run}/artifacts/notes.txt": "hej",
        "models/scorer/meta.yaml": "creation_timestamp: 1700000000000\nlast_updated_timestamp: 1700000000000\n"
        "name: scorer\n",
        "models/scorer/version-1/meta.yaml": "creation_timestamp: 1700000000000\ncurrent_stage: Production\n"
        "last_updated_timestamp: 1700000000000\nname: scorer\nrun_id: ''\nsource: s3://elsewhere/model\n"
        "status: READY\nstatus_message: ''\nuser_id: ''\nversion: 1\ndescription: ''\nrun_link: ''\n",
    }
    with zipfile.ZipFile(sink, "w") as opened:
        for name, text in files.items():
            opened.writestr(f"mlruns/{name}", text)
    return sink.getvalue()


@pytest.fixture(scope="module")
def key(new_project):
    return new_project("scientist", "viewer")


def test_an_archive_moves_in_and_the_report_says_what_was_left_out(open_as, key):
    page = open_as("scientist", f"/p/{key}/experiments/")
    page.get_by_role("link", name="Import").click()

    page.get_by_label("File").set_input_files(
        {"name": "mlruns.zip", "mimeType": "application/zip", "buffer": archive()}
    )
    page.get_by_role("button", name="Upload and import").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Import of mlruns.zip")
    expect(page.get_by_text("s3://elsewhere/model")).to_be_visible(timeout=120_000)
    expect(page.locator("#import .pill").first).to_have_text("Succeeded")
    page.goto(f"/p/{key}/runs/{RUN}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("old-run")
    expect(page.get_by_text("How to reproduce")).to_be_visible()
    expect(page.get_by_text("A client logged this run")).to_be_visible()


def test_a_training_is_run_again_and_its_page_says_that_it_came_out_the_same(open_as, people, key):
    stages.upload(people.scientist, key)
    run_id = stages.train(people.scientist, key)
    page = open_as("scientist", f"/p/{key}/runs/{run_id}/")

    page.get_by_role("button", name="Reproduce").click()

    page.wait_for_url(lambda url: "/runs/" in url and run_id not in url)
    expect(page.get_by_text("again: reproduced.")).to_be_visible(timeout=120_000)
    page.goto(f"/p/{key}/runs/{run_id}/")
    page.get_by_text("metrics compared").click()
    expect(page.locator("#reproduce").get_by_text("average_precision", exact=True)).to_be_visible()
    seen(page, "reproduce")
    assert people.scientist.get(f"/projects/{key}/runs/{run_id}/reproductions")["results"][0]["result"]["rows"]


def test_everything_goes_out_as_a_stock_mlflow(open_as, people, new_project):
    key = new_project("scientist")
    started = people.scientist.upload(f"/projects/{key}/imports", "mlruns.zip", archive(OTHER))
    path = started["url"].removeprefix("/api/v1")
    done = people.scientist.until(path, lambda one: one["job"]["state"] not in ("queued", "running"))
    assert done["job"]["state"] == "succeeded"
    page = open_as("scientist", f"/p/{key}/experiments/export/")

    page.get_by_role("button", name="Export").click()

    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=120_000)
    with page.expect_download() as download:
        link.click()
    with zipfile.ZipFile(download.value.path()) as opened:
        assert {"README.txt", "mlflow.db"} < set(opened.namelist())
        assert _notes(opened) == "hej"


def _notes(opened):
    name = next(name for name in opened.namelist() if name.endswith(f"{OTHER}/artifacts/notes.txt"))
    return opened.read(name).decode()


@pytest.mark.parametrize("look", LOOKS)
def test_pages_fit_and_are_whole(open_as, people, key, look):
    imports = people.scientist.get(f"/projects/{key}/imports")["results"]
    paths = ["experiments/import/", "experiments/export/", *(f"experiments/import/{one['id']}/" for one in imports)]
    page = open_as("scientist", **LOOKS[look])

    found = []
    for path in paths:
        found += [f"{path}: {finding}" for finding in findings(page, f"/p/{key}/{path}")]
        seen(page, f"{look}-{path.strip('/').replace('/', '-')}")

    assert found == []


def seen(page, name):
    """With PICTURES=folder, what was looked at is kept there."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
