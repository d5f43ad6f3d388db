"""What finished projects took: told before they end, everybody's afterwards, chosen as precedents, learnt from."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event
from projects import documents, gates, operations, queries, scoping
from projects.enums import Stage
from projects.models import DossierRevision, Outcome, Precedent, PriorsVersion, Project
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_policy, make_scope, make_token
from tests.projects.worked_example import ANOTHER_KIND, SAME_KIND

pytestmark = pytest.mark.django_db

TOOK = {
    "summary": "Scores each card payment.",
    "actual_effort": 28.0,
    "months": 14.0,
    "run_cost": 190_000.0,
    "metric": "average_precision",
    "metric_reached": 0.61,
    "value_realised": 700_000.0,
    "lessons": "The labels came two months late.",
}


def tell(project, *, by=None, seen=None, expected_version=None, **values):
    return operations.revise_outcome(
        project=project,
        values=TOOK | values,
        by=by or project.created_by,
        now=now(),
        seen=seen,
        expected_version=expected_version,
    )


def in_production(ratings=SAME_KIND, **values):
    """A project in production that built option 2, rated against a precedent of 14 person-months."""
    project = make_project()
    owner = project.created_by
    make_scope(project)
    operations.start_from_template(project=project, template="card_fraud", by=owner, now=now())
    precedent = operations.add_precedent(
        project=project, values={"title": "Churn", "actual_effort": 14.0, "source": "Report."}, by=owner, now=now()
    )
    if ratings:
        for by in (owner, make_member(project, Role.VALIDATOR)):
            operations.rate_precedent(precedent=precedent, ratings=ratings, evidence={}, by=by, now=now())
    option = operations.revise_option(
        option=queries.option(project, 2), values={"precedent": precedent, "estimate": 20.0}, by=owner, now=now()
    )
    Project.objects.filter(pk=project.pk).update(stage=Stage.PRODUCTION)
    project.refresh_from_db()
    tell(project, option=option, **values)
    return project


def retire(project):
    operations.pass_gate(project=project, by=project.created_by, now=now())
    project.refresh_from_db()
    return project


def finished(**values):
    return queries.finished_project(retire(in_production(**values)).key)


def choose(project, entry, *, by=None):
    return operations.choose_precedent(project=project, finished=entry, by=by or project.created_by, now=now())


def facts(project):
    return (
        list(Outcome.objects.filter(project=project).values()),
        list(Precedent.objects.filter(project=project).values()),
        DossierRevision.objects.filter(project=project).count(),
        Event.objects.filter(stream_id=project.pk).count(),
        PriorsVersion.objects.count(),
    )


# --- telling what it took -------------------------------------------------------------------------------------------


def test_revise_outcome_stands_in_the_dossier_and_tells_both_values():
    project = make_project()
    tell(project)

    tell(project, months=15.0)

    kept = documents.content_of(project)["outcome"]
    assert (kept["title"], kept["months"], kept["version"]) == (project.name, 15.0, 2)
    assert Event.objects.filter(type="outcome.revised").last().data == {"changes": {"months": [14.0, 15.0]}}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"actual_effort": 0}, "actual_effort"),
        ({"months": float("nan")}, "months"),
        ({"run_cost": -1}, "run_cost"),
        ({"title": " "}, "title"),
        ({"option": 2}, "option"),
        ({"published_at": now()}, "published_at"),
        ({"ratings": {}}, "ratings"),
    ],
)
def test_revise_outcome_bad_value_names_the_field_and_writes_nothing(values, field):
    project = make_project()
    before = facts(project)

    with pytest.raises(Invalid) as refusal:
        tell(project, **values)

    assert [one.field for one in refusal.value.errors] == [field]
    assert facts(project) == before


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.VALIDATOR, Role.VIEWER])
def test_revise_outcome_without_the_role_refused(role):
    project = make_project()
    by = make_member(project, role)
    before = facts(project)

    with pytest.raises(NotAllowed):
        tell(project, by=by)

    assert facts(project) == before


def test_revise_outcome_never_overwrites_what_somebody_else_changed():
    project = make_project()
    tell(project)
    tell(project, months=20.0)
    before = facts(project)

    with pytest.raises(PreconditionFailed, match="months"):
        operations.revise_outcome(
            project=project, values={"months": 9.0}, seen={"months": 14.0}, by=project.created_by, now=now()
        )
    with pytest.raises(PreconditionFailed):
        tell(project, months=9.0, expected_version=1)

    assert facts(project) == before


# --- into the library -----------------------------------------------------------------------------------------------


def test_project_retires_only_with_what_it_took():
    project = in_production(lessons="", value_realised=None)
    before = facts(project)

    (check,) = [one for one in gates.evaluate(project) if one.id == "outcome"]
    assert (check.state, check.value) == ("bad", "no value realised, lessons yet")
    with pytest.raises(Conflict, match="What it took"):
        retire(project)
    assert facts(project) == before


@pytest.mark.parametrize("told", [True, False])
def test_project_that_told_nothing_and_need_not_retires_without_an_entry(told):
    project = in_production(lessons="")
    if not told:
        Outcome.objects.filter(project=project).delete()
    policy = make_policy(gates="  scope: {}\n  retirement: {standing_checks: listed}\n")
    operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())

    assert retire(project).stage == Stage.RETIRED
    assert not Outcome.objects.filter(published_at__isnull=False).exists()


def test_retired_project_is_in_the_library_with_what_was_promised():
    project = retire(in_production())

    entry = queries.finished_project(project.key)

    assert (entry.planned_effort, entry.actual_effort, entry.times) == (20.0, 28.0, 2.0)
    assert (entry.metric_promised, entry.metric_reached) == (0.6, 0.61)
    assert (entry.value_promised, entry.value_realised, entry.currency) == (875_000.0, 700_000.0, "EUR")
    assert entry.ratings == SAME_KIND
    types = Event.objects.filter(stream_id=project.pk).order_by("-seq").values_list("type", flat=True)[:3]
    assert list(types) == ["gate.passed", "priors.refitted", "outcome.published"]
    with pytest.raises(Conflict, match="retired"):
        tell(project, months=1.0)


def test_the_database_refuses_to_change_what_is_in_the_library():
    entry = finished()

    for change in ({"actual_effort": 1.0}, {"published_at": None}):
        with pytest.raises(IntegrityError, match="is in the library"), transaction.atomic():
            Outcome.objects.filter(pk=entry.pk).update(**change)


def test_library_shows_what_is_finished_only_and_finds_by_words():
    one = finished(title="Churn early warning")
    two = finished(title="Card fraud scoring")
    tell(make_project())

    assert list(queries.finished_projects()) == [two, one]
    assert list(queries.finished_projects("early CHURN")) == [one]
    assert list(queries.finished_projects(two.project.key.lower())) == [two]
    assert list(queries.finished_projects("labels late")) == [two, one]
    assert list(queries.finished_projects("labels early fraud")) == []


# --- choosing -------------------------------------------------------------------------------------------------------


def test_choose_precedent_brings_what_it_really_took():
    entry = finished(title="Churn early warning")
    project = make_project()

    precedent = choose(project, entry)

    assert (precedent.title, precedent.planned_effort, precedent.actual_effort) == ("Churn early warning", 20.0, 28.0)
    (kept,) = documents.content_of(project)["precedents"]
    assert kept["library"]["key"] == entry.project.key
    assert kept["library"]["lessons"] == TOOK["lessons"]
    assert entry.project.key in precedent.source


def test_choose_precedent_twice_refused():
    entry, project = finished(), make_project()
    choose(project, entry)
    before = facts(project)

    with pytest.raises(Conflict, match="chosen already"):
        choose(project, entry)

    assert facts(project) == before


def test_choose_precedent_that_is_not_finished_refused():
    other, project = in_production(), make_project()

    with pytest.raises(Conflict, match="not finished"):
        choose(project, queries.outcome(other))

    assert not Precedent.objects.filter(project=project).exists()


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.VALIDATOR, Role.VIEWER])
def test_choose_precedent_without_the_role_refused(role):
    entry, project = finished(), make_project()
    by = make_member(project, role)
    before = facts(project)

    with pytest.raises(NotAllowed):
        choose(project, entry, by=by)

    assert facts(project) == before


# --- learning -------------------------------------------------------------------------------------------------------


def test_each_finished_project_moves_the_priors_a_little():
    finished()
    first = queries.newest_priors()
    finished(ratings=ANOTHER_KIND)
    second = queries.newest_priors()

    assert (first.number, first.finished, second.number, second.finished) == (1, 1, 2, 2)
    expected = scoping.recalibrated([scoping.Finished(SAME_KIND, 2.0), scoping.Finished(ANOTHER_KIND, 2.0)])
    assert scoping.Priors.after(documents.priors_json(second)) == expected
    assert str(expected) == "based on 2 finished projects and the default"
    assert first.multipliers["1"] > scoping.DEFAULT.multipliers[1]


def test_project_that_nobody_rated_teaches_nothing_but_is_in_the_library():
    entry = finished(ratings=None)

    assert (entry.ratings, entry.times, queries.newest_priors()) == (None, None, None)


def test_dossier_keeps_the_priors_that_it_was_begun_with_until_it_takes_the_newest():
    project = make_project()
    operations.start_from_template(project=project, template="card_fraud", by=project.created_by, now=now())
    finished()
    later = make_project()
    operations.start_from_template(project=later, template="card_fraud", by=later.created_by, now=now())

    assert documents.content_of(project)["priors"] is None
    assert documents.content_of(later)["priors"]["number"] == 1
    assert str(scoping.studio(documents.content_of(later)).priors) == "based on 1 finished project and the default"

    operations.take_newest_priors(project=project, by=project.created_by, now=now())

    assert documents.content_of(project)["priors"]["number"] == 1
    assert queries.dossier_revision(project, 1).content["priors"] is None
    assert Event.objects.filter(stream_id=project.pk).last().data == {"changes": {"priors": [0, 1]}}


def test_take_newest_priors_without_newer_ones_refused():
    project = make_project()

    with pytest.raises(Conflict, match="nothing newer"):
        operations.take_newest_priors(project=project, by=project.created_by, now=now())


def test_take_newest_priors_without_the_role_refused():
    project = make_project()
    operations.start_from_template(project=project, template="card_fraud", by=project.created_by, now=now())
    finished()
    by = make_member(project, Role.VIEWER)
    before = facts(project)

    with pytest.raises(NotAllowed):
        operations.take_newest_priors(project=project, by=by, now=now())

    assert facts(project) == before


def test_the_database_refuses_to_change_priors():
    finished()

    with pytest.raises(IntegrityError, match="append-only"):
        PriorsVersion.objects.update(decay=0.5)


@pytest.mark.django_db(transaction=True)
def test_projects_that_end_at_once_are_learnt_from_one_after_the_other():
    ending = [in_production() for _ in range(4)]
    start, outcomes = threading.Barrier(len(ending)), []

    def run(project):
        try:
            start.wait(10)
            retire(project)
            outcomes.append("retired")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(project,)) for project in ending]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert outcomes == ["retired"] * 4
    learnt = queries.priors_versions().values_list("number", "finished")
    assert list(learnt) == [(4, 4), (3, 3), (2, 2), (1, 1)]


# --- pages and REST -------------------------------------------------------------------------------------------------


def studio(project, section):
    return reverse("projects:studio", args=[project.key]) + f"?section={section}"


def test_library_is_open_to_everybody_and_its_project_is_not(client):
    entry = finished(title="Churn early warning")
    client.force_login(make_user())

    listed = client.get(reverse("projects:library")).content.decode()
    one = client.get(reverse("projects:library-entry", args=[entry.project.key])).content.decode()

    assert "Churn early warning" in listed
    assert "based on 1 finished project and the default" in listed
    assert TOOK["lessons"] in one
    assert client.get(reverse("projects:overview", args=[entry.project.key])).status_code == 404
    assert reverse("projects:overview", args=[entry.project.key]) not in one
    assert client.get(reverse("projects:library-entry", args=[make_project().key])).status_code == 404
    assert "Nothing in the library" in client.get(reverse("projects:library"), {"q": "nowhere"}).content.decode()


def test_studio_finds_and_chooses_a_precedent_of_the_library(client):
    finished(title="Churn early warning")
    entry, project = finished(title="Card fraud scoring"), make_project()
    client.force_login(project.created_by)

    found = client.get(studio(project, "precedents") + "&part=library&q=fraud", HTTP_HX_REQUEST="true").content.decode()
    assert "Card fraud scoring" in found
    assert "Churn" not in found
    at = reverse("projects:precedent-choose", args=[project.key])
    assert client.post(at, {"finished": entry.project.key}).status_code == 302
    assert client.post(at, {"finished": "NOWHERE"}).status_code == 404

    body = client.get(studio(project, "precedents")).content.decode()
    assert "What it really took" in body
    assert "Chosen" in body


def test_studio_of_a_project_in_use_asks_what_it_took(client):
    project = in_production()
    client.force_login(project.created_by)
    page = client.get(studio(project, "outcome"))
    form = {bound.name: "" if bound.value() is None else bound.value() for bound in page.context["form"]}

    assert client.post(studio(project, "outcome"), form | {"months": "16"}).status_code == 302
    assert queries.outcome(project).months == 16
    overtaken = client.post(studio(project, "outcome"), form | {"months": "17"})
    assert (overtaken.status_code, overtaken.context["conflict"][0]["theirs"]) == (412, "16")
    wrong = client.post(studio(project, "outcome"), form | {"actual_effort": "-1"})
    assert (wrong.status_code, "from 0.1 to 10000" in wrong.content.decode()) == (422, True)

    retire(project)
    body = client.get(studio(project, "outcome")).content.decode()
    assert "stays as it is" in body


def test_first_word_on_what_it_took_is_saved_by_the_page(client):
    project = make_project(name="Card fraud")
    client.force_login(project.created_by)
    form = client.get(studio(project, "outcome")).context["form"]
    data = {bound.name: "" if bound.value() is None else bound.value() for bound in form}

    assert client.post(studio(project, "outcome"), data | {"title": "Fraud scoring"}).status_code == 302

    assert queries.outcome(project).title == "Fraud scoring"


def test_studio_says_that_priors_changed_and_takes_them(client):
    project = make_project()
    operations.start_from_template(project=project, template="card_fraud", by=project.created_by, now=now())
    finished()
    client.force_login(project.created_by)

    body = client.get(studio(project, "case")).content.decode()
    assert "based on the default" in body
    assert "Newer: based on 1 finished project and the default" in body
    client.post(reverse("projects:studio-priors", args=[project.key]))

    assert "Newer:" not in client.get(studio(project, "case")).content.decode()


def test_library_costs_the_same_for_one_and_for_three(client, django_assert_num_queries):
    entry, project = finished(), make_project()
    choose(project, entry)
    client.force_login(project.created_by)
    addresses = (reverse("projects:library"), studio(project, "precedents"))
    counts = []
    for address in addresses:
        with CaptureQueriesContext(connection) as few:
            client.get(address)
        counts.append(len(few))
    for _ in range(2):
        choose(project, finished())

    for address, count in zip(addresses, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(address)


def rest(client, user):
    token = make_token(user)

    def call(method, path, body=None):
        kwargs = {"data": body, "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"}, **kwargs)

    return call


def test_rest_tells_what_it_took_and_finds_and_chooses_it(client):
    project = in_production()
    call = rest(client, project.created_by)
    at = f"projects/{project.key}/dossier/outcome"
    assert call("patch", at, {"months": 15, "option": 2}).json()["months"] == 15
    assert call("patch", at, {"months": -1}).json()["errors"][0]["field"] == "months"
    assert call("get", at).json()["title"] == project.name
    assert call("get", f"projects/{make_project(owner=project.created_by).key}/dossier/outcome").status_code == 404
    retire(project)

    other = make_project()
    call = rest(client, other.created_by)
    listed = call("get", "library?q=payment").json()["results"]
    assert [(one["key"], one["actual_effort"], one["months"]) for one in listed] == [(project.key, 28.0, 15.0)]
    assert call("get", f"library/{project.key}").json()["lessons"] == TOOK["lessons"]
    assert call("get", f"library/{other.key}").status_code == 404
    assert [one["finished"] for one in call("get", "priors").json()["results"]] == [1]

    chosen = call("post", f"projects/{other.key}/dossier/precedents/choose", {"finished": project.key})
    assert (chosen.status_code, chosen.json()["library"]["key"]) == (201, project.key)
    again = call("post", f"projects/{other.key}/dossier/precedents/choose", {"finished": project.key})
    assert (again.status_code, again.json()["code"]) == (409, "chosen")
    assert call("post", f"projects/{other.key}/dossier/priors", {}).status_code == 409


def test_rest_judgement_says_what_newer_priors_are_based_on(client):
    project = make_project()
    operations.start_from_template(project=project, template="card_fraud", by=project.created_by, now=now())
    finished()
    call = rest(client, project.created_by)
    at = f"projects/{project.key}/dossier"

    assert call("get", f"{at}/judgement").json()["newer"] == "based on 1 finished project and the default"
    assert call("post", f"{at}/priors", {}).status_code == 200
    judged = call("get", f"{at}/judgement").json()
    assert (judged["based_on"], judged["newer"]) == ("based on 1 finished project and the default", "")
