"""Findings: opened about a thing, closed by somebody who may."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event
from core.roles import Scope
from projects import operations
from projects.models import Finding
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import classify, make_risk
from tests.projects.test_api import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    found = make_project(key="FRD")
    make_risk(found)
    return found


def find(project, *, by=None, **values):
    given = {"title": "No roll-back was rehearsed", "severity": "high", "about_type": "risk", "about_id": "1"} | values
    return operations.open_finding(project=project, by=by or project.created_by, now=now(), **given)


def close(finding, *, by, resolution="Rehearsed"):
    return operations.close_finding(finding=finding, resolution=resolution, by=by, now=now())


def test_open_close_and_reopen(project):
    finding = find(project, owner=project.created_by, due_date=date(2027, 1, 1))

    closed = close(finding, by=project.created_by)
    assert (closed.state, closed.resolution, closed.closed_by) == ("closed", "Rehearsed", project.created_by)
    reopened = operations.reopen_finding(finding=closed, by=project.created_by)

    assert (reopened.state, reopened.closed_by, reopened.closed_at) == ("open", None, None)
    types = list(Event.objects.filter(type__startswith="finding.").order_by("seq").values_list("type", flat=True))
    assert types == ["finding.opened", "finding.closed", "finding.reopened"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"severity": "awful"}, "severity"),
        ({"title": ""}, "title"),
        ({"about_type": "moon"}, "about_type"),
        ({"about_id": "9"}, "about_id"),
        ({"about_id": "9" * 30}, "about_id"),
        ({"due_date": "soon"}, "due_date"),
    ],
)
def test_open_finding_bad_value_names_the_field(project, values, field):
    with pytest.raises(Invalid) as refusal:
        find(project, **values)

    assert [one.field for one in refusal.value.errors] == [field]
    assert not Finding.objects.exists()


def test_open_finding_owner_outside_the_team_refused(project):
    with pytest.raises(Invalid, match="is not in the project"):
        find(project, owner=make_user())


def test_close_finding_own_refused_from_tier_three_on(project):
    engineer, other = make_member(project, Role.ENGINEER), make_member(project, Role.ENGINEER)
    own = find(project, owner=engineer)
    classify(project, exposure=3)

    with pytest.raises(NotAllowed, match="another person closes it"):
        close(own, by=engineer)
    operations.revise_finding(finding=own, values={"owner": other}, by=engineer)
    with pytest.raises(NotAllowed, match="or was, yours"):
        close(own, by=engineer)
    own.refresh_from_db()
    assert own.state == "open"

    assert close(own, by=project.created_by).state == "closed"


@pytest.mark.parametrize("exposure", [None, 2])
def test_close_finding_own_allowed_below_tier_three(project, exposure):
    if exposure:
        classify(project, exposure=exposure)

    assert close(find(project, owner=project.created_by), by=project.created_by).state == "closed"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.SPONSOR, None])
def test_findings_without_the_role_refused(project, role):
    by, finding = make_member(project, role) if role else make_user(), find(project)

    for act in (
        lambda: find(project, by=by),
        lambda: close(finding, by=by),
        lambda: operations.revise_finding(finding=finding, values={"severity": "low"}, by=by),
        lambda: operations.reopen_finding(finding=finding, by=by),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert [(one.severity, one.state) for one in Finding.objects.all()] == [("high", "open")]


def test_close_finding_twice_without_words_or_stale_refused(project):
    finding = find(project)
    with pytest.raises(Invalid, match="Resolution"):
        close(finding, by=project.created_by, resolution=" ")
    with pytest.raises(PreconditionFailed):
        operations.revise_finding(finding=finding, values={"title": "X"}, by=project.created_by, expected_version=9)
    close(finding, by=project.created_by)

    with pytest.raises(Conflict, match="it is closed"):
        close(finding, by=project.created_by)
    with pytest.raises(Conflict):
        operations.revise_finding(finding=finding, values={"title": "X"}, by=project.created_by)


def test_database_refuses_a_closing_without_a_person(project):
    finding = find(project)

    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(state="closed")


def test_findings_by_rest(project):
    api = Api(project.created_by)
    body = {"title": "Late", "severity": "low", "about_type": "project", "about_id": "FRD"}

    made = api.post("projects/FRD/findings", body)
    changed = api.patch("projects/FRD/findings/1", {"due_date": "2027-02-01"}, If_Match='"1"')
    closed = api.post("projects/FRD/findings/1/close", {"resolution": "Done"})
    reopened = api.post("projects/FRD/findings/1/reopen")

    assert (made.status_code, made.json()["owner"], made.json()["state"]) == (201, None, "open")
    assert changed.json()["due_date"] == "2027-02-01"
    assert (closed.json()["state"], closed.json()["closed_by"]["username"]) == ("closed", project.created_by.username)
    assert reopened.json()["state"] == "open"
    assert [one["number"] for one in api.get("projects/FRD/findings").json()["results"]] == [1]
    assert Api(make_user()).get("projects/FRD/findings/1").status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR])
def test_whoever_only_looks_moves_no_state_by_rest(project, role):
    """Acceptance test 11 of governance, for risks and findings."""
    find(project)
    api = Api(make_member(project, role), Scope.READ, Scope.WRITE, Scope.APPROVE)
    calls = [
        ("post", "risks/1/treat", {"treatment": "X"}),
        ("post", "risks/1/accept", {"reason": "X"}),
        ("post", "risks/1/sign", {}),
        ("post", "risks/1/reopen", {}),
        ("patch", "risks/1", {"likelihood": 1}),
        ("post", "risks/1/controls", {"title": "X", "kind": "detective"}),
        ("post", "findings", {"title": "X", "severity": "low", "about_type": "risk", "about_id": "1"}),
        ("post", "findings/1/close", {"resolution": "X"}),
        ("patch", "findings/1", {"severity": "low"}),
        ("post", "what-sank", {"risks": [1]}),
    ]

    answers = {path: api(method, f"projects/FRD/{path}", body).status_code for method, path, body in calls}

    assert {path for path, status in answers.items() if status not in (403, 404)} == set()
    assert answers["risks/1/sign"] == 404  # nothing waits for a signature
    assert not Event.objects.filter(stream_id=project.pk, actor__memberships__role=role).exists()
