"""The scoping dossier: its fields, options and revisions; the studio's page; its REST."""

import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event
from projects import documents, operations, queries, scoping
from projects.enums import Stage
from projects.models import DossierRevision, Project
from projects.roles import Role
from projects.scoping import templates
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_token

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}
OPTION = {"kind": "simple", "title": "Boosted trees"}
FIGURES = {
    "effort": [14, 20, 34],
    "recall": [0.58, 0.66, 0.72],
    "false_alarm_rate": [0.0028, 0.0034, 0.0045],
    "run_cost": [150_000, 190_000, 260_000],
}


def revise(project, *, by=None, seen=None, expected_version=None, **values):
    return operations.revise_dossier(
        project=project,
        values=values,
        by=by or project.created_by,
        now=now(),
        seen=seen,
        expected_version=expected_version,
    )


def add(project, *, by=None, **values):
    return operations.add_option(project=project, values=OPTION | values, by=by or project.created_by, now=now())


def begin(project, template="card_fraud", by=None):
    return operations.start_from_template(project=project, template=template, by=by or project.created_by, now=now())


def facts(project):
    """What must not change when something is refused."""
    return (
        documents.content_of(project),
        DossierRevision.objects.filter(project=project).count(),
        Event.objects.filter(stream_id=project.pk).count(),
    )


# --- writing --------------------------------------------------------------------------------------------------------


def test_revise_dossier_makes_a_revision_of_the_whole_and_tells_both_values():
    project = make_project()
    revise(project, volume=[1, 2, 3])

    dossier = revise(project, volume=[1, 2, 4], today_recall=0.4)

    kept = DossierRevision.objects.get(project=project, number=2)
    assert (dossier.version, dossier.volume, dossier.revised_by) == (2, [1, 2, 4], project.created_by)
    assert kept.content == documents.content_of(project)
    assert kept.digest == documents.digest_of(kept.content)
    assert Event.objects.filter(type="dossier.revised").last().data["changes"] == {
        "volume": [[1, 2, 3], [1, 2, 4]],
        "today_recall": [None, 0.4],
    }


@pytest.mark.parametrize(
    "change", ["UPDATE projects_dossierrevision SET digest = ''", "DELETE FROM projects_dossierrevision"]
)
def test_a_revision_is_never_changed_whoever_asks(change):
    revise(make_project(), years=2)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    assert DossierRevision.objects.get().digest


def test_revise_dossier_without_a_change_is_no_revision():
    project = make_project()
    revise(project, years=5.0)
    before = facts(project)

    revise(project, years=5.0)

    assert facts(project) == before


def test_revise_dossier_never_overwrites_what_somebody_else_changed():
    project = make_project()
    revise(project, today_recall=0.4, years=3.0)
    revise(project, today_recall=0.5)
    before = facts(project)

    with pytest.raises(PreconditionFailed) as refusal:
        revise(project, today_recall=0.6, years=4.0, seen={"today_recall": 0.4, "years": 3.0})

    assert [(one.field, one.message) for one in refusal.value.errors] == [("today_recall", "It is 0.5 now.")]
    assert facts(project) == before
    assert revise(project, years=4.0, seen={"years": 3.0}).today_recall == 0.5


def test_revise_dossier_of_another_version_refused():
    project = make_project()
    revise(project, years=4.0, expected_version=0)

    with pytest.raises(PreconditionFailed):
        revise(project, years=5.0, expected_version=0)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"volume": [3, 2, 1]}, "volume"),
        ({"volume": [1, 2]}, "volume"),
        ({"volume": "many"}, "volume"),
        ({"volume": [1, float("nan"), 3]}, "volume"),
        ({"base_rate": [0, 0.5, 1.5]}, "base_rate"),
        ({"benefit": [-1, 0, 1]}, "benefit"),
        ({"years": None}, "years"),
        ({"years": 0.1}, "years"),
        ({"today_recall": 1.2}, "today_recall"),
        ({"today_recall": True}, "today_recall"),
        ({"today_measured_on": "yesterday"}, "today_measured_on"),
        ({"currency": "EURO"}, "currency"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_revise_dossier_bad_value_names_the_field_and_writes_nothing(values, field):
    project = make_project()
    before = facts(project)

    with pytest.raises(Invalid) as refusal:
        revise(project, **values)

    assert {one.field for one in refusal.value.errors} == {field}
    assert facts(project) == before


WRITES = {
    "revise_dossier": lambda project, option, by: revise(project, by=by, years=9.0),
    "add_option": lambda project, option, by: add(project, by=by),
    "revise_option": lambda project, option, by: operations.revise_option(
        option=option, values={"title": "Else"}, by=by, now=now()
    ),
    "remove_option": lambda project, option, by: operations.remove_option(option=option, by=by, now=now()),
}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("role", [Role.ENGINEER, Role.VALIDATOR, Role.VIEWER, None])
def test_writes_to_the_dossier_without_the_role_refused(write, role):
    project = make_project()
    option = add(project)
    by = make_member(project, role) if role else make_user()
    before = facts(project)

    with pytest.raises(NotAllowed):
        WRITES[write](project, option, by)

    assert facts(project) == before


@pytest.mark.parametrize("write", WRITES)
def test_writes_to_the_dossier_of_a_retired_project_refused(write):
    project = make_project()
    option = add(project)
    Project.objects.filter(pk=project.pk).update(stage=Stage.RETIRED)
    before = facts(project)

    with pytest.raises(Conflict, match="retired"):
        WRITES[write](project, option, project.created_by)

    assert facts(project) == before


def test_add_and_revise_option_say_who_costed_it():
    project = make_project()
    scientist = make_member(project, Role.DATA_SCIENTIST)

    option = add(project)
    assert (option.number, option.costed_by) == (1, None)

    titled = operations.revise_option(option=option, values={"title": "Else"}, by=project.created_by, now=now())
    assert (titled.title, titled.costed_by) == ("Else", None)

    costed = operations.revise_option(option=option, values=FIGURES, by=scientist, now=now())
    assert (costed.version, costed.costed_by, costed.recall) == (3, scientist, [0.58, 0.66, 0.72])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": " "}, "title"),
        ({"kind": "clever"}, "kind"),
        ({"recall": [0.5, 0.6, 1.1]}, "recall"),
        ({"effort": [0, 1, 2]}, "effort"),
        ({"skills": {"engineering": [1, 2]}}, "skills"),
        ({"skills": {str(number): [1, 2, 3] for number in range(13)}}, "skills"),
        ({"skills": {"": [1, 2, 3]}}, "skills"),
    ],
)
def test_add_option_bad_value_names_the_field(values, field):
    project = make_project()

    with pytest.raises(Invalid) as refusal:
        add(project, **values)

    assert {one.field for one in refusal.value.errors} == {field}
    assert list(queries.options(project)) == []


def test_add_option_beyond_the_most_refused():
    project = make_project()
    for _ in range(12):
        add(project)

    with pytest.raises(Conflict, match="at most 12"):
        add(project)


def test_remove_option_keeps_it_in_earlier_revisions_and_cannot_be_revised():
    project = make_project()
    option = add(project)

    operations.remove_option(option=option, by=project.created_by, now=now())

    assert list(queries.options(project)) == []
    assert [one["title"] for one in queries.dossier_revision(project, 1).content["options"]] == ["Boosted trees"]
    with pytest.raises(Conflict, match="was removed"):
        operations.revise_option(option=option, values={"title": "Else"}, by=project.created_by, now=now())


@pytest.mark.parametrize("template", templates.names())
def test_template_fills_everything_that_is_judged(template):
    project = make_project()

    begin(project, template)

    content = documents.content_of(project)
    found = scoping.studio(content)
    assert (found.missing, dict(found.uncosted)) == ((), {})
    assert [one["kind"] for one in content["options"]] == ["none", "simple", "ambitious"]
    assert len(found.verdicts) == 2
    assert found.verdicts[0].is_affordable


def test_template_never_writes_over_a_dossier_that_is_begun():
    project = make_project()
    revise(project, years=4.0)
    before = facts(project)

    with pytest.raises(Conflict, match="begun already"):
        begin(project)

    assert facts(project) == before


def test_template_after_the_ceiling_was_sealed_fills_the_rest_and_keeps_the_seal(client):
    project = make_project()
    operations.seal_ceiling(project=project, values={"money": 900_000.0}, by=project.created_by, now=now())
    client.force_login(project.created_by)
    assert "Begin from a template" in client.get(url(project)).content.decode()

    begin(project)

    assert queries.options(project).count() == 3
    assert queries.ceiling(project).money == 900_000
    assert "Begin from a template" not in client.get(url(project)).content.decode()
    with pytest.raises(Conflict, match="begun already"):
        begin(project)


def test_template_that_there_is_not_refused():
    with pytest.raises(Invalid, match="choose of card_fraud, churn"):
        begin(make_project(), "weather")


# --- judging --------------------------------------------------------------------------------------------------------


def test_studio_says_what_is_missing():
    project = make_project()
    option = add(project, recall=[0.5, 0.6, 0.7])

    found = scoping.studio(documents.content_of(project))

    assert "volume a year" in found.missing
    assert "recall today" in found.missing
    assert dict(found.uncosted) == {option.number: ("effort", "false alarm rate", "running cost")}
    assert found.verdicts == ()


def test_studio_without_a_precedent_judges_affordability_and_no_realism():
    project = make_project()
    begin(project)

    simple, ambitious = scoping.studio(documents.content_of(project)).verdicts

    assert (simple.quadrant, simple.ratio) == ("build", None)
    assert ambitious.quadrant == "nobody_can_pay"


# --- the page -------------------------------------------------------------------------------------------------------


@pytest.fixture
def project():
    made = make_project(name="Card fraud scoring")
    begin(made)
    return made


@pytest.fixture
def owner(client, project):
    client.force_login(project.created_by)
    return client


def url(project, name="studio", *more, **query):
    at = reverse(f"projects:{name}", args=[project.key, *more])
    return at + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def form_of(client, address):
    """The values of the form that the page shows, as a browser would send them."""
    form = client.get(address).context["form"]
    data = {}
    for bound in form:
        value = bound.value()
        if bound.name in ("volume", "base_rate", "benefit", "review_cost", "false_alarm_cost") or isinstance(
            value, list
        ):
            data |= {f"{bound.name}_{part}": "" if value is None else value[part] for part in range(3)}
        elif bound.name == "skills":
            data[bound.name] = bound.field.prepare_value(value)
        else:
            data[bound.name] = "" if value is None else value
    return data


@pytest.mark.parametrize("section", ["case", "today", "options"])
def test_page_opens_for_members_and_no_stranger(client, project, section):
    statuses = []
    for user in (project.created_by, make_member(project, Role.VIEWER), make_user()):
        client.force_login(user)
        statuses.append(client.get(url(project, section=section)).status_code)

    assert statuses == [200, 200, 404]


@pytest.mark.parametrize("part", ["sections", "body", "result"])
def test_part_is_a_bare_fragment(owner, project, part):
    body = owner.get(url(project, section="options", part=part), **HTMX).content.decode()

    assert body.strip().startswith("<")
    assert "<html" not in body


def test_page_of_a_project_that_has_not_begun_offers_templates(client):
    empty = make_project()
    client.force_login(empty.created_by)

    body = client.get(url(empty)).content.decode()

    assert "Begin from a template" in body
    assert "Nothing can be judged yet" in body


def test_page_saves_only_what_was_changed(owner, project):
    data = form_of(owner, url(project, section="today"))
    revise(project, today_run_cost=99.0)

    response = owner.post(url(project, section="today"), data | {"today_recall": "0.5"})

    assert response.status_code == 302
    dossier = queries.dossier_of(project)
    assert (dossier.today_recall, dossier.today_run_cost) == (0.5, 99.0)


def test_page_shows_both_values_where_both_changed_it_and_keeps_theirs_until_saved_again(owner, project):
    data = form_of(owner, url(project, section="today"))
    revise(project, today_recall=0.45, today_run_cost=99.0)

    response = owner.post(url(project, section="today"), data | {"today_recall": "0.5"})

    assert response.status_code == 412
    assert response.context["conflict"] == [{"label": "Recall today", "theirs": "0.45", "yours": "0.5"}]
    assert queries.dossier_of(project).today_recall == 0.45
    form = response.context["form"]
    assert (form["today_recall"].value(), form["today_run_cost"].value()) == (0.5, 99)
    again = {bound.name: "" if bound.value() is None else bound.value() for bound in form}
    assert owner.post(url(project, section="today"), again).status_code == 302
    assert queries.dossier_of(project).today_recall == 0.5


def test_page_saving_an_option_unchanged_makes_no_revision(owner, project):
    address = url(project, section="options", option=2)

    assert owner.post(address, form_of(owner, address)).status_code == 302

    assert queries.dossier_of(project).version == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"recall_0": "0.9"}, "goes from lowest"),
        ({"recall_1": ""}, "Give all three numbers"),
        ({"skills": "engineering"}, "A line is a skill"),
        ({"recall_2": "2"}, "from 0 to 1"),
    ],
)
def test_page_shows_what_is_wrong_and_writes_nothing(owner, project, changed, said):
    address = url(project, section="options", option=2)
    before = facts(project)

    response = owner.post(address, form_of(owner, address) | changed)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert facts(project) == before


def test_try_shows_what_would_be_and_keeps_nothing(owner, project):
    address = url(project, section="options", option=2)
    before = facts(project)

    response = owner.post(
        url(project, "studio-try", section="options", option=2),
        form_of(owner, address) | {"effort_0": "100", "effort_1": "200", "effort_2": "300"},
        **HTMX,
    )

    body = response.content.decode()
    assert "Not saved yet" in body
    assert response.context["card"].verdict.quadrant == "nobody_can_pay"
    assert facts(project) == before


def test_try_with_what_cannot_be_says_so(owner, project):
    data = form_of(owner, url(project, section="case")) | {"volume_0": "9e9"}

    body = owner.post(url(project, "studio-try", section="case"), data, **HTMX).content.decode()

    assert "goes from lowest over most likely to highest" in body


def test_options_are_added_and_taken_out_on_the_page(owner, project):
    added = owner.post(url(project, "option-add"), {"title": "A rule more", "kind": "none"})
    assert added.url.endswith("?section=options&option=4")

    owner.post(url(project, "option-remove", 4))
    assert [one.number for one in queries.options(project)] == [1, 2, 3]


def test_an_option_that_is_refused_stands_in_its_form(owner, project):
    sent = {"title": "x" * 201, "kind": "ambitious"}

    answer = owner.post(url(project, "option-add"), sent)

    form = answer.context["new_option"]
    assert answer.status_code == 422
    assert list(form.errors) == ["title"]
    assert {name: form[name].value() for name in sent} == sent
    assert [one.number for one in queries.options(project)] == [1, 2, 3]


def test_a_further_option_than_there_may_be_is_refused_in_its_form(owner, project):
    for _ in range(9):
        add(project)

    answer = owner.post(url(project, "option-add"), {"title": "One more", "kind": "simple"})

    assert answer.status_code == 409
    assert "12" in " ".join(answer.context["new_option"].non_field_errors())
    assert answer.context["new_option"]["title"].value() == "One more"


@pytest.mark.parametrize("asked", ["99", "x", "-1", "²", "9" * 5000])
def test_page_of_an_option_that_there_is_not_is_not_found(owner, project, asked):
    assert owner.get(url(project, section="options", option=asked)).status_code == 404


def test_page_costs_the_same_for_three_options_more(owner, project, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        owner.get(url(project, section="options"))
    for _ in range(3):
        add(project, **FIGURES)

    with django_assert_num_queries(len(few)):
        owner.get(url(project, section="options"))


# --- REST -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def rest(client, project):
    token = make_token(project.created_by)

    def call(method, path, body=None, **headers):
        return getattr(client, method)(
            f"/api/v1/projects/{project.key}/dossier{path}",
            data=json.dumps(body) if body is not None else None,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"} | headers,
        )

    return call


def test_rest_dossier_is_read_revised_and_guarded(rest):
    read = rest("get", "")
    assert (read.status_code, read.json()["version"], read["ETag"]) == (200, 1, '"1"')

    revised = rest("patch", "", {"years": 4, "today_measured_on": "2026-09-30"}, **{"If-Match": '"1"'})
    assert (revised.status_code, revised.json()["years"], revised["ETag"]) == (200, 4, '"2"')

    assert rest("patch", "", {"years": 5}, **{"If-Match": '"1"'}).status_code == 412
    refused = rest("patch", "", {"volume": [3, 2, 1]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "volume")


def test_rest_options_and_judgement(rest):
    made = rest("post", "/options", OPTION | FIGURES | {"skills": {"engineering": [1, 2, 3]}})
    assert (made.status_code, made.json()["number"]) == (201, 4)
    assert rest("patch", "/options/4", {"title": "Other"}, **{"If-Match": '"1"'}).json()["version"] == 2
    assert [one["number"] for one in rest("get", "/options").json()["results"]] == [4, 3, 2, 1]

    found = rest("get", "/judgement").json()
    assert [one["option"] for one in found["verdicts"]] == [2, 3, 4]
    assert found["verdicts"][0]["quadrant"] == "build"
    assert found["based_on"] == "based on the default"

    assert rest("delete", "/options/4").status_code == 204
    assert rest("get", "/options/4").status_code == 404


def test_rest_revisions_keep_the_whole_with_its_digest(rest):
    rest("patch", "", {"years": 4})

    assert [one["number"] for one in rest("get", "/revisions").json()["results"]] == [2, 1]
    whole = rest("get", "/revisions/1").json()
    assert whole["content"]["years"] == 3
    assert whole["digest"] == documents.digest_of(whole["content"])
    assert rest("get", "/revisions/9").status_code == 404


def test_rest_template_only_once(rest, client):
    assert rest("post", "/template", {"template": "churn"}).status_code == 409
