"""Policies and gates in a real browser: one writes, another publishes; a check that fails opens a finding."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import is_live

TEXT = """\
apiVersion: throughline/v1
kind: PolicyPack
metadata: {name: NAME}
gates:
  scope:
    standing_checks: listed
    # Two are a prior.
    checks:
      - id: few_risks
        label: Few risks are open
        require: risks.open <= 2
    on_fail: {open_finding: high}
tests:
  - {name: three are too many, gate: scope, facts: {risks.open: 3}, expect: {met: false}}
"""


@pytest.fixture(scope="module")
def administrator(product):
    product.person("administrator", admin=True)
    return "administrator"


def test_a_policy_is_written_by_one_published_by_another_and_a_gate_goes_by_it(
    new_project, open_as, people, administrator
):
    key = new_project("engineer")
    name = f"p{key.lower()}"
    for title in ("Labels come late", "No headroom", "Nobody asked for it"):
        people.owner.post(f"/projects/{key}/risks", title=title, likelihood=3, impact=3, phase="data")

    # The text is checked and its tests run as one types; facts and functions are completed.
    page = open_as("scientist", "/policies/new/", expected=["422"])
    editor = page.get_by_label("Policy", exact=True)
    editor.fill(TEXT.replace("NAME", name).replace("<= 2", "<= 9"))
    expect(page.locator("#problems")).to_contain_text("the gate is met: every check holds.")
    editor.fill(TEXT.replace("NAME", name).replace("risks.open <= 2", "risks.ope <= 2"))
    expect(page.locator("#problems")).to_contain_text("Line 11, column 18")
    editor.fill(TEXT.replace("NAME", name))
    expect(page.locator("#problems")).to_contain_text("passes")
    page.get_by_role("button", name="Propose").click()
    expect(page).to_have_url(re.compile(f"/policies/{name}/1/"))

    # The form writes the same text, and says beside the field what is wrong.
    page.get_by_role("link", name="Edit as a form").click()
    new = page.locator("fieldset.entry").filter(has=page.locator("#id_checks-1-id"))
    new.get_by_label("Name").fill("no_critical")
    require = new.get_by_label("Holds when")
    require.press_sequentially("risks.crit")
    expect(page.get_by_role("option", name="risks.critical")).to_be_visible()
    require.press("Enter")
    expect(require).to_have_value("risks.critical")
    page.get_by_role("button", name="Save the gate").click()
    expect(new.locator(".error")).to_contain_text("true or false: this is a number")
    new.get_by_label("Holds when").fill("risks.critical == 0")
    page.get_by_role("button", name="Save the gate").click()
    expect(page.get_by_text("The draft is saved: the scope gate.")).to_be_visible()
    page.get_by_role("link", name="Text, tests and trial").click()
    expect(page.get_by_label("Policy", exact=True)).to_have_value(
        re.compile("# Two are a prior.(.|\n)*- id: no_critical")
    )
    expect(page.get_by_role("button", name="Publish")).to_be_disabled()

    # Another person publishes it.
    other = open_as(administrator, f"/policies/{name}/1/")
    other.get_by_role("button", name="Publish").click()
    other.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(other.get_by_text("Published", exact=True).first).to_be_visible()

    # The owner moves the project to it; an engineer asks, and the check that fails opens a finding.
    owner = open_as("owner", f"/p/{key}/gates/")
    owner.get_by_label("Move to").select_option(f"{name}/1")
    owner.get_by_role("button", name="Move").click()
    owner.get_by_role("dialog").get_by_role("button", name="Move").click()
    expect(owner.get_by_role("link", name=re.compile("v1")).first).to_be_visible()
    engineer = open_as("engineer", f"/p/{key}/gates/")
    engineer.get_by_role("button", name="Ask", exact=True).click()
    findings = open_as("owner", f"/p/{key}/findings/")
    is_live(findings)
    expect(findings.get_by_text("Scope gate: Few risks are open")).to_be_visible()

    # Treating a risk makes it hold: the finding is closed by itself.
    people.owner.post(f"/projects/{key}/risks/1/treat", treatment="Labelled by hand")
    findings.goto(f"/p/{key}/findings/1/")
    for _ in range(20):
        if findings.get_by_text("The check holds again.").is_visible():
            break
        findings.wait_for_timeout(300)
        findings.reload()
    expect(findings.get_by_text("By itself")).to_be_visible()


def test_a_use_is_classified_and_what_the_risks_cost_is_drawn(new_project, open_as, people):
    key = new_project("viewer")
    people.owner.post(f"/projects/{key}/risks", title="Fraud passes", likelihood=3, impact=4, phase="data")

    page = open_as("owner", f"/p/{key}/tier/")
    for question in page.get_by_role("group").all():
        no = question.get_by_label("No", exact=True)
        if no.count():
            no.first.check()
    page.get_by_label("Why").or_(page.locator("#id_note")).first.fill("Advisory and small.")
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#tier-now")).to_contain_text("T")
    page.get_by_role("link", name="All regimes").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    page.goto(f"/p/{key}/risks/1/")
    page.get_by_label("Comes true so often a year").fill("0.5")
    page.get_by_label("Costs each time from").fill("10000")
    page.get_by_label("Up to").fill("90000")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#losses")).to_contain_text("18.7 k")
    expect(page.locator("#losses svg").first).to_be_visible()
    narrow = open_as("viewer", f"/p/{key}/risks/", width=400)
    expect(narrow.locator("#losses")).to_contain_text("Expected a year")
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 400
