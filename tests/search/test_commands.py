"""What the palette offers beside what it finds."""

import pytest

from core import search
from projects.roles import Role
from tests.factories import make_member, make_project, make_user

pytestmark = pytest.mark.django_db


def labels(user, *words, near=""):
    return [one.label for one in search.commands_for(user, near=near, words=words)]


def test_each_leads_to_a_page_that_its_user_may_open(client):
    project = make_project(key="CMD")
    viewer = make_member(project, Role.VIEWER)

    for user in (project.created_by, viewer, make_user()):
        client.force_login(user)
        offered = search.commands_for(user, near="CMD")
        answers = {one.label: client.get(one.url.partition("#")[0], follow=True).status_code for one in offered}
        assert {label: status for label, status in answers.items() if status != 200} == {}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("import", "Import items"),
        ("export", "Go to all items"),
        ("assign", "Go to all items"),
        ("start sprint", "Start or close a sprint"),
        ("statuses", "Statuses, fields and templates"),
        ("waive", "Go to gate"),
        ("triage", "Go to requests"),
    ],
)
def test_what_is_done_with_items_is_found_from_everywhere_in_the_project(text, label):
    project = make_project(key="CMD")

    assert label in labels(project.created_by, *text.split(), near="CMD")
    assert label not in labels(make_user(), *text.split(), near="CMD")


def test_who_may_not_plan_is_offered_no_plan():
    project = make_project(key="CMD")

    assert labels(make_member(project, Role.VIEWER), "import", near="CMD") == []
