"""Data readiness: eight checks, measured where an app can, else answered by a person."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event
from projects import documents, dossier_document, operations, queries, readiness
from projects.enums import DataCheck, Stage
from projects.models import DossierRevision, Project, ReadinessAnswer
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_token

pytestmark = pytest.mark.django_db


def answer(project, check="lawful", *, is_met=True, reason="In the record.", by=None, at=None, expected_version=None):
    return operations.answer_readiness(
        project=project,
        check=check,
        is_met=is_met,
        reason=reason,
        by=by or project.created_by,
        now=at or now(),
        expected_version=expected_version,
    )


def connect(project, **values):
    given = {"dataset": "payments@v1", "dataset_label": "is_fraud", "dataset_positive": "1"}
    return operations.revise_dossier(project=project, values=given | values, by=project.created_by, now=now())


def found(project):
    return {one["check"]: one for one in readiness.checks(project, queries.dossier_of(project))}


def facts(project):
    return (
        list(ReadinessAnswer.objects.filter(project=project).values()),
        DossierRevision.objects.filter(project=project).count(),
        Event.objects.filter(stream_id=project.pk).count(),
    )


@pytest.fixture
def measured(monkeypatch):
    """An app that measured the volume an hour ago: too small."""
    said = {
        DataCheck.VOLUME: readiness.Measured(
            False, "12 positives", source="payments@v1", url="/x", at=now() - timedelta(hours=1)
        ),
        DataCheck.JOINED: readiness.Measured(None, "keys: id", source="payments@v1", url="/x", at=now()),
    }
    providers = {"test": (lambda project, named: said, lambda project: ["payments@v1"])}
    monkeypatch.setattr(readiness, "_providers", providers)
    return said


def test_answer_stands_with_its_reason_and_its_age():
    project = make_project()

    answer(project)

    one = found(project)["lawful"]
    assert (one["state"], one["counts"], one["answer"]["reason"]) == ("ok", "answer", "In the record.")
    assert {check for check, one in found(project).items() if one["state"] == "open"} == set(DataCheck) - {"lawful"}
    assert Event.objects.last().data == {"is_met": True, "reason": "In the record."}
    assert answer(project, is_met=False).version == 2
    assert found(project)["lawful"]["state"] == "bad"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"check": "beautiful"}, "check"),
        ({"is_met": "yes"}, "is_met"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
    ],
)
def test_answer_bad_value_names_the_field_and_writes_nothing(values, field):
    project = make_project()
    before = facts(project)

    with pytest.raises(Invalid) as refusal:
        answer(project, **values)

    assert [one.field for one in refusal.value.errors] == [field]
    assert facts(project) == before


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.AUDITOR, Role.VIEWER])
def test_answer_without_the_role_refused(role):
    project = make_project()
    by = make_member(project, role)
    before = facts(project)

    with pytest.raises(NotAllowed):
        answer(project, by=by)

    assert facts(project) == before


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.RISK, Role.DATA_SCIENTIST])
def test_answer_by_who_knows_the_data_or_the_law(role):
    project = make_project()

    assert answer(project, by=make_member(project, role)).is_met


def test_answer_over_one_that_was_not_seen_refused():
    project = make_project()
    answer(project)
    before = facts(project)

    for seen in (0, 2):
        with pytest.raises(PreconditionFailed):
            answer(project, expected_version=seen)

    assert facts(project) == before
    assert answer(project, expected_version=1).version == 2


def test_answer_of_a_retired_project_refused():
    project = make_project()
    Project.objects.update(stage=Stage.RETIRED)

    with pytest.raises(Conflict, match="retired"):
        answer(project)


def test_what_was_measured_counts_until_somebody_judges_it_afterwards(measured):
    project = make_project()
    assert found(project)["volume"]["state"] == "open"
    connect(project)
    assert (found(project)["volume"]["state"], found(project)["volume"]["counts"]) == ("bad", "measured")
    assert found(project)["joined"]["state"] == "open"

    answer(project, "volume", at=now() - timedelta(hours=2))
    assert found(project)["volume"]["state"] == "bad", "it was measured anew since"
    answer(project, "volume")
    assert (found(project)["volume"]["state"], found(project)["volume"]["counts"]) == ("ok", "answer")


def test_dataset_that_cannot_be_one_refused():
    project = make_project()

    with pytest.raises(Invalid, match="named like"):
        connect(project, dataset="payments")


def test_document_and_comparison_have_the_checks(measured):
    project = make_project()
    connect(project)
    answer(project)
    before, after = (queries.dossier_revision(project, number).content for number in (1, 2))

    rows = {one.title: one for one in dossier_document.sections(after)}["Data readiness"].rows
    assert len(rows) == 8
    assert rows[1][:2] == ["They may be used for this", "met"]
    assert "In the record." in rows[1][3]
    assert "12 positives (payments@v1, " in rows[5][2]
    changed = {(one.where, one.name): one.after for one in dossier_document.differences(before, after)}
    where = "Data, they may be used for this"
    assert changed == {(where, "state"): "met", (where, "answer"): "In the record."}


def page(project):
    return reverse("projects:studio", args=[project.key]) + "?section=data"


def test_page_names_the_data_and_takes_answers(client, measured):
    project = make_project()
    client.force_login(project.created_by)
    form = {
        bound.name: "" if bound.value() is None else bound.value()
        for bound in client.get(page(project)).context["form"]
    }
    assert client.post(page(project), form | {"dataset": "payments@v1", "dataset_label": "y"}).status_code == 302
    assert client.post(page(project), form | {"dataset": "other@v1"}).status_code == 422

    at = reverse("projects:readiness-answer", args=[project.key, "volume"])
    assert client.post(at, {"is_met": "True", "reason": "Enough for trees.", "version": "0"}).status_code == 302
    again = client.post(at, {"is_met": "True", "reason": "Enough.", "version": "0"})
    assert (again.status_code, "This answer was changed" in again.content.decode()) == (412, True)

    body = client.get(page(project)).content.decode()
    assert "12 positives" in body
    assert "Somebody judged otherwise" in body
    client.force_login(make_user())
    assert client.get(page(project)).status_code == 404


def test_page_costs_the_same_for_one_answer_and_for_three(client, django_assert_num_queries):
    project = make_project()
    answer(project)
    client.force_login(project.created_by)
    with CaptureQueriesContext(connection) as few:
        client.get(page(project))
    answer(project, "delay", by=make_member(project, Role.ENGINEER))
    answer(project, "stable", by=make_member(project, Role.RISK))

    with django_assert_num_queries(len(few)):
        client.get(page(project))


def test_rest_readiness(client):
    project = make_project()
    token = make_token(project.created_by)

    def call(method, path="", body=None, **headers):
        kwargs = {"data": body, "content_type": "application/json"} if body is not None else {}
        at = f"/api/v1/projects/{project.key}/dossier/readiness{path}"
        return getattr(client, method)(at, headers={"Authorization": f"Bearer {token}"} | headers, **kwargs)

    assert [one["state"] for one in call("get").json()["results"]] == ["open"] * 8
    for check in DataCheck:
        assert call("put", f"/{check}", {"is_met": True, "reason": "Looked at."}).status_code == 200
    assert call("get").json()["is_ready"]
    assert call("put", "/lawful", {"is_met": True, "reason": "x"}, **{"If-Match": "0"}).status_code == 412
    assert call("put", "/beautiful", {"is_met": True, "reason": "x"}).json()["errors"][0]["field"] == "check"
    assert documents.content_of(project)["readiness"][0]["state"] == "ok"
