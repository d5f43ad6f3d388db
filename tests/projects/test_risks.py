"""The risk register."""

import pytest

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event
from projects import operations, queries
from projects.enums import RiskLevel, RiskPhase, RiskState
from projects.models import Risk
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_risk

pytestmark = pytest.mark.django_db


def test_add_risk_numbers_within_the_project():
    first, second = make_project(), make_project()

    numbers = [make_risk(first).number, make_risk(first).number, make_risk(second).number]

    assert numbers == [1, 2, 1]
    assert Event.objects.filter(type="risk.added").count() == 3


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_add_risk_without_the_role_refused(role):
    project = make_project()
    by = make_member(project, role) if role else make_user()

    with pytest.raises(NotAllowed):
        operations.add_risk(project=project, title="X", phase=RiskPhase.DATA, likelihood=1, impact=1, by=by, now=now())

    assert not Risk.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"likelihood": 0}, "likelihood"),
        ({"impact": 6}, "impact"),
        ({"likelihood": 2.5}, "likelihood"),
        ({"phase": "luck"}, "phase"),
        ({"title": " "}, "title"),
    ],
)
def test_add_risk_bad_value_names_the_field(values, field):
    project = make_project()

    with pytest.raises(Invalid) as refusal:
        make_risk(project, **values)

    assert [one.field for one in refusal.value.errors] == [field]
    assert not Risk.objects.exists()


def test_add_risk_owner_outside_the_team_refused():
    with pytest.raises(Invalid, match="is not in the project"):
        make_risk(make_project(), owner=make_user())


def test_revise_risk_raised_reopens_what_was_accepted():
    project = make_project()
    risk = make_risk(project, likelihood=1, impact=1)
    operations.accept_risk(risk=risk, reason="Small", by=project.created_by, now=now())

    revised = operations.revise_risk(risk=risk, values={"likelihood": 5, "impact": 5}, by=project.created_by)

    assert (revised.level, revised.state) == (RiskLevel.CRITICAL, RiskState.OPEN)
    assert Event.objects.get(type="risk.revised").data["reopened"] is True


def test_revise_risk_stale_version_refused():
    project = make_project()
    risk = make_risk(project)
    operations.revise_risk(risk=risk, values={"impact": 4}, by=project.created_by, expected_version=1)

    with pytest.raises(PreconditionFailed):
        operations.revise_risk(risk=risk, values={"impact": 2}, by=project.created_by, expected_version=1)

    risk.refresh_from_db()
    assert (risk.impact, risk.version) == (4, 2)


def test_treat_risk_then_reopen():
    project = make_project()
    risk = make_risk(project)

    treated = operations.treat_risk(risk=risk, treatment="Fresh labels bought", by=project.created_by, now=now())
    reopened = operations.reopen_risk(risk=risk, by=project.created_by, now=now())

    assert (treated.state, treated.treatment) == (RiskState.TREATED, "Fresh labels bought")
    assert reopened.state == RiskState.OPEN


def test_treat_risk_twice_refused():
    project = make_project()
    risk = make_risk(project)
    operations.treat_risk(risk=risk, treatment="Done", by=project.created_by, now=now())

    with pytest.raises(Conflict, match="it is treated"):
        operations.treat_risk(risk=risk, treatment="Again", by=project.created_by, now=now())

    risk.refresh_from_db()
    assert risk.treatment == "Done"


def test_accept_risk_critical_refused():
    project = make_project()
    risk = make_risk(project, likelihood=5, impact=5)

    with pytest.raises(Conflict, match="cannot be accepted"):
        operations.accept_risk(risk=risk, reason="Hope", by=project.created_by, now=now())

    risk.refresh_from_db()
    assert risk.state == RiskState.OPEN


def test_accept_risk_from_medium_on_needs_whoever_answers_for_the_project():
    project = make_project()
    engineer = make_member(project, Role.ENGINEER)
    low, high = make_risk(project, likelihood=1, impact=1), make_risk(project, likelihood=4, impact=4)

    operations.accept_risk(risk=low, reason="Small", by=engineer, now=now())
    with pytest.raises(NotAllowed, match="owner, product owner"):
        operations.accept_risk(risk=high, reason="Brave", by=engineer, now=now())

    assert {r.number: r.state for r in queries.risks(project)} == {1: RiskState.ACCEPTED, 2: RiskState.OPEN}


def test_accept_risk_by_the_house_refused():
    with pytest.raises(NotAllowed, match="Only a person"):
        operations.accept_risk(risk=make_risk(make_project()), reason="Auto", by=None, now=now())


def test_open_risks_the_worst_first():
    project = make_project()
    for likelihood, impact in [(1, 1), (5, 5), (3, 3), (1, 5)]:
        make_risk(project, likelihood=likelihood, impact=impact)

    assert [(r.likelihood, r.impact) for r in queries.open_risks(project)] == [(5, 5), (3, 3), (1, 5), (1, 1)]
