"""The portfolio in a real browser: how a project is, and the picture that chooses one."""

import re

from playwright.sync_api import expect

from tests.browser.stages import SCOPE


def test_health_is_said_and_a_bubble_chooses_its_project(new_project, open_as, people):
    key, other = new_project(), new_project()
    for one in (key, other):
        people.owner.patch(f"/projects/{one}/scope", **SCOPE)
    page = open_as("owner", f"/?q=Journey {key}")  # others have made many, and a page shows fifty

    page.locator(f"#project-{key}").get_by_role("link", name="green").click()
    page.get_by_label("How is it?").select_option("red")
    page.get_by_label("Note").fill("The labels are late")
    page.get_by_role("button", name="Set").click()
    expect(page.get_by_text("The labels are late").first).to_be_visible()

    page.goto("/?light=red")
    expect(page.locator(f"#project-{key}")).to_contain_text("said red: The labels are late")
    expect(page.locator(f"#project-{other}")).to_have_count(0)
    bubble = page.get_by_role("link", name=re.compile(f"Journey {key}:"))
    bubble.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"project={key}"))
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_picture_is_one_stop_of_tab_and_arrows_walk_its_points(new_project, open_as, people):
    keys = [new_project() for _ in range(4)]
    for value, key in enumerate(keys, start=5):
        benefit = {"benefit_low": str(value * 100_000), "benefit_high": str(value * 100_000)}
        people.owner.patch(f"/projects/{key}/scope", **SCOPE | benefit)
        people.owner.post(f"/projects/{key}/health", light="amber", note="Counted.")
    page = open_as("owner", "/?q=Journey&light=amber")
    picture = page.locator("[data-roving]")
    expect(picture.locator("a[tabindex='0']")).to_have_count(1)
    middles = "all => all.map(one => [one.firstChild.cx.baseVal.value, one.id])"
    by_value = [name for _, name in sorted(picture.locator("a").evaluate_all(middles))]

    picture.locator("a[tabindex='0']").focus()
    page.keyboard.press("Home")
    seen = []
    for _ in by_value:
        seen.append(focused(page))
        page.keyboard.press("ArrowRight")
    assert seen == by_value
    assert focused(page) == by_value[-1]  # it ends there
    page.keyboard.press("ArrowLeft")
    assert focused(page) == by_value[-2]
    label = page.locator(f"#{by_value[-2]}").get_attribute("aria-label")
    expect(page.get_by_role("tooltip")).to_have_text(label)

    page.keyboard.press("Escape")
    assert focused(page) == "below-picture"
    expect(page.get_by_role("tooltip")).to_have_count(0)
    page.keyboard.press("Shift+Tab")
    assert focused(page) == by_value[-2]  # where one was
    page.keyboard.press("Escape")
    people.owner.post(f"/projects/{keys[0]}/health", light="amber", note="Counted again.")
    expect(page.locator(f"#project-{keys[0]}")).to_contain_text("Counted again.")  # the picture was fetched anew
    assert focused(page) == "below-picture"
    page.keyboard.press("Shift+Tab")
    assert focused(page) == by_value[-2]
    page.keyboard.press("Tab")
    assert not focused(page).startswith("bubble-")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"project={by_value[-2].removeprefix('bubble-')}"))


def focused(page):
    return page.evaluate("document.activeElement.id")


def test_what_others_change_shows_in_an_open_portfolio_under_its_own_filter(new_project, open_as, people):
    key, other = new_project("viewer"), new_project("viewer")
    people.owner.patch(f"/projects/{key}/scope", **SCOPE)
    watching = open_as("viewer", "/?q=Journey")
    row, gate = watching.locator(f"#project-{key}"), watching.locator(f"#gate-of-{key}")
    expect(row).to_contain_text("found green")
    gate.scroll_into_view_if_needed()  # it is asked for when it comes into sight, and other journeys made projects too
    expect(gate.locator(".pill")).to_be_visible()
    before = gate.inner_text()
    search = watching.get_by_label("Name or key")
    search.fill("Journey of somebody")

    health = open_as("owner", f"/p/{key}/health/")
    health.get_by_label("How is it?").select_option("red")
    health.get_by_label("Note").fill("The host is gone")
    health.get_by_role("button", name="Set").click()
    expect(row).to_contain_text("said red: The host is gone")
    expect(row.locator("a.pill")).to_have_class(re.compile("bad"))

    people.owner.post(
        f"/projects/{key}/risks", title="The label is missing", phase="data", likelihood=5, impact=5, knowledge="strong"
    )
    expect(row).to_contain_text("The label is missing")
    expect(gate).not_to_have_text(before)
    expect(search).to_have_value("Journey of somebody")
    expect(watching).to_have_url(re.compile(r"\?q=Journey$"))

    requests = []
    watching.on("request", lambda one: "part=body" in one.url and requests.append(one.url))
    for light in ("amber", "green", "amber", "green", "amber"):
        people.owner.post(f"/projects/{other}/health", light=light, note="Counted.")
    expect(watching.locator(f"#project-{other}")).to_contain_text("said amber: Counted.")
    watching.wait_for_timeout(2500)
    assert 1 <= len(requests) <= 3, requests
    assert all("q=Journey" in one for one in requests)
