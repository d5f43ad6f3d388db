"""Every page of a project in which everything has happened: seen wide and narrow, light and dark, and by keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import stages
from tests.journeys.line import classification

LOOKS = {
    "wide-light": {"width": 1440, "dark": False},
    "wide-dark": {"width": 1440, "dark": True},
    "narrow-light": {"width": 400, "height": 860, "dark": False},
    "narrow-dark": {"width": 400, "height": 860, "dark": True},
}
# What is wrong with a page, found in the page. Each finding is a line that names the place.
FINDINGS = """() => {
    const found = [];
    const root = document.documentElement;
    const all = (selector) => [...document.querySelectorAll(selector)];
    const shown = (node) => node.outerHTML.replace(/\\s+/g, " ").slice(0, 160);
    const find = (what, nodes) => nodes.forEach((node) => found.push(`${what}: ${shown(node)}`));

    const sticksOut = (node) => node.getBoundingClientRect().right > root.clientWidth + 1;
    const scrolls = (node) => node.closest(".scroll, .board, pre, [popover]");
    if (root.scrollWidth > root.clientWidth)
        find(`${root.scrollWidth} px wide`, all("main *").filter((node) => sticksOut(node) && !scrolls(node)));

    if (all("h1").length !== 1) found.push(`${all("h1").length} h1`);

    const named = (node) => node.ariaLabel || node.getAttribute("aria-labelledby") || node.title;
    const fields = all("input:not([type=hidden]), select, textarea");
    find("no label", fields.filter((node) => !node.labels?.length && !named(node)));
    const pressed = all("button, a[href]").filter((node) => node.checkVisibility());
    find("no name", pressed.filter((node) => !node.textContent.trim() && !named(node)));

    find("broken", [...document.images].filter((node) => node.complete && !node.naturalWidth));
    find("no alt", all("img:not([alt])"));
    const ids = all("[id]").map((node) => node.id);
    find("id twice", all("[id]").filter((node, at) => ids.indexOf(node.id) !== at));
    return found;
}"""


@pytest.fixture(scope="session")
def filled(people, new_project):
    """The key of a project in which everything has happened, and the addresses of all its pages."""
    key = new_project("partner", "manager", "scientist", "engineer", "validator", "viewer")
    people.manager.patch(f"/projects/{key}/scope", **stages.SCOPE)
    told = {"cause": "A chargeback takes weeks.", "event": "Labels come late.", "consequence": "New fraud passes."}
    rated = {"phase": "scoping", "likelihood": 4, "impact": 4, "owner": "scientist"}
    people.owner.post(f"/projects/{key}/risks", title="Labels come late", **told, **rated)
    people.manager.post(f"/projects/{key}/tier", **classification(people.manager))
    people.owner.post(f"/projects/{key}/gates", comment="It pays.")
    stages.plan_sprint(people.owner, key, "Freeze the holdout", "Measure the rules", "A title " * 12)
    people.owner.post(f"/projects/{key}/items", title="Later")
    stages.upload(people.scientist, key)
    run_id = stages.train(people.scientist, key)
    stages.register(people.scientist, key, run_id)
    stages.deploy(people, key, 1)
    second = stages.register(people.scientist, key, stages.train(people.scientist, key, seed=1))
    stages.ask_for_review(people.scientist, key, second, deployment="live-scorer")
    rows = [{"amount": 40.0 * n, "hour": n, "merchant": "grocer"} for n in range(20)]
    people.engineer.post(f"/deployments/{key}/live-scorer/predict", rows=rows)
    people.engineer.post(f"/projects/{key}/monitors", deployment="live-scorer")
    job = people.scientist.get(f"/projects/{key}/jobs")["results"][0]["id"]
    below = f"/p/{key}/"
    return key, [
        "/",
        "/reviews/",
        "/account/",
        "/account/password/",
        "/projects/new/",
        *(
            below + page
            for page in ("", "rename/", "scope/", "gates/", "risks/", "risks/1/", "board/", "board/items/1/")
        ),
        *(below + page for page in ("board/?lanes=track", "board/backlog/", "board/all/", "board/all/?layout=list")),
        *(below + page for page in ("board/import/", "board/settings/", "board/requests/", "sprints/", "sprints/1/")),
        *(below + page for page in ("sprints/1/plan/", "sprints/1/review/")),
        *(below + page for page in ("data/", "data/payments/1/", "train/", "experiments/", f"runs/{run_id}/")),
        *(below + page for page in (f"runs/{run_id}/preview/model/signature.json", f"jobs/{job}/")),
        *(below + page for page in ("models/", "models/scorer/1/", f"models/scorer/{second}/", "reviews/")),
        *(below + page for page in ("reviews/1/", "reviews/2/", "deployments/", "deployments/live-scorer/")),
        *(below + page for page in ("monitoring/", "monitoring/live-scorer/", "monitoring/live-scorer/policy/")),
        *(below + page for page in ("team/", "activity/")),
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_fits_and_is_whole(open_as, filled, look):
    _, paths = filled
    page = open_as("owner", **LOOKS[look])

    found = [f"{path}: {finding}" for path in paths for finding in findings(page, path)]

    assert found == []


AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = """(rules) => axe.run(document, {resultTypes: ["violations"], ...rules}).then(({violations}) => violations
    .filter(({impact}) => ["serious", "critical"].includes(impact))
    .flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 160)}`)))"""


def test_axe_finds_nothing_grave_on_the_main_pages_in_either_theme(open_as, filled):
    _, paths = filled
    page, axe = open_as("owner"), AXE.read_text()
    found = []
    for theme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for path in paths:
            page.goto(path)
            page.evaluate("document.fonts.ready.then(() => true)")
            expect(page.locator(".htmx-request")).to_have_count(0)
            page.evaluate(axe)
            found += [f"{path}, {theme}: {one}" for one in page.evaluate(GRAVE, rules)]

    assert found == []


def test_anything_is_found_looked_at_and_gone_to_by_keyboard_alone(open_as, filled):
    key, _ = filled
    page = open_as("owner", "/")

    page.keyboard.press("Control+k")
    page.keyboard.type(f"{key} labels come")
    expect(page.get_by_role("option", name=re.compile("Labels come late"))).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/p/{key}/risks/1/"))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(f"/p/{key}/risks/$"))
    page.keyboard.press("j")
    page.keyboard.press(" ")
    glance = page.get_by_role("dialog", name="Labels come late")
    expect(glance).to_contain_text("4×4")
    page.keyboard.press("Escape")
    expect(glance).to_have_count(0)
    expect(page.get_by_role("link", name="Labels come late")).to_be_focused()
    page.goto("/search/?q=zzzyzx")
    expect(page.get_by_text("Nothing of yours is like that")).to_be_visible()


def findings(page, path):
    answer = page.goto(path)
    if answer.status != 200:
        return [f"status {answer.status}"]
    page.evaluate("document.fonts.ready.then(() => true)")
    expect(page.locator(".htmx-request")).to_have_count(0)
    return page.evaluate(FINDINGS)


def test_every_place_of_the_rail_leads_where_it_says(open_as, filled):
    key, _ = filled
    page = open_as("owner", f"/p/{key}/")

    for label in page.locator(".raillink").evaluate_all("links => links.map((link) => link.dataset.name)"):
        page.locator(f".raillink[data-name='{label}']").click()
        expect(page.locator(f".raillink[data-name='{label}']")).to_have_attribute("aria-current", "page")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.goto(f"/p/{key}/")


def test_every_link_of_the_project_leads_somewhere(open_as, filled):
    _, paths = filled
    page = open_as("owner")
    links = set()
    for path in paths:
        page.goto(path)
        found = page.eval_on_selector_all("a[href^='/']", "links => links.map((link) => link.getAttribute('href'))")
        links.update(link.split("#")[0] for link in found)

    answers = {link: page.request.get(link).status for link in sorted(links)}

    assert {link: status for link, status in answers.items() if status != 200} == {}


def test_the_menu_of_a_phone_opens_the_rail(open_as, filled):
    key, _ = filled
    page = open_as("owner", f"/p/{key}/", **LOOKS["narrow-light"])

    expect(page.locator(".raillink[data-name=Board]")).not_to_be_visible()
    page.get_by_role("button", name="Menu").click()
    page.locator(".raillink[data-name=Board]").click()

    expect(page).to_have_url(re.compile(f"/p/{key}/board/"))


def test_the_keyboard_reaches_everything(open_as, filled):
    key, _ = filled
    page = open_as("partner", f"/p/{key}/risks/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "New risk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="New risk")).to_be_visible()
    expect(page.get_by_label("Risk", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="New risk")).to_have_count(0)
    expect(page.get_by_role("button", name="New risk")).to_be_focused()


def tab_to(page, name, *, at_most=12):
    """Press Tab until this button has the focus."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == name:
            return
    pytest.fail(f"{name} is not reached by {at_most} tabs")


def test_the_letters_of_the_keyboard_go_to_places(open_as, filled):
    key, _ = filled
    page = open_as("owner", f"/p/{key}/")

    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys.get_by_text("Go to Board")).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(page).to_have_url(re.compile(f"/p/{key}/board/"))
    page.keyboard.press("Control+k")
    page.keyboard.type("Scope")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/p/{key}/scope/"))


def test_the_theme_can_be_chosen_and_stays(open_as, filled):
    page = open_as("owner", "/")
    page.emulate_media(color_scheme="light")

    page.get_by_role("button", name=re.compile("^Theme")).click()
    chosen = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == chosen
