"""The risk register."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event
from projects import operations, queries
from projects.enums import RiskLevel, RiskPhase, RiskState
from projects.models import Control, Project, Risk
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


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"knowledge": "none"}, "knowledge"),
        ({"category": "luck"}, "category"),
        ({"treatment_kind": "hope"}, "treatment_kind"),
        ({"target_likelihood": 2}, "target_impact"),
        ({"target_likelihood": 2, "target_impact": 9}, "target_impact"),
        ({"inherent_impact": 0}, "inherent_impact"),
        ({"next_review_date": "soon"}, "next_review_date"),
        ({"event": "x" * 4001}, "event"),
    ],
)
def test_revise_risk_bad_value_names_the_field(values, field):
    project = make_project()
    risk = make_risk(project)

    with pytest.raises(Invalid) as refusal:
        operations.revise_risk(risk=risk, values=values, by=project.created_by)

    assert [one.field for one in refusal.value.errors] == [field]
    risk.refresh_from_db()
    assert risk.version == 1


def test_add_risk_is_inherently_what_it_is_now_unless_said():
    project = make_project()

    plain = make_risk(project, likelihood=2, impact=4)
    rated = make_risk(project, likelihood=2, impact=4, inherent_likelihood=5, inherent_impact=5)

    assert (plain.inherent_likelihood, plain.inherent_impact) == (2, 4)
    assert (rated.inherent_likelihood, rated.inherent_impact) == (5, 5)


def test_weak_knowledge_shows_the_risk_one_level_higher():
    project = make_project()

    levels = [make_risk(project, likelihood=1, impact=n, knowledge="weak").level for n in (1, 4)]
    critical = make_risk(project, likelihood=5, impact=5, knowledge="weak").level

    assert (levels, critical) == ([RiskLevel.MEDIUM, RiskLevel.HIGH], RiskLevel.CRITICAL)


def control(risk, *, by=None, **values):
    given = {"title": "Weekly sample", "kind": "detective"} | values
    return operations.add_control(risk=risk, by=by or risk.project.created_by, **given)


def test_controls_are_numbered_and_found_to_be_failing():
    risk = make_risk(make_project())
    first, second = control(risk), control(risk, state="in_place", evidence="https://example.com/report")

    failing = operations.revise_control(control=second, values={"state": "failing"}, by=risk.project.created_by)

    assert (first.number, second.number, failing.state, failing.version) == (1, 2, "failing", 2)
    told = Event.objects.get(type="control.revised").data
    assert (told["was"], told["state"], told["risk"]) == ("in_place", "failing", 1)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"kind": "magic"}, "kind"), ({"title": ""}, "title"), ({"evidence": "javascript:alert(1)"}, "evidence")],
)
def test_add_control_bad_value_names_the_field(values, field):
    with pytest.raises(Invalid) as refusal:
        control(make_risk(make_project()), **values)

    assert [one.field for one in refusal.value.errors] == [field]
    assert not Control.objects.exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.SPONSOR])
def test_controls_without_the_role_refused(role):
    risk = make_risk(make_project())
    standing, by = control(risk), make_member(risk.project, role)

    with pytest.raises(NotAllowed):
        control(risk, by=by)
    with pytest.raises(NotAllowed):
        operations.revise_control(control=standing, values={"state": "in_place"}, by=by)

    assert [one.state for one in Control.objects.all()] == ["planned"]


def test_what_sank_is_named_of_a_retired_project_only():
    project = make_project()
    make_risk(project)
    make_risk(project, phase="technology", title="No host")
    with pytest.raises(Conflict, match="when it is retired"):
        operations.name_what_sank(project=project, numbers=[1], by=project.created_by)
    Project.objects.filter(pk=project.pk).update(stage="retired")

    with pytest.raises(Invalid, match="no risk 7"):
        operations.name_what_sank(project=project, numbers=[1, 7], by=project.created_by)
    with pytest.raises(NotAllowed):
        operations.name_what_sank(project=project, numbers=[1], by=make_member(project, Role.ENGINEER))
    operations.name_what_sank(project=project, numbers=[1], by=project.created_by)
    operations.name_what_sank(project=project, numbers=[2], by=project.created_by)

    assert queries.sunk_by([project.pk]) == {project.pk: ["No host"]}
    assert Event.objects.filter(type="risk.sank").count() == 2


def test_register_costs_the_same_for_one_risk_and_for_three():
    project = make_project()

    def add():
        risk = make_risk(project)
        control(risk)

    add()
    with CaptureQueriesContext(connection) as one:
        assert len([risk.controls.all() for risk in queries.register(project)]) == 1
    add()
    add()
    with CaptureQueriesContext(connection) as three:
        assert len([risk.controls.all() for risk in queries.register(project)]) == 3

    assert len(three) == len(one)


def test_open_risks_the_worst_first():
    project = make_project()
    for likelihood, impact in [(1, 1), (5, 5), (3, 3), (1, 5)]:
        make_risk(project, likelihood=likelihood, impact=impact)

    assert [(r.likelihood, r.impact) for r in queries.open_risks(project)] == [(5, 5), (3, 3), (1, 5), (1, 1)]
