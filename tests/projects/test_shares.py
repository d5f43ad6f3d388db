"""Who has a share in what a gate is about, and so does not decide on it where the policy says so."""

import pytest
from django.test import Client

from core.errors import NotAllowed
from projects import gates, operations, queries, scoping
from projects.enums import Gate, GateVerdict
from projects.models import GateApproval, Project
from projects.roles import Role
from tests.factories import make_member, now
from tests.projects.factories import classify, make_decided_project, make_risk

pytestmark = pytest.mark.django_db

APART = "    separation: [contributors_cannot_decide]\n"
ANYBODY = "[{any_of: [owner, product_owner, data_scientist, engineer, validator, sponsor, risk], count: 9}]"


@pytest.fixture
def project():
    return make_decided_project(ANYBODY, rest=APART)


def add_risk(project, by):
    operations.add_risk(project=project, title="New", phase="data", likelihood=2, impact=2, by=by, now=now())


def revise_risk(project, by):
    operations.revise_risk(risk=queries.risks(project)[0], values={"likelihood": 2}, by=by)


def treat_risk(project, by):
    operations.treat_risk(risk=queries.risks(project)[0], treatment="Sampled.", by=by, now=now())


def add_control(project, by):
    operations.add_control(risk=queries.risks(project)[0], title="Look", kind="detective", by=by)


def answer(project, by):
    operations.answer_readiness(project=project, check="exists", is_met=True, reason="It does.", by=by, now=now())


def seal(project, by):
    operations.seal_ceiling(project=project, values={"money": 9.0}, by=by, now=now())


def assume(project, by):
    operations.add_assumption(project=project, values={"text": "Labels arrive."}, by=by, now=now())


def tier(project, by):
    classify(project, by=by)


def rate(project, by):
    scientist = make_member(project, Role.DATA_SCIENTIST)
    values = {"title": "Churn", "actual_effort": 9.0, "source": "Its report."}
    precedent = operations.add_precedent(project=project, values=values, by=scientist, now=now())
    ratings = {one.key: 1 for one in scoping.DIMENSIONS}
    for each in (scientist, by):
        operations.rate_precedent(precedent=precedent, ratings=ratings, evidence={}, by=each, now=now())


def criterion(project, by):
    values = {"text": "Nobody uses it.", "due_date": now().date()}
    return operations.add_kill_criterion(project=project, values=values, decider=by, by=project.created_by, now=now())


def decide_criterion(project, by):
    operations.decide_kill_criterion(
        criterion=criterion(project, by), decision="go_on", reason="A month more.", by=by, now=now()
    )


def accept_risk(project, by):
    operations.accept_risk(risk=make_risk(project, likelihood=4, impact=4), reason="We live with it.", by=by, now=now())


def object_to(project, by):
    operations.hand_in_objection(project=project, text="Labels come late.", has_none=False, by=by, now=now())


def approve(project, by):
    project = Project.objects.get(pk=project.pk)
    return operations.decide_gate(project=project, verdict=GateVerdict.REQUEST_CHANGES, comment="Hm.", by=by, now=now())


@pytest.mark.parametrize(
    ("did", "role"),
    [
        (add_risk, Role.RISK),
        (revise_risk, Role.RISK),
        (treat_risk, Role.ENGINEER),
        (add_control, Role.RISK),
        (answer, Role.ENGINEER),
        (assume, Role.PRODUCT_OWNER),
        (seal, Role.PRODUCT_OWNER),
        (rate, Role.PRODUCT_OWNER),
        (tier, Role.RISK),
    ],
)
def test_who_moved_what_the_gate_is_about_does_not_decide_on_it(project, did, role):
    person = make_member(project, role)
    did(project, person)

    with pytest.raises(NotAllowed, match="You contributed to what this gate is about"):
        approve(project, person)

    assert not GateApproval.objects.exists()


@pytest.mark.parametrize(
    ("did", "role"),
    [
        (seal, Role.SPONSOR),
        (rate, Role.VALIDATOR),
        (accept_risk, Role.SPONSOR),
        (decide_criterion, Role.ENGINEER),
        (object_to, Role.RISK),
    ],
)
def test_whose_duty_or_decision_it_was_decides_on_the_gate(project, did, role):
    person = make_member(project, role)
    did(project, person)

    assert approve(project, person).approver == person


def test_who_changed_a_risk_last_does_not_decide_where_only_the_last_is_kept_out():
    project = make_decided_project(ANYBODY, rest="    separation: [last_change_cannot_decide]\n")
    first, last = make_member(project, Role.RISK), make_member(project, Role.RISK)
    add_risk(project, first)
    revise_risk(project, last)

    assert gates.contributors(project, Gate.SCOPE)[-2:] == [first.pk, last.pk]
    with pytest.raises(NotAllowed, match="You made the last change"):
        approve(project, last)
    assert approve(project, first).approver == first


def test_page_of_the_gate_says_why_the_risk_officer_does_not_decide(project):
    officer = make_member(project, Role.RISK)
    revise_risk(project, officer)
    client = Client()
    client.force_login(officer)

    page = client.get(f"/p/{project.key}/gates/").content.decode()

    assert "You contributed to what this gate is about, and nobody approves their own work." in page
