"""How the work of a project is set up: each thing made, changed, ordered and removed by clicking; another sees it."""

from playwright.sync_api import expect

from tests.browser.conftest import is_live


def test_statuses_are_added_renamed_ordered_and_removed_and_the_board_has_them(open_as, people, new_project):
    key = new_project("scientist", "engineer")
    page = open_as("scientist", f"/p/{key}/board/settings/", expected=["409", "422"])
    other = open_as("engineer", f"/p/{key}/board/settings/")
    is_live(page)
    is_live(other)

    new = page.get_by_role("form", name="New status")
    new.get_by_label("New status").fill("With legal")
    new.get_by_label("Group").select_option(label="Review")
    new.get_by_label("At most").fill("2")
    new.get_by_role("button", name="Add the status").click()
    row = page.get_by_role("form", name="Status With legal")
    expect(row.get_by_label("At most")).to_have_value("2")
    expect(other.get_by_role("form", name="Status With legal")).to_be_visible()
    expect(new.get_by_label("New status")).to_have_value("")

    expect(row.get_by_role("button", name="Save")).to_be_hidden()
    row.get_by_label("Name").fill("Ready")
    row.get_by_role("button", name="Save").click()
    expect(row.get_by_text("The name Ready is taken.")).to_be_visible()
    row.get_by_label("Name").fill("Legal")
    page.keyboard.press("Enter")
    row = page.get_by_role("form", name="Status Legal")
    expect(row).to_be_visible()
    expect(other.get_by_role("form", name="Status Legal")).to_be_visible()

    row.get_by_role("button", name="Move Legal up").press("Enter")
    expect(other.locator("#settings-statuses form.setrow").nth(3)).to_have_attribute("aria-label", "Status Legal")
    expect(page.locator("#settings-statuses form.setrow").nth(4)).to_have_attribute("aria-label", "Status Review")
    expect(page.get_by_role("form", name="Status Review").get_by_role("button", name="Remove")).to_have_attribute(
        "aria-description", "Review is the main status of its group: it can be renamed, not removed."
    )
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(other.get_by_role("form", name="Status Legal")).to_have_count(0)


def test_fields_are_defined_changed_ordered_and_removed(open_as, people, new_project):
    key = new_project("scientist")
    page = open_as("scientist", f"/p/{key}/board/settings/", expected=["422"])
    new = page.get_by_role("form", name="New field")
    new.get_by_label("New field").fill("Area")
    new.get_by_label("Type").select_option(label="Choice")
    new.get_by_role("button", name="Define the field").click()
    expect(new.get_by_text("A choice needs choices.")).to_be_visible()
    new.get_by_label("Choices").fill("Cards\nLoans")
    new.get_by_role("button", name="Define the field").click()
    area = page.get_by_role("form", name="Field Area")
    expect(area.get_by_label("Choices")).to_have_value("Cards\nLoans")
    new.get_by_label("New field").fill("Due")
    new.get_by_label("Type").select_option(label="Date")
    new.get_by_role("button", name="Define the field").click()

    page.get_by_role("button", name="Move Due up").click()
    expect(page.locator("#settings-fields form.setrow").first).to_have_attribute("aria-label", "Field Due")
    area.get_by_label("Choices").fill("Cards\nLoans\nRent")
    with page.expect_response(lambda answer: answer.request.method == "POST"):  # the button goes when it is pressed
        area.get_by_role("button", name="Save").click()
    expect(area.get_by_role("button", name="Save")).to_be_hidden()
    fields = people.owner.get(f"/projects/{key}/item-fields")["results"]
    assert [(one["name"], one["choices"]) for one in fields] == [("Due", []), ("Area", ["Cards", "Loans", "Rent"])]
    page.get_by_role("form", name="Field Due").get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("form", name="Field Due")).to_have_count(0)


def test_a_template_is_kept_from_an_item_changed_used_and_removed(open_as, people, new_project):
    key = new_project("scientist")
    people.owner.post(f"/projects/{key}/items", title="Try merchant history", kind="spike", labels=["recall"])
    page = open_as("scientist", f"/p/{key}/board/items/1/")
    page.get_by_role("button", name="Keep as template").click()
    page.get_by_label("Name of the template").fill("Spike")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Items can begin as the template Spike now.")).to_be_visible()

    page.goto(f"/p/{key}/board/settings/")
    row = page.locator(".setrow.template", has_text="Spike")
    expect(row).to_contain_text("#recall")
    row.get_by_text("Edit").click()
    row.get_by_label("Title begins with").fill("Try ")
    row.get_by_label("Time box, days").fill("10")
    row.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("10 days")

    page.goto(f"/p/{key}/board/backlog/")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="New item")
    dialog.get_by_label("Begin with").select_option(label="Spike")
    expect(dialog.get_by_label("Kind")).to_have_value("spike")
    dialog.get_by_label("Title").fill("Try the network")
    dialog.get_by_role("button", name="Add the item").click()
    expect(page.locator("#ranks")).to_contain_text("Try the network")
    assert people.owner.get(f"/projects/{key}/items/2")["time_box_days"] == 10

    page.goto(f"/p/{key}/board/settings/")
    row.get_by_text("Edit").click()
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No templates yet")).to_be_visible()


def test_views_are_renamed_shared_and_removed(open_as, people, new_project):
    key = new_project("scientist", "engineer")
    page = open_as("scientist", f"/p/{key}/board/all/?state=ready&layout=list")
    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Name").fill("Ready ones")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()

    page.goto(f"/p/{key}/board/settings/")
    other = open_as("engineer", f"/p/{key}/board/settings/")
    is_live(other)
    expect(other.get_by_text("No views are kept")).to_be_visible()
    row = page.get_by_role("form", name="View Ready ones")
    row.get_by_label("Name").fill("What is ready")
    row.get_by_label("Shared").check()
    row.get_by_role("button", name="Save").click()
    expect(other.get_by_role("form", name="View What is ready")).to_contain_text("shared by")
    page.get_by_role("form", name="View What is ready").get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(other.get_by_text("No views are kept")).to_be_visible()


def test_a_viewer_reads_who_may(open_as, people, new_project):
    key = new_project("viewer")
    page = open_as("viewer", f"/p/{key}/board/settings/")

    expect(page.get_by_text("in this project you are viewer")).to_be_visible()
    expect(page.get_by_role("form", name="New status")).to_have_count(0)
    expect(page.get_by_text("Set by owner, product owner, data scientist and engineer.").first).to_be_visible()
