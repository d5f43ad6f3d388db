"""What stands on an item's page below its facts."""

import re

import pytest
from django.urls import reverse

from core.models import Event
from projects import operations, queries
from projects.models import ItemComment, SavedView, WorkItem
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_item, make_risk, make_sprint

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def project():
    return make_project(key="FRD")


@pytest.fixture
def owner(client, project):
    client.force_login(project.created_by)
    return client


def url(name, *more):
    return reverse(f"projects:{name}", args=["FRD", 1, *more])


def test_details_are_saved_and_stale_ones_refused(owner, project):
    operations.define_field(project=project, name="Area", type="choice", choices=["Cards"], by=project.created_by)
    make_item(project)
    form = {"version": "1", "labels": "Recall, data", "estimate_engineering": "3", "own_area": "Cards"}
    form |= {"hypothesis": "It lifts recall", "time_box_days": "10", "result": "confirmed"}

    saved = owner.post(url("item-details"), form, **HTMX)
    stale = owner.post(url("item-details"), form | {"labels": "x"}, **HTMX)

    item = WorkItem.objects.get()
    assert (saved.status_code, stale.status_code) == (200, 412)
    assert (item.labels, item.points, item.custom, item.result) == (
        ["data", "recall"],
        3,
        {"area": "Cards"},
        "confirmed",
    )


def shown_details(client):
    """What the form of the details sends when nobody touched it: each field, and what stood there."""
    form = client.get(url("item-about"), **HTMX).context["form"]
    text = {bound.html_name: "" if bound.value() is None else str(bound.value()) for bound in form}
    return text | {bound.html_initial_name: text[bound.html_name] for bound in form if bound.name != "version"}


def test_details_that_somebody_else_changed_and_i_did_not_are_no_conflict(owner, project):
    operations.define_field(project=project, name="Due", type="date", by=project.created_by)
    operations.define_field(project=project, name="Area", type="text", by=project.created_by)
    item, other = make_item(project), make_member(project, Role.ENGINEER)
    begun = {"custom": {"due": "2026-12-01", "area": "Cards"}, "hypothesis": "One\nTwo", "estimates": {"product": 1}}
    operations.revise_item(item=item, values=begun, by=other, now=now())
    form = shown_details(owner)
    theirs = {"estimates": {"engineering": 3}, "custom": {"area": "Loans"}, "hypothesis": "One\nTwo\nThree"}
    operations.revise_item(item=item, values=theirs, by=other, now=now())
    mine = {"labels": "recall", "own_due": "2026-12-24", "estimate_product": "2", "hypothesis": "One\r\nTwo"}

    saved = owner.post(url("item-details"), form | mine, **HTMX)

    item.refresh_from_db()
    assert (saved.status_code, saved.context["form"].errors) == (200, {})
    assert (item.labels, item.estimates, item.hypothesis) == (
        ["recall"],
        {"product": 2, "engineering": 3},
        "One\nTwo\nThree",
    )
    assert item.custom == {"due": "2026-12-24", "area": "Loans"}


def test_of_two_changes_of_one_detail_both_are_told_and_the_second_is_kept_when_sent_again(owner, project):
    item, other = make_item(project), make_member(project, Role.ENGINEER)
    form = shown_details(owner) | {"labels": "recall", "metric": "ap"}
    operations.revise_item(item=item, values={"labels": ["data"], "points": None, "baseline": 0.4}, by=other, now=now())
    before = Event.objects.count()

    refused = owner.post(url("item-details"), form, **HTMX)

    again = refused.context["form"]
    assert refused.status_code == 412
    assert again.errors["labels"] == ["It is “data” by now: save again to keep yours."]
    assert again.non_field_errors() == ["Somebody changed labels meanwhile: nothing is saved."]
    assert set(again.errors) == {"labels", "__all__"}
    assert 'name="initial-labels" value="data"' in refused.content.decode()
    assert (again["labels"].value(), again["metric"].value(), again["baseline"].value()) == ("recall", "ap", "0.4")
    assert Event.objects.count() == before
    kept = owner.post(url("item-details"), dict(again.data.items()), **HTMX)
    item.refresh_from_db()
    assert (kept.status_code, item.labels, item.metric, item.baseline) == (200, ["recall"], "ap", 0.4)


def test_an_item_and_what_it_waits_for_stand_where_the_project_says(owner, project):
    by, sprint = project.created_by, make_sprint(project)
    status = operations.add_status(project=project, name="Validating", group="review", by=by)
    renamed = queries.item_status(project, "in_progress")
    operations.revise_status(status=renamed, values={"name": "Under way"}, by=by)
    item, blocker = make_item(project, sprint=sprint), make_item(project, sprint=sprint, title="The other")
    operations.move_item(item=item, state=status.key, by=by, now=now())
    operations.move_item(item=blocker, state="in_progress", by=by, now=now())
    operations.add_blocker(item=item, blocker=blocker, by=by, now=now())

    page, about = owner.get(url("item")), owner.get(url("item-about"), **HTMX).content.decode()

    first, body = page.context["in_place"][0], page.content.decode()
    assert (first["name"], first["label"]) == ("status", "Validating")
    offered = [label for _, label in first["field"].field.choices]
    assert offered == ["Ready", "Under way", "Review", "Validating", "Done", "Dropped"]
    assert 'aria-label="Status: Validating. Change it"' in body
    assert '<span class="pill">Review</span>' not in body
    assert 'data-menus="/p/FRD/board/items/1/menus/"' in body
    assert '<span class="pill">Under way</span>' in about
    peek = owner.get("/p/FRD/board/items/2/?part=peek", **HTMX).content.decode()
    assert "Under way" in peek
    assert "In progress" not in peek


def test_a_viewer_reads_the_status_and_has_no_keys_for_it(client, project):
    make_item(project)
    client.force_login(make_member(project, Role.VIEWER))

    body = client.get(url("item")).content.decode()

    assert "Ready" in body
    assert "data-menus" not in body
    assert "Change it" not in body


def test_a_parent_that_there_is_not_is_said_at_its_field(owner, project):
    make_item(project)

    wrong = owner.post(url("item-details"), {"version": "1", "parent": "77"}, **HTMX)

    assert wrong.status_code == 422
    assert wrong.context["form"].errors == {"parent": ["There is no item 77 in this project."]}


def test_block_wait_link_and_undo(owner, project):
    make_item(project, sprint=make_sprint(project))
    make_item(project, title="The other")

    blocked = owner.post(url("item-block"), {"cause": "data", "reason": "Labels late"}, **HTMX).content.decode()
    owner.post(url("item-blocker"), {"item": "2"}, **HTMX)
    full = owner.post(url("item-link"), {"kind": "gate", "target": "scope"}, **HTMX).content.decode()

    assert "Labels late" in blocked
    assert "The other" in full
    assert "Scope gate" in full
    owner.post(url("item-block"), {"act": "unblock"}, **HTMX)
    owner.post(url("item-blocker"), {"item": "2", "act": "remove"}, **HTMX)
    link = WorkItem.objects.get(number=1).links.get()
    bare = owner.post(url("item-link"), {"link": link.pk, "act": "remove"}, **HTMX).content.decode()
    assert "Linked to nothing yet" in bare


def offered(client, **asked):
    answer = client.get(url("item-choices"), asked, **HTMX)
    return re.findall('<option value="([^"]*)" label="([^"]*)">', answer.content.decode())


def test_what_it_can_wait_for_is_offered_by_title_of_this_project_alone(client, owner, project):
    for title in ("Freeze the holdout", "Measure the holdout", "Other"):
        make_item(project, title=title)
    make_item(make_project(key="OTH"), title="Their holdout")

    assert offered(owner, kind="item", item="holdout") == [("2", "FRD-2 Measure the holdout, #2 Ready")]
    assert offered(owner, kind="item", item="FRD-3") == [("3", "FRD-3 Other, #3 Ready")]
    assert [value for value, _ in offered(owner, kind="item")] == ["3", "2"]
    client.force_login(make_user("stranger"))
    assert client.get(url("item-choices"), {"kind": "item"}).status_code == 404


def test_what_it_can_be_about_is_offered_by_name_and_the_typed_id_stays(owner, project):
    make_item(project)
    make_risk(project)

    assert offered(owner, kind="risk", target="labels") == [("1", "Labels arrive late, R1 Open")]
    assert offered(owner, kind="gate", target="sco") == [("scope", "Scope gate")]
    assert offered(owner, kind="moon", target="x") == offered(owner, kind="risk", target="x" * 300) == []
    owner.post(url("item-link"), {"kind": "risk", "target": "1"}, **HTMX)
    about = owner.get(url("item-about"), **HTMX).content.decode()
    assert "R1 Labels arrive late" in about
    assert 'list="link-choices"' in about
    assert 'list="blocker-choices"' in about


@pytest.mark.parametrize(("item", "status"), [("FRD-2", 200), ("frd-2", 200), ("2", 200), ("OTH-2", 422), ("9", 404)])
def test_what_it_waits_for_is_named_by_number_or_key(owner, project, item, status):
    make_item(project)
    make_item(project, title="The other")

    answer = owner.post(url("item-blocker"), {"item": item}, **HTMX)

    assert answer.status_code == status
    assert WorkItem.objects.get(number=1).blocked_by.count() == (status == 200)


def test_comments_show_to_whom_they_are_said(client, owner, project):
    make_item(project)
    owner.post(url("item-comments"), {"text": "Among **us**", "visibility": "team"}, **HTMX)
    owner.post(url("item-comments"), {"text": "For all"}, **HTMX)
    team = owner.get(url("item-comments"), **HTMX).content.decode()
    client.force_login(make_member(project, Role.SPONSOR))

    others = client.get(url("item-comments"), **HTMX).content.decode()

    assert "Among <strong>us</strong>" in team
    assert "Among" not in others
    assert "For all" in others
    refused = client.post(url("item-comment", ItemComment.objects.latest("pk").pk), {"act": "delete"}, **HTMX)
    assert refused.status_code == 403


def test_bulk_change_says_what_was_refused(owner, project):
    make_item(project, sprint=make_sprint(project))
    make_item(project)

    answer = owner.post("/p/FRD/board/all/change/", {"item": ["1", "2"], "state": "review"}, follow=True)

    body = answer.content.decode()
    assert "1 item changed." in body
    assert "FRD-2 is as it was" in body
    assert list(WorkItem.objects.order_by("number").values_list("state", flat=True)) == ["review", "ready"]


@pytest.mark.parametrize("label", ["a,b", "x" * 41])
def test_a_refused_bulk_change_stands_in_the_bar_as_it_was_sent(owner, project, label):
    make_item(project, title="The first")
    make_item(project, title="The second")
    sent = {"item": ["2"], "priority": "high", "add_labels": label, "next": "/p/FRD/board/all/?q=second&layout=list"}

    answer = owner.post("/p/FRD/board/all/change/", sent)

    form, body = answer.context["many_form"], answer.content.decode()
    assert answer.status_code == 422
    assert list(form.errors) == ["add_labels"]
    assert (form["priority"].value(), form["add_labels"].value()) == ("high", label)
    assert '<input type="hidden" name="item" value="2">' in body
    assert "The first" not in body
    assert 'name="next" value="/p/FRD/board/all/?q=second&amp;layout=list"' in body
    assert list(WorkItem.objects.values_list("priority", flat=True)) == [0, 0]


@pytest.mark.parametrize("name", [" ", "x" * 61, "a\0b"])
def test_a_refused_name_of_a_view_stands_in_its_form(owner, project, name):
    sent = {"name": name, "layout": "list", "query": "q=second", "is_shared": "on"}

    answer = owner.post("/p/FRD/board/views/", sent | {"next": "/p/FRD/board/all/?q=second&layout=list"})

    form = answer.context["view_form"]
    assert answer.status_code == 422
    assert list(form.errors) == ["name"]
    assert {one: form[one].value() for one in ("name", "layout", "query", "is_shared")} == sent | {"is_shared": True}
    assert not SavedView.objects.exists()


def test_a_refusal_of_no_field_of_the_form_stands_above_it(owner, project):
    make_item(project)

    answers = [
        owner.post("/p/FRD/board/all/change/", {"item": ["1"]}),
        owner.post("/p/FRD/board/all/change/", {"priority": "high", "next": "/p/FRD/board/all/?q=%00&page=-1"}),
    ]

    assert [one.status_code for one in answers] == [422, 422]
    assert "Say what to change" in answers[0].content.decode()
    assert "Choose 1 to 200 items: got 0." in answers[1].content.decode()


def test_the_example_of_the_quick_line_can_be_typed_as_it_is_shown(owner, project):
    body = owner.get("/p/FRD/board/all/").content.decode()
    example = re.search('placeholder="(Try merchant[^"]*)"', body)[1]

    owner.post("/p/FRD/board/all/quick/", {"line": example})

    item = WorkItem.objects.get()
    assert (item.title, item.assignee, item.kind, item.labels) == (
        "Try merchant history",
        project.created_by,
        "spike",
        ["recall"],
    )


def test_quick_line_adds_or_says_why_not(owner, project):
    owner.post("/p/FRD/board/all/quick/", {"line": "Try it !high #spike 2w"})
    wrong = owner.post("/p/FRD/board/all/quick/", {"line": "Try it @nobody"})

    assert list(WorkItem.objects.values_list("title", "kind", "time_box_days")) == [("Try it", "spike", 14)]
    assert (wrong.status_code, "@nobody is nobody" in wrong.content.decode()) == (422, True)


def test_a_reason_to_decline_that_is_refused_stands_in_its_form(owner, project):
    for title in ("One", "Another"):
        operations.request_item(project=project, title=title, by=project.created_by, now=now())

    answer = owner.post("/p/FRD/board/requests/1/decline/", {"reason": "x" * 501})

    assert answer.status_code == 422
    stands = {item.number: form.data.get("reason") for item, form in answer.context["waiting"]}
    assert stands == {2: None, 1: "x" * 501}
    assert "at most 500 characters (it has 501)" in answer.content.decode()
    assert set(WorkItem.objects.values_list("triage", flat=True)) == {"waiting"}


def test_backlog_ranks_by_position(owner, project):
    for title in "abc":
        make_item(project, title=title)

    answer = owner.post("/p/FRD/board/backlog/rank/", {"item": "3", "position": "0", "lane": "backlog"})

    assert answer.status_code == 204
    assert list(WorkItem.objects.order_by("rank").values_list("title", flat=True)) == ["c", "a", "b"]


@pytest.mark.parametrize("layout", ["table", "list", "board"])
def test_items_are_shown_in_each_layout(owner, project, layout):
    make_item(project, title="Freeze the holdout", more={"labels": ["data"]})

    shown = owner.get(f"/p/FRD/board/all/?layout={layout}&label=data").content.decode()
    wrong = owner.get(f"/p/FRD/board/all/?layout={layout}&kind=moon")

    assert "Freeze the holdout" in shown
    assert (wrong.status_code, "The filter cannot be read" in wrong.content.decode()) == (200, True)
