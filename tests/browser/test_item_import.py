"""Items from other trackers: looked at, taken in, taken in again, and a file that is wrong."""

from playwright.sync_api import expect

OWN = b"""external_id,title,kind,priority,labels,cost
A1,Freeze the holdout,data,high,recall; data,3
A2,Old thing,task,,,
"""
JIRA = b"Issue key,Summary,Issue Type,Status\nFR-1,Crash at midnight,Bug,To Do\n"
GITHUB = b'[{"number": 7, "title": "Crash", "state": "open", "labels": [{"name": "bug"}]}]'


def test_a_file_is_looked_at_and_taken_in_and_again_makes_no_second_ones(open_as, people, new_project):
    key = new_project("scientist")
    page = open_as("scientist", f"/p/{key}/board/all/", expected=["422"])
    page.get_by_role("link", name="Import").click()

    choose(page, "items.csv", OWN)
    preview = page.locator("#import-preview")
    expect(stat(preview, "New")).to_have_text("2")
    expect(preview.get_by_role("row", name="external_id")).to_contain_text("found again")
    expect(preview.get_by_role("row", name="Left out")).to_contain_text("cost")
    preview.get_by_role("button", name="Import").click()
    expect(page.get_by_text("2 added, 0 changed, 0 as they were.")).to_be_visible()
    expect(page.get_by_role("link", name="Freeze the holdout")).to_be_visible()

    page.goto(f"/p/{key}/board/import/")
    choose(page, "items.csv", OWN)
    expect(page.get_by_text("There is nothing to do")).to_be_visible()
    choose(page, "items.csv", OWN.replace(b"high", b"soon").replace(b"Old thing", b"New thing"))
    expect(preview.get_by_role("row", name="A1")).to_contain_text("Priority is one of")
    expect(preview.get_by_role("row", name="A2")).to_contain_text("would change")
    expect(preview.get_by_role("button", name="Import")).to_have_count(0)
    choose(page, "items.csv", b'external_id,title\n"A1"x,One\n')
    expect(page.get_by_text("line 2, column 5").first).to_be_visible()

    for kind, name, data in (("CSV as Jira", "jira.csv", JIRA), ("JSON as GitHub", "issues.json", GITHUB)):
        page.goto(f"/p/{key}/board/import/")
        page.get_by_label(kind).check()
        choose(page, name, data)
        expect(stat(preview, "New")).to_have_text("1")
        preview.get_by_role("button", name="Import").click()
        expect(page.get_by_text("1 added, 0 changed, 0 as they were.")).to_be_visible()
    assert len(people.owner.get(f"/projects/{key}/items")["results"]) == 4


def choose(page, name, data):
    page.get_by_label("The file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="Look at it").click()


def stat(preview, label):
    return preview.locator(".stat", has_text=label).locator(".value")
