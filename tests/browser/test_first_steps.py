"""From an empty installation to a project whose scope two people stand for."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROLES
from tests.product import PASSWORD, Product


@pytest.fixture
def product():
    """One of its own: an installation has its first administrator once."""
    with Product() as product:
        yield product


@pytest.fixture
def people(product):
    """Whom the journey's administrator finds there."""
    product.people("partner")


@pytest.fixture
def signed_in():
    """Nobody, here."""
    return {}


@pytest.fixture
def setup_path(product):
    """Of the link that the first start prints."""
    return re.search(r"/setup/\S+", product.manage("sign_in_help"))[0]


def test_from_the_setup_link_to_a_passed_scope_gate(open_page, open_as, people, setup_path):
    page = open_page()
    become_administrator(page, setup_path)
    create_project(page)
    see_what_blocks_the_gate(page)
    fill_the_scope(page)
    classify(page)
    add_a_risk(page)
    add_to_team(page, "partner", ROLES["partner"])
    see_why_not_oneself(page)
    pass_the_gate_as(open_as, "partner")
    expect(stage_now(page)).to_contain_text("Feasibility")


def become_administrator(page, setup_path):
    page.goto(setup_path)
    page.get_by_label("Your name").fill("First administrator")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Create the administrator").click()
    expect(page.get_by_text("12 characters").last).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the administrator").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Portfolio")


def create_project(page):
    page.get_by_role("link", name=re.compile("^(Create a|New) project$")).click()
    page.get_by_label("Name").fill("Card fraud scoring")
    page.get_by_label("Key").fill("first")
    page.get_by_label("Purpose").fill("Which payments should we stop before they are made?")
    page.get_by_role("button", name="Create project").click()
    expect(page).to_have_url(re.compile("/p/FIRST/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Card fraud scoring")


def see_what_blocks_the_gate(page):
    gate = page.locator("#gate")
    expect(stage_now(page)).to_contain_text("Scop")
    expect(gate.get_by_text("The decision is stated")).to_be_visible()
    expect(gate.get_by_role("link", name="scope, fix it").first).to_be_visible()
    gate.get_by_role("link", name="scope, fix it").first.click()
    expect(page).to_have_url(re.compile("/scope/"))


def fill_the_scope(page):
    said = {
        "Decision and action": "The payment service declines a transaction above the threshold.",
        "Metric": "average_precision",
        "Today's value": "0.2",
        "Minimal useful value": "0.3",
        "Source of today's value": "The rules of today, on last year's payments",
        "Lowest benefit a year": "400000",
        "Highest benefit a year": "700000",
        "Lowest cost a year": "100000",
        "Highest cost a year": "150000",
        "Precedent": "Payment rules of two years ago",
        "Where ours is harder": "No answer within 60 ms was asked for",
    }
    form = page.locator("#scope-form")
    for label, value in said.items():
        form.get_by_label(re.compile(f"^{label}( optional)?$")).fill(value)
    page.get_by_role("button", name="Save the scope").click()
    expect(page.locator("#scope-verdict").get_by_text("at least 0.3, today 0.2")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    goal = page.locator("#goal")
    expect(goal.get_by_text("not measured yet")).to_be_visible()
    expect(goal.get_by_role("img", name="average_precision: Today 0.2, Minimal useful 0.3, Now –")).to_be_visible()


def classify(page):
    page.get_by_role("link", name="Overview").first.click()
    page.locator("#gate").get_by_role("link", name=re.compile("tier, fix it|class.*, fix it")).click()
    expect(page).to_have_url(re.compile("/tier/"))
    for question in page.get_by_role("group").all():
        no = question.get_by_label("No", exact=True)
        if no.count():
            no.first.check()
    page.get_by_label("Why these answers").fill("A person looks at each payment that is stopped.")
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#tier-now")).to_contain_text("Tier")


def add_a_risk(page):
    page.get_by_role("link", name="Risks").first.click()
    page.get_by_role("button", name="New risk").click()
    dialog = page.get_by_role("dialog", name="New risk")
    dialog.get_by_label("Risk", exact=True).fill("Labels come six weeks late")
    dialog.get_by_label("Cause").fill("A chargeback takes six weeks.")
    dialog.get_by_label("Event").fill("The newest fraud is taken for good.")
    dialog.get_by_label("Consequence").fill("New patterns pass unseen.")
    dialog.get_by_label("Likelihood").select_option("4")
    dialog.get_by_label("Impact").select_option("4")
    dialog.get_by_label(re.compile("^Owner")).select_option(label="First administrator")
    dialog.get_by_role("button", name="Add the risk").click()
    expect(page.locator("#register").get_by_role("link", name="Labels come six weeks late")).to_be_visible()


def add_to_team(page, username, role):
    page.get_by_role("link", name="Team").first.click()
    page.get_by_label("User name").fill(username)
    page.locator("form", has=page.get_by_label("User name")).get_by_label("Role").select_option(role)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#members").get_by_text(username, exact=True)).to_be_visible()


def see_why_not_oneself(page):
    page.get_by_role("link", name="Overview").first.click()
    button = page.get_by_role("button", name="Pass the gate").first
    expect(button).to_be_visible()
    expect(button).to_have_attribute("aria-disabled", "true")
    button.focus()
    expect(page.get_by_text("another person passes this gate").first).to_be_visible()


def pass_the_gate_as(open_as, username):
    other = open_as(username, "/p/FIRST/")
    other.get_by_role("button", name="Pass the gate").first.click()
    dialog = other.get_by_role("dialog")
    dialog.get_by_label("Comment").fill("Measured, and it pays.")
    dialog.get_by_role("button", name="Pass the gate").click()
    expect(stage_now(other)).to_contain_text("Feasibility")


def stage_now(page):
    return page.locator("#line [aria-current=step]")
