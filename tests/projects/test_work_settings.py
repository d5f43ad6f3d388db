"""How the work of a project is set up: statuses, fields, templates, views, on their page."""

import pytest
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event
from projects import operations, queries
from projects.models import ItemField, ItemStatus, ItemTemplate, SavedView, WorkItem
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.projects.factories import make_item, make_sprint

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def project():
    return make_project(key="FRD")


@pytest.fixture
def owner(client, project):
    client.force_login(project.created_by)
    return client


@pytest.fixture
def viewer(client, project):
    client.force_login(make_member(project, Role.VIEWER))
    return client


def url(name, *more):
    return reverse(f"projects:{name}", args=["FRD", *more])


def post(client, where, *more, **form):
    return client.post(url(where, *more), form, **HTMX)


def add_status(project, name, group="review"):
    return operations.add_status(project=project, name=name, group=group, by=project.created_by)


def names(project, group="review"):
    return [one.name for one in queries.item_statuses(project) if one.group == group]


# --- operations -----------------------------------------------------------------------------------------------------


def test_place_status_puts_it_among_those_of_its_group(project):
    legal, _security = add_status(project, "Legal"), add_status(project, "Security")

    operations.place_status(status=legal, at=2, by=project.created_by)
    assert names(project) == ["Review", "Security", "Legal"]
    operations.place_status(status=legal, at=0, by=project.created_by)

    assert names(project) == ["Legal", "Review", "Security"]
    assert [one.name for one in queries.item_statuses(project)][:3] == ["Backlog", "Ready", "In progress"]


def test_place_refused_writes_nothing(project):
    status, field = add_status(project, "Legal"), define(project, "Area")
    viewer, before = make_member(project, Role.VIEWER), Event.objects.count()

    with pytest.raises(NotAllowed):
        operations.place_status(status=status, at=0, by=viewer)
    with pytest.raises(NotAllowed):
        operations.place_field(field=field, at=0, by=viewer)
    with pytest.raises(Invalid):
        operations.place_status(status=status, at=-1, by=project.created_by)

    assert (names(project), Event.objects.count()) == (["Review", "Legal"], before)


def define(project, name, type="text", choices=None):
    return operations.define_field(project=project, name=name, type=type, choices=choices, by=project.created_by)


def test_place_field_puts_it_among_the_projects(project):
    fields = [define(project, name) for name in ("One", "Two", "Three")]

    operations.place_field(field=fields[2], at=0, by=project.created_by)

    assert [one.name for one in queries.item_fields(project)] == ["Three", "One", "Two"]


def keep(project, name="Spike", **values):
    given = {"kind": "spike"} | values
    return operations.save_template(project=project, name=name, values=given, by=project.created_by)


def test_revise_template(project):
    template = keep(project)
    keep(project, "Other")

    revised = operations.revise_template(
        template=template, name="Probe", values={"kind": "spike", "time_box_days": 3}, by=project.created_by
    )

    assert (revised.name, revised.values["time_box_days"]) == ("Probe", 3)
    with pytest.raises(Conflict, match="is taken"):
        operations.revise_template(template=template, name="Other", values={}, by=project.created_by)
    with pytest.raises(Invalid):
        operations.revise_template(template=template, name="Probe", values={"kind": "moon"}, by=project.created_by)
    with pytest.raises(NotAllowed):
        operations.revise_template(template=template, name="X", values={}, by=make_member(project, Role.VIEWER))
    assert set(ItemTemplate.objects.values_list("name", flat=True)) == {"Probe", "Other"}


def test_template_that_was_changed_meanwhile_is_not_written_over(project):
    template, by = keep(project), project.created_by
    operations.revise_template(template=template, name="Probe", values={"kind": "spike"}, by=by, expected_version=1)
    events = Event.objects.count()

    with pytest.raises(PreconditionFailed, match="The template Probe was changed meanwhile: you have version 1, it is"):
        operations.revise_template(template=template, name="Mine", values={}, by=by, expected_version=1)
    with pytest.raises(PreconditionFailed):
        operations.save_template(project=project, name="Probe", values={}, by=by, expected_version=1)
    with pytest.raises(PreconditionFailed):
        operations.save_template(project=project, name="New", values={}, by=by, expected_version=1)

    found = ItemTemplate.objects.get()
    assert (found.name, found.values, found.version) == ("Probe", {"kind": "spike"}, 2)
    assert Event.objects.count() == events


def test_revise_template_with_what_it_says_already_is_no_revision(project):
    template = keep(project)
    before = Event.objects.count()

    operations.revise_template(template=template, name="Spike", values={"kind": "spike"}, by=project.created_by)

    assert (ItemTemplate.objects.get().version, Event.objects.count()) == (1, before)


def test_template_from_item_leaves_out_its_plan(project):
    gone, kept = define(project, "Gone"), define(project, "Area")
    more = {"labels": ["recall"], "priority": 3, "estimates": {"engineering": 2}, "assignee": project.created_by}
    more |= {"custom": {gone.key: "a", kept.key: "b"}}
    item = make_item(project, title="Try it", sprint=make_sprint(project), more=more)
    operations.remove_field(field=gone, by=project.created_by)

    template = operations.template_from_item(item=item, name="Trial", by=project.created_by)

    assert template.values == {
        "title": "Try it",
        "kind": "task",
        "priority": 3,
        "labels": ["recall"],
        "estimates": {"engineering": 2},
        "custom": {kept.key: "b"},
    }
    made = operations.add_from_template(template=template, title="", by=project.created_by, now=now())
    assert (made.title, made.points, made.sprint, made.assignee) == ("Try it", 2, None, None)
    with pytest.raises(Conflict, match="is taken"):
        operations.template_from_item(item=item, name="Trial", by=project.created_by)
    with pytest.raises(NotAllowed):
        operations.template_from_item(item=item, name="Mine", by=make_member(project, Role.VIEWER))
    assert ItemTemplate.objects.count() == 1


def test_revise_view(project):
    def save(name):
        return operations.save_view(project=project, name=name, query="state=ready", by=project.created_by)

    view, _other = save("Mine"), save("Other")

    revised = operations.revise_view(view=view, name="Ready", is_shared=True, by=project.created_by)

    assert (revised.name, revised.is_shared, revised.query) == ("Ready", True, "state=ready")
    with pytest.raises(Conflict, match="already"):
        operations.revise_view(view=view, name="Other", is_shared=True, by=project.created_by)
    with pytest.raises(NotAllowed, match="Only"):
        operations.revise_view(view=view, name="Theirs", is_shared=True, by=make_member(project, Role.OWNER))
    assert set(SavedView.objects.values_list("name", flat=True)) == {"Ready", "Other"}


# --- the page -------------------------------------------------------------------------------------------------------


def test_page_shows_a_viewer_what_is_set_and_no_form_to_change_it(viewer, project):
    add_status(project, "Legal")
    define(project, "Area", "choice", ["Cards"])
    keep(project)

    page = viewer.get(url("work-settings")).content.decode()

    assert all(word in page for word in ("Legal", "Area", "Cards", "Spike", "in this project you are viewer"))
    assert "New status" not in page
    assert post(viewer, "status-add", name="X", group="review", wip_limit="").status_code == 403
    assert post(viewer, "status", "legal", act="remove").status_code == 403
    assert names(project) == ["Review", "Legal"]


def test_a_status_is_added_renamed_limited_moved_and_removed(owner, project):
    added = post(owner, "status-add", name="Legal", group="review", wip_limit="3")
    assert (added.status_code, names(project)) == (200, ["Review", "Legal"])

    assert post(owner, "status", "legal", act="up").status_code == 200
    post(owner, "status", "legal", name="With legal", wip_limit="", version="2")
    assert names(project) == ["With legal", "Review"]
    assert ItemStatus.objects.get(key="legal").wip_limit is None

    make_item(project, sprint=make_sprint(project))
    operations.move_item(item=WorkItem.objects.get(), state="legal", by=project.created_by, now=now())
    assert "1 item is in With legal: move it first." in owner.get(url("work-settings")).content.decode()
    assert post(owner, "status", "legal", act="remove").status_code == 409
    operations.move_item(item=WorkItem.objects.get(), state="done", by=project.created_by, now=now())
    assert post(owner, "status", "legal", act="remove").status_code == 200
    assert names(project) == ["Review"]


def test_what_is_wrong_stands_at_its_field(owner, project):
    add_status(project, "Legal")

    taken = post(owner, "status", "legal", name="review", wip_limit="", version="1")
    stale = post(owner, "status", "legal", name="Lawyers", wip_limit="", version="7")
    high = post(owner, "status-add", name="X", group="review", wip_limit="0")
    empty = post(owner, "field-add", name="Area", type="choice", choices="")

    assert [one.status_code for one in (taken, stale, high, empty)] == [409, 412, 422, 422]
    assert 'id="status-legal-name_error"' in taken.content.decode()
    assert "was changed meanwhile" in stale.content.decode()
    assert 'id="status-new-wip_limit_error"' in high.content.decode()
    assert "A choice needs choices." in empty.content.decode()
    assert names(project) == ["Review", "Legal"]


def test_a_field_is_defined_changed_moved_and_removed(owner, project):
    post(owner, "field-add", name="Area", type="choice", choices="Cards\n\nLoans")
    post(owner, "field-add", name="Due", type="date", choices="")

    post(owner, "field", "due", act="up")
    post(owner, "field", "area", name="Product", choices="Cards", version="1")

    found = [(one.name, one.choices) for one in queries.item_fields(project)]
    assert found == [("Due", []), ("Product", ["Cards"])]
    post(owner, "field", "due", act="remove")
    assert [one.name for one in ItemField.objects.all()] == ["Product"]


def test_a_template_is_made_changed_and_removed(owner, project):
    form = {"name": "Spike", "kind": "spike", "priority": "3", "labels": "Recall, data", "estimate_engineering": "2"}
    assert post(owner, "template-add", **form).status_code == 200
    template = ItemTemplate.objects.get()
    assert template.values == {
        "kind": "spike",
        "priority": 3,
        "labels": ["Recall", "data"],
        "estimates": {"engineering": 2},
    }

    assert post(owner, "template-add", **form).status_code == 409
    post(owner, "template", template.pk, **form | {"name": "Probe", "estimate_engineering": "", "points": "5"})

    template.refresh_from_db()
    assert (template.name, template.values["points"], "estimates" in template.values) == ("Probe", 5, False)
    post(owner, "template", template.pk, act="remove")
    assert not ItemTemplate.objects.exists()


def test_who_saves_over_a_template_that_was_changed_meanwhile_sees_both_and_may_save_again(owner, project):
    template = keep(project, description="One\r\nTwo")
    theirs = {"kind": "data", "priority": 4, "description": "One\r\nTwo"}
    operations.revise_template(template=template, name="Spike", values=theirs, by=project.created_by)
    form = {"name": "Spike", "kind": "spike", "priority": "0", "description": "One\r\nTwo", "version": "1"}

    refused = post(owner, "template", template.pk, **form)

    text = refused.content.decode()
    template.refresh_from_db()
    assert (refused.status_code, template.values) == (412, theirs)
    assert "was changed meanwhile" in text
    assert "<td>Type</td><td>Data task</td><td>Spike</td>" in text
    assert "<td>Priority</td><td>Urgent</td><td>No priority</td>" in text
    assert "<td>Description</td>" not in text
    assert 'name="version" value="2"' in text
    assert post(owner, "template", template.pk, **form | {"version": "2"}).status_code == 200
    template.refresh_from_db()
    assert (template.values["kind"], template.version) == ("spike", 3)


def test_a_view_is_renamed_shared_and_removed_by_its_owner(owner, project):
    view = operations.save_view(project=project, name="Mine", query="state=ready", by=project.created_by)

    post(owner, "view", view.pk, name="Ready", is_shared="on")
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("Ready", True)
    post(owner, "view", view.pk, act="remove")

    assert not SavedView.objects.exists()


def test_a_strangers_view_is_not_found(owner, project):
    other = make_member(project, Role.ENGINEER)
    view = operations.save_view(project=project, name="Theirs", by=other)

    assert post(owner, "view", view.pk, act="remove").status_code == 404
    assert SavedView.objects.exists()


def test_page_costs_the_same_for_one_of_each_and_for_three(owner, project, django_assert_max_num_queries):
    def add(number):
        add_status(project, f"S{number}")
        define(project, f"F{number}")
        keep(project, f"T{number}")
        operations.save_view(project=project, name=f"V{number}", by=project.created_by)

    add(1)
    with django_assert_max_num_queries(40) as one:
        owner.get(url("work-settings"))
    add(2)
    add(3)
    with django_assert_max_num_queries(len(one)):
        owner.get(url("work-settings"))


# --- a new item -----------------------------------------------------------------------------------------------------


def test_a_new_item_begins_as_a_template_and_what_was_typed_stays(owner, project):
    template = keep(project, title="Try", description="Why?", points=3, labels=["recall"])

    begun = owner.get(url("item-add"), {"template": template.pk, "title": "Mine"}, **HTMX).content.decode()
    assert all(word in begun for word in ('value="Mine"', "Why?", 'value="3"'))
    form = {"template": template.pk, "title": "Mine", "kind": "spike", "points": "5", "description": "Why?"}
    made = owner.post(url("item-add"), form, **HTMX, HTTP_HX_CURRENT_URL="http://testserver/p/FRD/board/backlog/")

    item = WorkItem.objects.get()
    assert (made.status_code, made["HX-Redirect"]) == (204, "http://testserver/p/FRD/board/backlog/")
    assert (item.title, item.kind, item.points, item.labels) == ("Mine", "spike", 5, ["recall"])


def test_a_new_item_that_is_wrong_comes_back_as_the_form(owner):
    wrong = owner.post(url("item-add"), {"title": "", "kind": "task"}, **HTMX)
    elsewhere = owner.post(
        url("item-add"), {"title": "A", "kind": "task"}, **HTMX, HTTP_HX_CURRENT_URL="https://evil.example/"
    )

    assert (wrong.status_code, elsewhere["HX-Redirect"]) == (422, "/p/FRD/board/")
    assert 'id="new-item-form"' in wrong.content.decode()


def test_an_item_is_kept_as_a_template_under_a_name_that_is_free(owner, project):
    make_item(project, title="Try it")

    assert owner.post(url("item-template", 1), {"name": "Trial"}).status_code == 302
    assert owner.post(url("item-template", 1), {"name": "Trial"}).status_code == 409
    assert ItemTemplate.objects.get().name == "Trial"


def test_a_refusal_is_short_whatever_came(project):
    with pytest.raises(Invalid) as refusal:
        operations.save_view(project=project, name="Mine", layout="moon" * 5000, by=project.created_by)

    (error,) = refusal.value.errors
    assert (error.field, error.code) == ("layout", "choice")
    assert error.message.startswith("Layout is one of table, list, board: got 'moonmoon")
    assert len(error.message) < 200
