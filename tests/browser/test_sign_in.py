"""Who is not signed in is asked to, and then gets what was asked for."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import fill_sign_in


def test_a_deep_link_survives_signing_in(open_page, people, new_project):
    key = new_project("viewer")
    page = open_page()

    page.goto(f"/p/{key}/risks/?from=mail")
    expect(page).to_have_url(re.compile("/sign-in/"))
    fill_sign_in(page, "viewer")

    expect(page).to_have_url(re.compile(rf"/p/{key}/risks/\?from=mail$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("What could sink it")

    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in/"))
    page.goto(f"/p/{key}/risks/")
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_a_wrong_password_says_so_and_names_neither_half(open_page, people):
    page = open_page(expected=["403", "400", "401", "422"])

    page.goto("/sign-in/")
    page.get_by_label("Username").fill("viewer")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_text("The user name or the password is wrong.")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("viewer")


def test_a_stranger_finds_no_trace_of_a_project(open_as, new_project):
    key = new_project()
    page = open_as("stranger", expected=["404"])

    assert page.goto(f"/p/{key}/").status == 404
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(f"Journey {key}")).to_have_count(0)
