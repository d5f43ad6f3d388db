"""Assumptions: whose each is, how it is tested, what was found; important ones hold up the scope gate."""

import pytest
from django.db import connection
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.flow import IllegalStep
from core.models import Event
from projects import documents, dossier_checks, dossier_document, operations, queries
from projects.models import Assumption, DossierRevision
from projects.roles import Role
from projects.scoping import Sample
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_item, make_token

pytestmark = pytest.mark.django_db

TEXT = "Labels are complete after 45 days."


def add(project, *, by=None, **values):
    return operations.add_assumption(
        project=project, values={"text": TEXT} | values, by=by or project.created_by, now=now()
    )


def revise(assumption, *, by=None, seen=None, expected_version=None, **values):
    return operations.revise_assumption(
        assumption=assumption,
        values=values,
        by=by or assumption.project.created_by,
        now=now(),
        seen=seen,
        expected_version=expected_version,
    )


def settle(assumption, state="supported", finding="Counted on March.", *, by=None):
    return operations.settle_assumption(
        assumption=assumption, state=state, finding=finding, by=by or assumption.project.created_by, now=now()
    )


def facts(project):
    return (
        list(Assumption.objects.filter(project=project).values()),
        DossierRevision.objects.filter(project=project).count(),
        Event.objects.filter(stream_id=project.pk).count(),
    )


def make_spike(project, **values):
    operations.start_from_template(project=project, template="card_fraud", by=project.created_by, now=now())
    plan = {"hypothesis": "There is.", "metric": "ap", "proceed_at": 0.5, "kill_at": 0.3, "least_runs": 1} | values
    return operations.plan_spike(
        option=queries.option(project, 2), tests="recall", values=plan, by=project.created_by, now=now()
    )


def test_add_assumption_stands_in_the_dossier():
    project = make_project()
    item = make_item(project)

    add(project, owner=project.created_by, importance="high", test="Count them.", item=item)

    (kept,) = documents.content_of(project)["assumptions"]
    assert (kept["text"], kept["importance"], kept["test"], kept["item"]) == (TEXT, "high", "Count them.", item.number)
    assert (kept["owner"], kept["state"]) == (project.created_by.username, "open")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 1001}, "text"),
        ({"importance": "huge"}, "importance"),
        ({"owner": "somebody"}, "owner"),
        ({"state": "supported"}, "state"),
        ({"colour": 1}, "colour"),
    ],
)
def test_assumption_bad_value_names_the_field_and_writes_nothing(values, field):
    project = make_project()
    kept = add(project)
    before = facts(project)

    for write in (lambda: add(project, **values), lambda: revise(kept, **values)):
        with pytest.raises(Invalid) as refusal:
            write()
        assert [one.field for one in refusal.value.errors] == [field]

    assert facts(project) == before


def test_assumption_of_somebody_or_something_outside_the_project_refused():
    project, other = make_project(), make_project()
    before = facts(project)

    with pytest.raises(Invalid) as refusal:
        add(project, owner=make_user(), item=make_item(other))

    assert {one.field for one in refusal.value.errors} == {"owner", "item"}
    assert facts(project) == before


WRITES = {
    "add": lambda kept, by: add(kept.project, by=by),
    "revise": lambda kept, by: revise(kept, test="Count.", by=by),
    "settle": lambda kept, by: settle(kept, by=by),
    "remove": lambda kept, by: operations.remove_assumption(assumption=kept, by=by, now=now()),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("role", [Role.ENGINEER, Role.VIEWER])
def test_writes_about_assumptions_without_the_role_refused(write, role):
    kept = add(make_project())
    by = make_member(kept.project, role)
    before = facts(kept.project)

    with pytest.raises(NotAllowed):
        write(kept, by)

    assert facts(kept.project) == before


@pytest.mark.parametrize("name", ["revise", "settle", "remove"])
def test_assumption_that_was_removed_takes_nothing_and_stays_in_earlier_revisions(name):
    kept = add(make_project())
    operations.remove_assumption(assumption=kept, by=kept.project.created_by, now=now())
    before = facts(kept.project)

    with pytest.raises(Conflict, match="was removed"):
        WRITES[name](kept, kept.project.created_by)

    assert facts(kept.project) == before
    assert documents.content_of(kept.project)["assumptions"] == []
    assert queries.dossier_revision(kept.project, 1).content["assumptions"][0]["text"] == TEXT


def test_revise_assumption_guards_field_by_field():
    kept = add(make_project(), test="Count.")
    revise(kept, test="Count twice.", owner=kept.project.created_by)
    before = facts(kept.project)

    with pytest.raises(PreconditionFailed) as refusal:
        revise(kept, test="Ask.", owner=None, seen={"test": "Count.", "owner": kept.project.created_by.username})
    assert [one.field for one in refusal.value.errors] == ["test"]
    with pytest.raises(PreconditionFailed):
        revise(kept, test="Ask.", expected_version=1)

    assert facts(kept.project) == before


def test_settle_assumption_says_what_was_found_and_can_turn_out_otherwise():
    kept = settle(add(make_project()))

    assert (kept.state, kept.finding, kept.settled_at is not None) == ("supported", "Counted on March.", True)
    assert settle(kept, "refuted", "April says otherwise.").state == "refuted"
    reopened = settle(kept, "open", "The count was wrong.")
    assert (reopened.state, reopened.settled_at) == ("open", None)


def test_settle_assumption_without_a_finding_or_a_step_refused():
    kept = settle(add(make_project()))
    before = facts(kept.project)

    with pytest.raises(Invalid):
        settle(kept, "refuted", " ")
    with pytest.raises(Invalid):
        settle(kept, "perhaps")
    with pytest.raises(IllegalStep):
        settle(kept)

    assert facts(kept.project) == before


@pytest.mark.parametrize(("value", "state"), [(0.9, "supported"), (0.1, "refuted"), (0.4, "open")])
def test_spike_that_ends_settles_what_it_tests(value, state):
    project = make_project()
    spike = make_spike(project)
    tested, other = add(project, spike=spike), add(project)
    operations.lock_spike(spike=spike, by=project.created_by, now=now())

    operations.count_run(spike=spike, run="a", sample=Sample(value, value - 0.01, value + 0.01), now=now())

    assert queries.spike(project, 1).state == "ended"
    assert queries.assumption(project, tested.number).state == state
    assert queries.assumption(project, other.number).state == "open"


def test_the_database_refuses_a_settled_assumption_without_a_finding():
    kept = add(make_project())

    with pytest.raises(IntegrityError):
        Assumption.objects.filter(pk=kept.pk).update(state="supported", settled_at=now())


def part(project):
    found = dossier_checks.parts_of(project, documents.content_of(project))
    return next(one for one in found if one.id == "assumptions")


def test_important_assumption_needs_an_owner_in_the_team_and_a_test():
    project = make_project()
    scientist = make_member(project, Role.DATA_SCIENTIST)
    assert part(project).is_met
    add(project, importance="medium")
    assert part(project).is_met

    kept = add(project, importance="high")
    assert (part(project).is_met, part(project).value) == (False, "lacking: A2")
    revise(kept, owner=scientist)
    assert not part(project).is_met
    revise(kept, experiment="Label delay")
    assert (part(project).is_met, part(project).value) == (True, "1 important")

    operations.remove_member(membership=queries.member(project, scientist.username), by=project.created_by)
    assert not part(project).is_met


# --- pages, document and REST ---------------------------------------------------------------------------------------


def page(project, number=None):
    at = reverse("projects:studio", args=[project.key]) + "?section=assumptions"
    return at if number is None else f"{at}&assumption={number}"


def form_of(response):
    return {bound.name: "" if bound.value() is None else bound.value() for bound in response.context["form"]}


def test_page_writes_down_owns_settles_and_takes_out(client):
    project = make_project()
    client.force_login(project.created_by)
    made = client.post(reverse("projects:assumption-add", args=[project.key]), {"text": TEXT, "importance": "high"})
    assert made.url == page(project, 1)
    assert "no owner; no test" in client.get(page(project)).content.decode().replace(", ", "; ")

    data = form_of(client.get(page(project, 1)))
    saved = client.post(page(project, 1), data | {"owner": project.created_by.username, "test": "Count them."})
    assert saved.status_code == 302
    kept = queries.assumption(project, 1)
    assert (kept.owner, kept.test) == (project.created_by, "Count them.")
    overtaken = client.post(page(project, 1), data | {"test": "Ask."})
    assert (overtaken.status_code, overtaken.context["conflict"][0]["theirs"]) == (412, "Count them.")

    at = reverse("projects:assumption-settle", args=[project.key, 1])
    assert client.post(at, {"state": "refuted", "finding": ""}).status_code == 422
    client.post(at, {"state": "refuted", "finding": "60 days in March."})
    assert "60 days in March." in client.get(page(project, 1)).content.decode()
    client.post(reverse("projects:assumption-remove", args=[project.key, 1]))
    assert "No assumption yet" in client.get(page(project)).content.decode()


def test_an_assumption_that_is_refused_stands_in_its_form(client):
    project = make_project()
    add(project)
    client.force_login(project.created_by)

    sent = {"text": "x" * 1001, "importance": "low"}
    answer = client.post(reverse("projects:assumption-add", args=[project.key]), sent)

    form = answer.context["new_assumption"]
    assert answer.status_code == 422
    assert list(form.errors) == ["text"]
    assert {name: form[name].value() for name in sent} == sent
    assert "at most 1000 characters (it has 1001)" in answer.content.decode()
    assert answer.context["form"] is not None, "the chosen one can still be edited"
    assert project.assumptions.count() == 1


def test_page_opens_for_members_and_no_stranger(client):
    project = make_project()
    add(project)
    statuses = []
    for user in (project.created_by, make_member(project, Role.VIEWER), make_user()):
        client.force_login(user)
        statuses.append(client.get(page(project)).status_code)
    assert statuses == [200, 200, 404]


def test_page_costs_the_same_for_one_and_for_three(client, django_assert_num_queries):
    project = make_project()
    spike = make_spike(project)
    add(project, owner=project.created_by, spike=spike, item=spike.item)
    client.force_login(project.created_by)
    with CaptureQueriesContext(connection) as few:
        client.get(page(project))
    for _ in range(2):
        add(project, owner=make_member(project, Role.DATA_SCIENTIST), spike=spike, item=make_item(project))

    with django_assert_num_queries(len(few)):
        client.get(page(project))


def test_document_and_comparison_have_assumptions():
    project = make_project()
    kept = add(project, importance="high", owner=project.created_by, test="Count them.")
    settle(kept, finding="45 days | in <b>March</b>.")
    before, after = (queries.dossier_revision(project, number).content for number in (1, 2))

    said = {one.title: one for one in dossier_document.sections(after)}["Assumptions"]
    assert said.rows == [
        [
            f"A1. {TEXT}",
            "High: the plan falls",
            project.created_by.username,
            "Count them.",
            "Supported: 45 days | in <b>March</b>.",
        ]
    ]
    found = {(one.where, one.name): one.after for one in dossier_document.differences(before, after)}
    assert found == {("Assumption 1", "state"): "supported", ("Assumption 1", "finding"): "45 days | in <b>March</b>."}


def test_rest_assumptions(client):
    project = make_project()
    token = make_token(project.created_by)

    def call(method, path="", body=None, **headers):
        kwargs = {"data": body, "content_type": "application/json"} if body is not None else {}
        at = f"/api/v1/projects/{project.key}/dossier/assumptions{path}"
        return getattr(client, method)(at, headers={"Authorization": f"Bearer {token}"} | headers, **kwargs)

    made = call("post", body={"text": TEXT, "owner": project.created_by.username})
    assert (made.status_code, made.json()["owner"]) == (201, project.created_by.username)
    assert call("post", body={"text": TEXT, "owner": "nobody"}).json()["errors"][0]["field"] == "owner"
    assert call("patch", "/1", {"test": "Count."}, **{"If-Match": made["ETag"]}).json()["version"] == 2
    assert call("patch", "/1", {"test": "Ask."}, **{"If-Match": made["ETag"]}).status_code == 412
    settled = call("post", "/1/settle", {"state": "supported", "finding": "Counted."})
    assert settled.json()["state"] == "supported"
    assert call("post", "/1/settle", {"state": "supported", "finding": "Again."}).status_code == 409
    assert [one["number"] for one in call("get").json()["results"]] == [1]
    assert call("delete", "/1").status_code == 204
    assert call("get", "/1").status_code == 404
