"""Rights that are handed on, vetoes, emergencies, and projects with one person in a role."""

from datetime import date, timedelta

import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed
from core.models import Event, User
from core.roles import Scope
from projects import approvals, gates, operations, queries
from projects.enums import GateStatus, GateVerdict, Stage
from projects.models import Delegation, Finding, GateApproval, GateDecision, Membership, Project, Risk
from projects.policies import read_text
from projects.policy import PolicyError
from projects.roles import Role
from tests.factories import make_member, make_user, now
from tests.projects.factories import make_decided_project, make_risk, make_scope, make_token, policy_text

pytestmark = pytest.mark.django_db


def decide(project, by, verdict=GateVerdict.APPROVE):
    return operations.decide_gate(project=project, verdict=verdict, by=by, now=now(), comment="Looked at it.")


def tally(project):
    project = Project.objects.get(pk=project.pk)
    return approvals.tally(gates.assess(project), queries.open_request(project), now=now())


def why_not(project, user):
    return approvals.why_not_decide_gate(user, tally(project))


def pass_gate(project):
    return operations.pass_gate(project=project, by=project.created_by, now=now())


TO_THE_LAST_DAY = (date.max - now().date()).days - 1
"""Days until shortly before no date is left to reckon with."""


def hand_on(project, by, to, *, first=0, last=7, reason="On leave."):
    today = now().date()
    return operations.delegate_role(
        project=project,
        to=to,
        starts_on=today + timedelta(days=first),
        ends_on=today + timedelta(days=last),
        reason=reason,
        by=by,
        now=now(),
    )


def shift(delegation, days):
    """As if it had been given earlier."""
    Delegation.objects.filter(pk=delegation.pk).update(
        starts_on=delegation.starts_on + timedelta(days=days), ends_on=delegation.ends_on + timedelta(days=days)
    )


# Handing on


def test_delegate_decides_in_the_role_and_whoever_gave_it_does_not():
    project = make_decided_project()
    validator, viewer = make_member(project, Role.VALIDATOR), make_member(project, Role.VIEWER)

    made = hand_on(project, validator, viewer)

    assert (made.role, made.number, Event.objects.get(type="delegation.given").data["to"]) == (
        "validator",
        1,
        viewer.username,
    )
    assert "take it back first" in why_not(project, validator)
    approval = decide(project, viewer)
    assert (approval.role, approval.delegation) == ("validator", made)
    assert tally(project).lacking == []
    pass_gate(project)


def test_a_right_counts_once_also_if_it_was_handed_on_after_deciding():
    project = make_decided_project("[{role: validator, count: 2}]", tiers="[T1, T3]")
    validator, viewer = make_member(project, Role.VALIDATOR), make_member(project, Role.VIEWER)
    make_member(project, Role.VALIDATOR)
    decide(project, validator)
    hand_on(project, validator, viewer)

    decide(project, viewer)

    assert tally(project).lacking == ["a validator"]


@pytest.mark.parametrize(("days", "decides"), [(-8, False), (-7, True), (1, False)])
def test_a_delegation_begins_and_ends_by_itself(days, decides):
    project = make_decided_project()
    validator, viewer = make_member(project, Role.VALIDATOR), make_member(project, Role.VIEWER)
    shift(hand_on(project, validator, viewer), days)

    assert (why_not(project, viewer) is None) is decides
    assert (why_not(project, validator) is None) is not decides


def test_what_was_decided_in_time_counts_after_its_last_day_and_not_after_it_was_taken_back():
    project = make_decided_project()
    validator, viewer = make_member(project, Role.VALIDATOR), make_member(project, Role.VIEWER)
    delegation = hand_on(project, validator, viewer)
    decide(project, viewer)
    shift(delegation, -20)
    assert tally(project).lacking == []
    shift(delegation, 0)

    operations.end_delegation(delegation=delegation, by=validator, now=now())

    [standing] = tally(project).standings
    assert standing.why_not.endswith("was taken back.")
    assert Event.objects.filter(type="delegation.ended").count() == 1
    assert why_not(project, validator) is None
    with pytest.raises(Conflict, match="over"):
        operations.end_delegation(delegation=delegation, by=validator, now=now())


def test_whoever_lost_the_role_has_handed_nothing_on():
    project = make_decided_project()
    validator, viewer = make_member(project, Role.VALIDATOR), make_member(project, Role.VIEWER)
    hand_on(project, validator, viewer)
    decide(project, viewer)

    Membership.objects.filter(user=validator).update(role=Role.VIEWER)

    assert tally(project).lacking == ["a validator"]


def test_no_chain():
    project = make_decided_project()
    validator, viewer = make_member(project, Role.VALIDATOR), make_member(project, Role.SPONSOR)
    last = make_member(project, Role.VIEWER)
    hand_on(project, validator, viewer)

    hand_on(project, viewer, last)  # the sponsor's own right, and no more

    assert Delegation.objects.get(number=2).role == "sponsor"
    assert "you are viewer" in why_not(project, last)


def test_contributor_gets_no_right_and_loses_one_by_contributing():
    project = make_decided_project()
    validator, scientist = make_member(project, Role.VALIDATOR), make_member(project, Role.DATA_SCIENTIST)
    hand_on(project, validator, scientist)
    assert why_not(project, scientist) is None

    make_scope(project, by=scientist, decision="Another.")

    assert why_not(project, scientist) is not None
    other = make_member(project, Role.VALIDATOR)
    with pytest.raises(Invalid, match="contributed to what is decided next"):
        hand_on(project, other, scientist)


def test_nobody_decides_through_another_what_they_may_not_decide_themselves():
    project = make_decided_project(rest="    separation: [contributors_cannot_decide]\n")
    validator, viewer = make_member(project, Role.VALIDATOR), make_member(project, Role.VIEWER)
    hand_on(project, validator, viewer)
    decide(project, viewer)
    assert tally(project).lacking == []
    before = GateApproval.objects.get()

    Membership.objects.filter(user=validator).update(role=Role.DATA_SCIENTIST)
    make_scope(project, by=validator, decision="Another.")
    Membership.objects.filter(user=validator).update(role=Role.VALIDATOR)

    assert why_not(project, viewer) == f"{validator} could not have decided this, and so hands no right to you."
    found = tally(project)
    said = found.matter.why_not_counts(before, found.matter.digest, now())
    assert said == f"{validator} could not have decided this, and so hands no right to {viewer}."
    assert found.lacking == ["a validator"]


def test_whoever_asked_for_the_decision_hands_no_right_on():
    project = make_decided_project("[{role: engineer}]")
    asked, viewer = queries.open_request(project).requested_by, make_member(project, Role.VIEWER)

    hand_on(project, asked, viewer)

    assert why_not(project, viewer) == f"{asked} could not have decided this, and so hands no right to you."


def test_delegate_from_the_team_is_not_outside_it():
    project = make_decided_project("[{role: validator, not_in: project_team}]")
    validator, engineer = make_member(project, Role.VALIDATOR), make_member(project, Role.PRODUCT_OWNER)
    hand_on(project, validator, engineer)

    assert why_not(project, engineer) is not None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first": -1}, "starts_on"),
        ({"first": 366, "last": 366}, "starts_on"),
        ({"first": TO_THE_LAST_DAY, "last": TO_THE_LAST_DAY}, "starts_on"),
        ({"first": 3, "last": 2}, "ends_on"),
        ({"last": 91}, "ends_on"),
        ({"reason": " "}, "reason"),
        ({"to": "self"}, "to"),
        ({"to": "stranger"}, "to"),
        ({"to": "robot"}, "to"),
        ({"to": "gone"}, "to"),
    ],
)
def test_delegation_that_cannot_be_refused(changed, field):
    project = make_decided_project()
    validator = make_member(project, Role.VALIDATOR)
    people = {name: make_member(project, Role.VIEWER) for name in ("usual", "robot", "gone")}
    people |= {"self": validator, "stranger": make_user()}
    User.objects.filter(pk=people["robot"].pk).update(is_robot=True)
    User.objects.filter(pk=people["gone"].pk).update(is_active=False)
    for person in people.values():
        person.refresh_from_db()

    with pytest.raises(Invalid) as refused:
        hand_on(project, validator, people[changed.pop("to", "usual")], **changed)

    assert ([one.field for one in refused.value.errors] or [refused.value.field]) == [field]
    assert not Delegation.objects.exists()


def test_delegate_refused_person_and_moment():
    project = make_decided_project()
    validator, viewer = make_member(project, Role.VALIDATOR), make_member(project, Role.VIEWER)
    for nobody in (viewer, make_user()):
        with pytest.raises(NotAllowed):
            hand_on(project, nobody, validator)
    hand_on(project, validator, viewer)
    with pytest.raises(Conflict, match="some of these days"):
        hand_on(project, validator, viewer, first=7, last=9)
    with pytest.raises(NotAllowed):
        operations.end_delegation(delegation=Delegation.objects.get(), by=viewer, now=now())
    Project.objects.filter(pk=project.pk).update(stage=Stage.RETIRED)
    with pytest.raises(Conflict, match="retired"):
        hand_on(project, validator, viewer, first=10, last=12)
    assert Delegation.objects.count() == 1


def test_the_database_refuses_a_right_handed_to_oneself():
    project = make_decided_project()
    made = hand_on(project, make_member(project, Role.VALIDATOR), make_member(project, Role.VIEWER))

    with pytest.raises(Error), transaction.atomic():
        Delegation.objects.filter(pk=made.pk).update(given_to=made.given_by)


def test_delegations_on_the_team_page_and_by_rest():
    project = make_decided_project()
    validator, viewer = make_member(project, Role.VALIDATOR), make_member(project, Role.VIEWER)
    page, url = Client(), reverse("projects:team", args=[project.key])
    page.force_login(validator)
    today = now().date()
    form = {"to": viewer.pk, "starts_on": today, "ends_on": today, "reason": "On leave."}

    assert page.post(reverse("projects:delegate", args=[project.key]), form | {"reason": ""}).status_code == 422
    shown = page.post(reverse("projects:delegate", args=[project.key]), form, follow=True).content.decode()

    assert "decides in your place" in shown
    assert "Take it back" in shown
    page.post(reverse("projects:delegation-end", args=[project.key, 1]))
    assert "taken back" in page.get(url).content.decode()
    rest = Client(headers={"Authorization": f"Bearer {make_token(validator, *Scope, project=project)}"})
    path = f"/api/v1/projects/{project.key}/delegations"
    body = {"to": viewer.username, "starts_on": f"{today}", "ends_on": f"{today}", "reason": "On leave."}
    made = rest.post(path, body, content_type="application/json")
    assert (made.status_code, made.json()["number"], made.json()["role"]) == (201, 2, "validator")
    ended = rest.post(f"{path}/2/end", {}, content_type="application/json").json()
    assert ended["ended_at"]
    assert [one["number"] for one in rest.get(path).json()["results"]] == [2, 1]


# Vetoes

VETO = "    veto: [risk]\n"


def test_a_veto_stands_whatever_changes_and_however_often_it_is_asked():
    project = make_decided_project("[{role: validator}]", rest=VETO)
    risk, validator = make_member(project, Role.RISK), make_member(project, Role.VALIDATOR)
    with pytest.raises(NotAllowed, match="decided by a validator"):
        decide(project, risk)
    veto = decide(project, risk, GateVerdict.REJECT)
    make_risk(project)
    request = queries.open_request(project)
    operations.withdraw_gate_request(request=request, by=request.requested_by, now=now())
    operations.request_gate(project=project, by=request.requested_by, now=now())
    decide(project, validator)

    assert tally(project).status == GateStatus.REJECTED
    with pytest.raises(Conflict, match="until they withdraw") as refused:
        pass_gate(project)
    assert refused.value.code == "gate_vetoed"
    assert why_not(project, risk) == "Your veto stands: withdraw it first."

    operations.withdraw_gate_decision(approval=veto, reason="Answered.", by=risk, now=now())

    pass_gate(project)


def test_a_rejection_without_a_veto_is_stale_with_a_change():
    project = make_decided_project("[{role: validator}]", rest=VETO)
    decide(project, make_member(project, Role.VALIDATOR), GateVerdict.REJECT)
    make_risk(project)

    assert tally(project).against == []


def test_who_lost_the_role_has_no_veto_any_more():
    project = make_decided_project("[{role: validator}]", rest=VETO)
    risk = make_member(project, Role.RISK)
    decide(project, risk, GateVerdict.REJECT)
    Membership.objects.filter(user=risk).update(role=Role.VIEWER)
    make_risk(project)

    assert tally(project).against == []


# Emergencies

URGENT = """  scope: {}
  feasibility: {}
  release:
    checks: [{id: never, label: Nothing critical, require: risks.critical == 0}, {id: some, require: items.open > 50}]
    standing_checks: listed
    approvals: [{role: validator}]
    waivers: {allowed: true, by: sponsor, never_for: [never]}
    veto: [risk]
    emergency: {by: engineer, review_days: 5}
"""


def make_urgent() -> Project:
    """Before the release gate, with a check that is not met and one that is never waived."""
    project = make_decided_project(gates="  scope:\n    standing_checks: listed\n" + URGENT.split("\n", 1)[1])
    Project.objects.filter(pk=project.pk).update(stage=Stage.DELIVERY)
    project.refresh_from_db()
    return project


def release(project, by, reason="Customers lose money now."):
    return operations.release_in_emergency(project=project, reason=reason, by=by, now=now())


def test_emergency_passes_the_gate_in_red_until_somebody_else_has_looked():
    project = make_urgent()
    engineer, owner = make_member(project, Role.ENGINEER), project.created_by

    decision = release(project, engineer)

    finding = Finding.objects.get()
    assert (decision.gate, decision.emergency, finding.severity, finding.is_blocking) == (
        "release",
        finding,
        "critical",
        True,
    )
    assert finding.due_date == now().date() + timedelta(days=5)
    project.refresh_from_db()
    assert (project.stage, Event.objects.get(type="gate.passed").data["emergency"]) == ("production", finding.number)
    status = approvals.status_of(project, decision.gate, queries.gate_decisions(project).get())
    assert status == GateStatus.EMERGENCY
    assert "no_blocking_finding" in [check.id for check in gates.evaluate(project)]
    with pytest.raises(NotAllowed, match="another person looks at it"):
        operations.close_finding(finding=finding, resolution="Fine.", by=engineer, now=now())

    operations.close_finding(finding=finding, resolution="It was right.", by=owner, now=now())

    status = approvals.status_of(project, decision.gate, queries.gate_decisions(project).get())
    assert status == GateStatus.APPROVED


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ENGINEER])
def test_emergency_by_another_role_refused(role):
    project = make_urgent()

    with pytest.raises(NotAllowed, match="In an emergency this gate is passed by the role engineer"):
        release(project, make_member(project, role))

    assert not GateDecision.objects.exists()
    assert not Finding.objects.exists()


def test_emergency_with_a_reason_that_is_refused_stands_in_its_form(client):
    project = make_urgent()
    client.force_login(make_member(project, Role.ENGINEER))

    answer = client.post(reverse("projects:gate-emergency", args=[project.key]), {"reason": "x" * 4001})

    assert answer.status_code == 422
    assert answer.context["emergency_form"]["reason"].value() == "x" * 4001
    assert "at most 4000 characters (it has 4001)" in answer.content.decode()
    assert not GateDecision.objects.exists()


def test_emergency_by_whom_the_right_was_handed_to():
    project = make_urgent()
    viewer = make_member(project, Role.VIEWER)
    hand_on(project, make_member(project, Role.ENGINEER), viewer)

    assert release(project, viewer).decided_by == viewer


def test_emergency_refused_where_something_may_never_be_left_out_or_a_veto_stands():
    project = make_urgent()
    engineer = make_member(project, Role.ENGINEER)
    with pytest.raises(Invalid):
        release(project, engineer, reason=" ")
    risk = make_risk(project, likelihood=5, impact=5)
    with pytest.raises(Conflict, match="Nothing critical"):
        release(project, engineer)
    Risk.objects.filter(pk=risk.pk).update(likelihood=1)
    operations.withdraw_gate_request(request=queries.open_request(project), by=project.created_by, now=now())
    operations.request_gate(project=project, by=project.created_by, now=now())
    decide(project, make_member(project, Role.RISK), GateVerdict.REJECT)
    with pytest.raises(Conflict) as refused:
        release(project, engineer)
    assert refused.value.code == "gate_vetoed"
    assert not GateDecision.objects.exists()


def test_emergency_refused_where_the_policy_allows_none():
    project = make_decided_project()

    with pytest.raises(NotAllowed, match="lets nobody pass this gate in an emergency"):
        release(project, make_member(project, Role.ENGINEER))


def test_only_the_release_gate_can_be_urgent():
    with pytest.raises(PolicyError, match="scope cannot be passed in an emergency: release can"):
        read_text(policy_text(rest="    emergency: {by: engineer}\n"))


def test_emergency_by_page_and_rest():
    project = make_urgent()
    engineer = make_member(project, Role.ENGINEER)
    page, url = Client(), reverse("projects:gate", args=[project.key])
    page.force_login(engineer)
    assert "Why it cannot wait" in page.get(url).content.decode()
    rest = Client(headers={"Authorization": f"Bearer {make_token(engineer, *Scope, project=project)}"})
    path = f"/api/v1/projects/{project.key}/gates"
    assert rest.get(path).json()["why_not_in_emergency"] is None

    made = rest.post(f"{path}/emergency", {"reason": "Now."}, content_type="application/json")

    assert (made.status_code, made.json()["emergency"]) == (201, 1)
    shown = page.get(url).content.decode()
    assert "Passed in an emergency" in shown
    assert "somebody else looks at it by" in shown
    again = page.post(reverse("projects:gate-emergency", args=[project.key]), {"reason": "Again."})
    assert again.status_code == 403  # the next gate has no emergency


# One person in a role


def test_one_person_in_a_role_will_do_at_the_lowest_tier_with_a_warning():
    project = make_decided_project("[{role: validator, count: 2}]")
    assert tally(project).lacking == ["2 validator"]
    validator = make_member(project, Role.VALIDATOR)

    decide(project, validator)

    found = tally(project)
    assert found.lacking == []
    assert found.warnings == ["The policy asks for 2 validator, and there is only 1: at tier 1 it will do."]


def test_nobody_in_a_role_is_named():
    project = make_decided_project("[{role: validator}, {role: sponsor}]")
    make_member(project, Role.SPONSOR)

    assert tally(project).matter.unfilled == ["a validator"]


def test_the_only_administrator_is_told_what_to_do():
    admin = make_user(is_admin=True)
    draft = operations.draft_policy(text=policy_text(), by=admin, now=now())
    page = Client()
    page.force_login(admin)

    shown = page.get(reverse("projects:policy", args=[draft.name, draft.number])).content.decode()

    assert "you are the only one of this instance" in shown
    make_user(is_admin=True)
    shown = page.get(reverse("projects:policy", args=[draft.name, draft.number])).content.decode()
    assert "another administrator does." in shown
