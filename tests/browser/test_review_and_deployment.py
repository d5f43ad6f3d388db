"""From a finished run to an answer in production, by three people."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import is_live
from tests.browser.stages import SCOPE, register_from_notebook, train, upload


@pytest.fixture
def finished_run(people, new_project):
    """The key of a project and the id of a run in it."""
    key = new_project("scientist", "engineer", "validator")
    people.owner.patch(f"/projects/{key}/scope", **SCOPE)
    upload(people.scientist, key)
    return key, train(people.scientist, key)


def test_a_run_becomes_what_answers(open_as, finished_run):
    key, run_id = finished_run
    author = open_as("scientist", f"/p/{key}/runs/{run_id}/")
    propose(author)
    review_url = ask_for_review(author)
    author_may_not_approve(author)
    approve(open_as, review_url)
    expect(author.locator("#review-state").get_by_text("Approved", exact=True)).to_be_visible()
    engineer = deploy(open_as, key)
    predict(engineer)
    a_wrong_type_is_named(engineer)
    pause_and_resume(engineer)


def test_a_validator_chooses_on_which_data_a_notebooks_model_is_judged(open_as, people, new_project):
    key = new_project("scientist", "validator")
    upload(people.scientist, key)
    register_from_notebook(people.scientist, key)
    page = open_as("validator", f"/p/{key}/models/notebook/1/", expected=["422"])
    is_live(page)

    page.get_by_label("Target").fill("frod")
    page.get_by_role("button", name="Hold rows out").click()
    expect(page.get_by_text("has no column 'frod'").first).to_be_visible()
    page.get_by_label("Target").fill("fraud")
    page.get_by_role("button", name="Hold rows out").click()

    judged = page.locator("#evaluation")
    expect(judged.get_by_text("Ready", exact=True)).to_be_visible(timeout=90_000)
    expect(judged.get_by_role("link", name="payments@v1")).to_be_visible()
    expect(judged.get_by_text("held out")).to_be_visible()


def propose(page):
    page.get_by_role("link", name="Propose as model").click()
    page.get_by_label("Model").fill("scorer")
    page.get_by_label("What is new about this version").fill("The first line through the data.")
    page.get_by_role("button", name="Register the version").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("scorer version 1")


def ask_for_review(page):
    page.get_by_label("Why it should serve").fill("It finds three times as much as the rules.")
    page.get_by_role("button", name="Ask for a review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("scorer version 1 to production")
    expect(page.locator("#comparison").get_by_text("average_precision")).to_be_visible(timeout=90_000)
    expect(page.locator("#review-checks .pill")).to_have_text(re.compile(r"^(\d) of \1 met$"))
    return page.url


def author_may_not_approve(page):
    expect(page.get_by_text("You made this version, and nobody approves their own work")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)


def approve(open_as, url):
    page = open_as("validator", url)
    page.get_by_label("Why, for the record").fill("Measured as agreed, on the frozen holdout.")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#review-approvals").get_by_text("Measured as agreed")).to_be_visible()
    expect(page.locator("#review-state").get_by_text("Approved", exact=True)).to_be_visible()


def deploy(open_as, key):
    page = open_as("engineer", f"/p/{key}/models/scorer/1/", expected=["422", "400", "503"])
    page.get_by_label("Deployment").fill("live-scorer")
    page.get_by_role("button", name="Deploy").click()
    expect(page).to_have_url(re.compile(f"/p/{key}/deployments/live-scorer/"), timeout=90_000)
    expect(page.locator("#deployment-state").get_by_text("Live", exact=True).first).to_be_visible()
    is_live(page)
    return page


def predict(page):
    form = page.locator("#try-it")
    form.get_by_label("amount").fill("880")
    form.get_by_label("hour").fill("3")
    form.get_by_label("merchant").select_option("jeweller")
    form.get_by_role("button", name="Predict").click()
    expect(form.get_by_text("Served by version")).to_be_visible()
    expect(answers(page)).to_have_count(1)


def a_wrong_type_is_named(page):
    form = page.locator("#try-it")
    form.get_by_label("amount").fill("much")
    form.get_by_role("button", name="Predict").click()
    expect(form.get_by_text("column “amount” must be a number, not 'much'")).to_be_visible()
    expect(answers(page)).to_have_count(1)


def pause_and_resume(page):
    page.get_by_role("button", name="Pause", exact=True).click()
    dialog = page.get_by_role("dialog", name="Pause the deployment")
    dialog.get_by_label("Reason").fill("Its inputs look wrong.")
    dialog.get_by_role("button", name="Pause it").click()
    state = page.locator("#deployment-state")
    expect(state.get_by_text("Paused", exact=True)).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(state.get_by_text("Live", exact=True).first).to_be_visible()
    expect(page.locator("#deployment-history").get_by_text("paused").first).to_be_visible()


def answers(page):
    """The last predictions; the chart above them has a table of its own."""
    return page.locator("#predictions table.cards tbody tr")
