"""Who decides on a gate: asked for by one, approved by others on what stands now, waived, on conditions."""

from datetime import timedelta

import pytest
from django.db import Error, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event
from projects import approvals, gates, operations, queries
from projects.enums import GateStatus, GateVerdict, RequestState, Stage
from projects.models import (
    Finding,
    GateApproval,
    GateCondition,
    GateDecision,
    GateEvaluation,
    GateRequest,
    GateWaiver,
    Membership,
    Project,
)
from projects.policy import ApprovalRule, Vote, counts_for, missing
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import (
    make_decided_project,
    make_policy,
    make_ready_for_scope_gate,
    make_risk,
    make_scope,
)

pytestmark = pytest.mark.django_db

# The first draw may wait for Hypothesis to look through all that is imported.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def decide(project, by, verdict=GateVerdict.APPROVE, **given):
    return operations.decide_gate(
        project=project, verdict=verdict, by=by, now=given.pop("at", now()), comment="Looked at it.", **given
    )


def pass_gate(project, **given):
    return operations.pass_gate(project=project, by=project.created_by, now=given.pop("at", now()), **given)


def tally(project, at=None):
    project = Project.objects.get(pk=project.pk)
    return approvals.tally(gates.assess(project), queries.open_request(project), now=at or now())


def why_not(project, user):
    return approvals.why_not_decide_gate(user, tally(project))


# Seats and persons


def brute(rules, votes):
    """The fewest seats that stay empty, by trying every way to deal persons out."""
    persons = list({vote.person: vote for vote in votes}.values())
    seats = [rule for rule in rules for _ in range(rule.count)]

    def most(index, free):
        if index == len(seats):
            return 0
        best = most(index + 1, free)
        for vote in free:
            if counts_for(seats[index], vote):
                best = max(best, 1 + most(index + 1, [one for one in free if one is not vote]))
        return best

    return len(seats) - most(0, persons)


_roles = st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True).map(tuple)
_rules = st.lists(st.builds(ApprovalRule, _roles, st.integers(1, 2), st.booleans()), max_size=3)
_votes = st.lists(st.builds(Vote, st.integers(1, 4), st.sampled_from("abc"), st.booleans()), max_size=5)


@PATIENT
@given(_rules, _votes)
def test_missing_seats_are_as_few_as_can_be(rules, votes):
    assert sum(missing(rules, votes)) == brute(rules, votes)


@PATIENT
@given(_rules, _votes)
def test_one_person_counts_once(rules, votes):
    taken = sum(rule.count for rule in rules) - sum(missing(rules, votes))

    assert taken <= len({vote.person for vote in votes})


def decided_alone(authors):
    project = make_decided_project(
        "[{any_of: [validator, owner], count: 2}]",
        rest="    standing_checks: listed\n    separation: [authors_cannot_decide_alone]\n",
    )
    people = [make_member(project, Role.VALIDATOR), project.created_by]
    for person in people[:authors]:
        operations.hand_in_objection(project=project, text="Labels come late.", has_none=False, by=person, now=now())
    for person in people:
        decide(project, person)
    return tally(project).lacking


@pytest.mark.parametrize("authors", [0, 1, 2])
def test_who_wrote_what_a_gate_rests_on_does_not_decide_on_it_alone(authors):
    wanted = ["somebody who wrote none of its spikes, kill criteria and objections"] if authors == 2 else []

    assert decided_alone(authors) == wanted


# Asking


def test_request_gate_keeps_the_policy_and_is_asked_once():
    project = make_project()
    engineer = make_member(project, Role.ENGINEER)

    request = operations.request_gate(project=project, by=engineer, now=now(), comment="Please")

    assert (request.gate, request.number, request.state) == ("scope", 1, RequestState.OPEN)
    assert project.policy.policy.name == "light"
    assert Event.objects.get(type="gate.requested").data == {"gate": "scope", "comment": "Please"}
    with pytest.raises(Conflict, match="asked for already"):
        operations.request_gate(project=project, by=project.created_by, now=now())


@pytest.mark.parametrize("role", [Role.VALIDATOR, Role.VIEWER, Role.AUDITOR, None])
def test_request_gate_by_who_does_not_work_on_it_refused(role):
    project = make_project()

    with pytest.raises(NotAllowed):
        operations.request_gate(project=project, by=make_member(project, role) if role else make_user(), now=now())
    assert not GateRequest.objects.exists()


def test_request_gate_of_a_retired_project_refused():
    project = make_project()
    Project.objects.filter(pk=project.pk).update(stage=Stage.RETIRED)

    with pytest.raises(Conflict, match="retired"):
        operations.request_gate(project=project, by=project.created_by, now=now())


def test_withdraw_gate_request_by_who_asked_or_answers_for_the_project():
    project = make_decided_project()
    request = queries.open_request(project)

    with pytest.raises(NotAllowed):
        operations.withdraw_gate_request(request=request, by=make_member(project, Role.VALIDATOR), now=now())
    operations.withdraw_gate_request(request=request, by=request.requested_by, now=now())

    assert queries.open_request(project) is None
    assert Event.objects.filter(type="gate.request_withdrawn").count() == 1
    with pytest.raises(Conflict, match="Cannot withdraw"):
        operations.withdraw_gate_request(request=request, by=request.requested_by, now=now())


# Deciding


def test_a_gate_passes_once_everybody_asked_for_approved():
    project = make_decided_project("[{role: validator}, {any_of: [owner, product_owner]}]")
    validator, product_owner = make_member(project, Role.VALIDATOR), make_member(project, Role.PRODUCT_OWNER)
    decide(project, validator)

    with pytest.raises(Conflict, match="it lacks an owner or product owner") as refusal:
        pass_gate(project)
    decide(project, product_owner)
    decision = pass_gate(project)

    project.refresh_from_db()
    assert refusal.value.code == "gate_not_approved"
    assert project.stage == Stage.FEASIBILITY
    assert {one.approver for one in decision.evaluation.approvals.all()} == {validator, product_owner}
    assert GateRequest.objects.get().state == RequestState.PASSED
    assert decision.evaluation.facts["risks.open"] == {"value": 1, "shown": "1", "source": "risks"}


def test_decide_gate_records_what_was_seen():
    project = make_decided_project()
    validator = make_member(project, Role.VALIDATOR)

    approval = decide(project, validator)

    assert (approval.role, approval.verdict, approval.requester) == (
        "validator",
        "approve",
        queries.open_request(project).requested_by,
    )
    assert approval.evaluation.is_met
    assert Event.objects.get(type="gate.decided").data == {
        "gate": "scope",
        "verdict": "approve",
        "digest": approval.digest,
    }


def test_who_may_decide_each_with_a_reason():
    project = make_decided_project("[{role: validator, not_in: project_team}, {any_of: [engineer, owner]}]")
    request, author = queries.open_request(project), Membership.objects.get(role=Role.DATA_SCIENTIST).user
    robot = make_member(project, Role.VALIDATOR)
    robot.is_robot = True
    closed = make_member(project, Role.VALIDATOR)
    closed.is_active = False

    assert why_not(project, None) == "Only a person may decide on a gate."
    assert why_not(project, robot) == "Only a person may decide on a gate."
    assert why_not(project, closed) == "This account is not active."
    assert "nobody decides on their own request" in why_not(project, request.requested_by)
    assert "you are data scientist" in why_not(project, author)
    assert "you are not in this project" in why_not(project, make_user())
    assert "you are viewer" in why_not(project, make_member(project, Role.VIEWER))
    assert why_not(project, make_member(project, Role.ENGINEER)) is None
    assert why_not(project, make_member(project, Role.VALIDATOR)) is None
    assert why_not(project, project.created_by) is None


def test_contributors_and_the_last_to_change_do_not_decide():
    rest = "    separation: [{}]\n"
    anybody = "[{any_of: [owner, product_owner, data_scientist]}]"
    contributors = make_decided_project(anybody, rest=rest.format("contributors_cannot_decide"))
    last = make_decided_project(anybody, rest=rest.format("last_change_cannot_decide"), name="second")
    for project in (contributors, last):
        make_scope(project, by=make_member(project, Role.PRODUCT_OWNER), decision="Another.")
    first_author = Membership.objects.get(project=last, role=Role.DATA_SCIENTIST).user
    first_of_contributors = Membership.objects.get(project=contributors, role=Role.DATA_SCIENTIST).user
    last_author = Membership.objects.get(project=last, role=Role.PRODUCT_OWNER).user

    assert "You contributed" in why_not(contributors, first_of_contributors)
    assert why_not(last, first_author) is None
    assert "You made the last change" in why_not(last, last_author)


def test_a_validator_who_contributed_stands_inside_the_team():
    project = make_decided_project("[{role: validator, not_in: project_team}]")
    validator = make_member(project, Role.DATA_SCIENTIST)
    make_scope(project, by=validator, decision="Mine.")
    membership = Membership.objects.get(user=validator)
    operations.change_role(membership=membership, role=Role.VALIDATOR, by=project.created_by)

    assert "you work on this project" in why_not(project, validator)


def test_decide_gate_twice_refused_and_counts_once():
    project = make_decided_project("[{role: validator, count: 2}]")
    validator, _ = make_member(project, Role.VALIDATOR), make_member(project, Role.VALIDATOR)
    decide(project, validator)

    with pytest.raises(NotAllowed, match="one person counts once"):
        decide(project, validator)

    assert tally(project).lacking == ["a validator"]


def test_decide_gate_that_is_not_asked_for_or_not_met_refused():
    project = make_decided_project()
    make_scope(project, decision="")
    validator = make_member(project, Role.VALIDATOR)

    with pytest.raises(Conflict) as refusal:
        decide(project, validator)
    assert refusal.value.code == "gate_not_met"
    assert tally(project).status == GateStatus.COLLECTING
    operations.withdraw_gate_request(request=queries.open_request(project), by=project.created_by, now=now())
    with pytest.raises(NotAllowed, match="Nobody has asked"):
        decide(project, validator)
    assert not GateApproval.objects.exists()
    assert not GateEvaluation.objects.exists()


def test_decide_gate_on_something_else_than_what_was_seen_refused():
    project = make_decided_project()
    seen = tally(project).assessment.digest
    make_risk(project)

    with pytest.raises(PreconditionFailed, match="changed since you looked"):
        decide(project, make_member(project, Role.VALIDATOR), expected_digest=seen)


def test_decide_gate_wrong_values_refused_all_at_once():
    project = make_decided_project()
    validator = make_member(project, Role.VALIDATOR)

    with pytest.raises(Invalid, match="1 to 20 conditions"):
        decide(project, validator, GateVerdict.APPROVE_ON_CONDITIONS)
    wrong = {"text": "", "owner": make_user(), "due_date": now().date() - timedelta(days=1), "effect": "explode"}
    with pytest.raises(Invalid) as refusal:
        decide(project, validator, GateVerdict.APPROVE_ON_CONDITIONS, conditions=[wrong])
    assert [one.field for one in refusal.value.errors] == ["owner", "text", "due_date", "effect"]
    assert not GateApproval.objects.exists()


@pytest.mark.parametrize(
    ("verdict", "status"),
    [(GateVerdict.REQUEST_CHANGES, GateStatus.CHANGES_REQUESTED), (GateVerdict.REJECT, GateStatus.REJECTED)],
)
def test_a_verdict_against_stops_the_gate_until_what_it_was_about_changes(verdict, status):
    project = make_decided_project("[{role: validator, count: 1}]")
    decide(project, make_member(project, Role.VALIDATOR))
    decide(project, make_member(project, Role.VALIDATOR), verdict)
    assert tally(project).status == status

    with pytest.raises(Conflict) as refusal:
        pass_gate(project)
    assert refusal.value.code == "gate_refused"
    make_risk(project)

    assert tally(project).status == GateStatus.READY


# What an approval is bound to

CHANGES = {
    "scope": lambda project: make_scope(project, decision="Another."),
    "risks": lambda project: make_risk(project),
    "dossier": lambda project: operations.start_from_template(
        project=project, template="churn", by=project.created_by, now=now()
    ),
    "policy": lambda project: operations.move_to_policy(
        project=project, policy=make_policy(approvals="[{role: validator}]"), by=project.created_by, now=now()
    ),
}


@pytest.mark.parametrize("what", list(CHANGES))
def test_an_approval_is_stale_with_any_change(what):
    project = make_decided_project()
    decide(project, make_member(project, Role.VALIDATOR))
    assert tally(project).status == GateStatus.APPROVED

    CHANGES[what](project)

    [standing] = tally(project).standings
    assert (standing.is_stale, standing.why_not) == (True, approvals.STALE)
    assert tally(project).lacking == ["a validator"]
    with pytest.raises(Conflict) as refusal:
        pass_gate(project)
    # A dossier that was begun is itself asked for.
    assert refusal.value.code == ("gate_not_met" if what == "dossier" else "gate_not_approved")
    assert not GateDecision.objects.exists()


def test_what_is_changed_and_changed_back_is_new():
    project = make_decided_project()
    decide(project, make_member(project, Role.VALIDATOR))
    before = queries.scope_of(project).decision

    make_scope(project, decision="Another.")
    make_scope(project, decision=before)

    assert tally(project).lacking == ["a validator"]


def test_change_then_decide_never_passes():
    project = make_decided_project()
    for number in range(20):
        decide(project, make_member(project, Role.VALIDATOR))
        make_scope(project, decision=f"Another {number}.")
        with pytest.raises(Conflict):
            pass_gate(project)

    assert not GateDecision.objects.exists()


def test_an_approval_of_who_lost_the_role_or_the_account_no_longer_counts():
    project = make_decided_project("[{role: validator, count: 2}]")
    first, second = make_member(project, Role.VALIDATOR), make_member(project, Role.VALIDATOR)
    make_member(project, Role.VALIDATOR)
    decide(project, first)
    decide(project, second)
    assert tally(project).status == GateStatus.APPROVED

    membership = Membership.objects.get(user=first)
    operations.change_role(membership=membership, role=Role.VIEWER, by=project.created_by)
    type(second).objects.filter(pk=second.pk).update(is_active=False)

    assert tally(project).lacking == ["2 validator"]


def test_an_approval_expires():
    project = make_decided_project(rest="    freshness: {valid_days: 60}\n")
    approval = decide(project, make_member(project, Role.VALIDATOR))
    then = approval.at + timedelta(days=60)

    assert tally(project, then - timedelta(seconds=1)).status == GateStatus.APPROVED
    assert tally(project, then).status == GateStatus.EXPIRED
    with pytest.raises(Conflict):
        pass_gate(project, at=then)
    assert approval.evaluation.valid_until == then


def test_withdraw_gate_decision_by_its_author_once():
    project = make_decided_project()
    validator = make_member(project, Role.VALIDATOR)
    approval = decide(project, validator)

    with pytest.raises(NotAllowed, match="who gave this verdict"):
        operations.withdraw_gate_decision(approval=approval, reason="x", by=project.created_by, now=now())
    with pytest.raises(Invalid):
        operations.withdraw_gate_decision(approval=approval, reason=" ", by=validator, now=now())
    operations.withdraw_gate_decision(approval=approval, reason="Misread it.", by=validator, now=now())

    with pytest.raises(Conflict, match="not approved"):
        pass_gate(project)
    with pytest.raises(Conflict, match="withdrawn already"):
        operations.withdraw_gate_decision(approval=approval, reason="Again.", by=validator, now=now())
    decide(project, validator)
    pass_gate(project)


def test_withdrawn_after_passing_is_told_and_undoes_nothing():
    project = make_decided_project()
    validator = make_member(project, Role.VALIDATOR)
    approval = decide(project, validator)
    pass_gate(project)

    operations.withdraw_gate_decision(approval=approval, reason="Misread it.", by=validator, now=now())

    project.refresh_from_db()
    assert project.stage == Stage.FEASIBILITY
    assert Event.objects.get(type="gate.decision_withdrawn").data["after_passing"] is True
    finding = Finding.objects.get()
    assert (finding.about_type, finding.about_id, finding.is_blocking) == ("gate", "scope", True)
    blocks = [check for check in gates.evaluate(Project.objects.get(pk=project.pk)) if check.source == "findings"]
    assert [(check.state, check.value) for check in blocks] == [("wait", "F1")]
    operations.close_finding(finding=finding, resolution="Asked somebody else.", by=project.created_by, now=now())
    assert not queries.blocking_findings(project).exists()


# The database itself


def test_the_database_refuses_what_no_operation_would_write():
    project = make_decided_project()
    validator = make_member(project, Role.VALIDATOR)
    approval = decide(project, validator)
    copy = {
        field.attname: getattr(approval, field.attname)
        for field in approval._meta.concrete_fields
        if field.name != "id"
    }

    def insert(**changed):
        with transaction.atomic():
            GateApproval.objects.create(**copy | changed)

    with pytest.raises(Error, match="projects_gateapproval_once"):
        insert()
    with pytest.raises(Error, match="projects_gateapproval_not_requester"):
        insert(approver_id=approval.requester_id)
    with pytest.raises(Error, match="projects_gateapproval_of_its_requester"):
        insert(approver_id=approval.requester_id, requester_id=validator.pk)
    with pytest.raises(Error, match="projects_gateapproval_of_its_digest"):
        insert(approver_id=project.created_by_id, digest="0" * 64)


@pytest.mark.parametrize("change", [{"verdict": "reject"}, {"digest": "0" * 64}, {"role": "owner"}])
def test_the_database_keeps_a_verdict_as_it_is(change):
    project = make_decided_project()
    decide(project, make_member(project, Role.VALIDATOR))

    with pytest.raises(Error, match="never changes"), transaction.atomic():
        GateApproval.objects.update(**change)
    with pytest.raises(Error, match="never changes"), transaction.atomic():
        GateApproval.objects.all().delete()
    with pytest.raises(Error, match="never changes"), transaction.atomic():
        GateEvaluation.objects.update(is_met=False)


# Conditions


def on_condition(project, by, **given):
    condition = {"text": "Label 500 more.", "owner": project.created_by, "due_date": now().date(), "effect": "warn"}
    return decide(project, by, GateVerdict.APPROVE_ON_CONDITIONS, conditions=[condition | given])


def test_a_gate_passes_on_conditions():
    project = make_decided_project()
    on_condition(project, make_member(project, Role.VALIDATOR))
    assert tally(project).status == GateStatus.ON_CONDITIONS

    decision = pass_gate(project)

    project.refresh_from_db()
    assert approvals.status_of(project, "scope", decision) == GateStatus.ON_CONDITIONS


def test_a_missed_condition_takes_the_gate_back_until_it_is_met():
    project = make_decided_project(
        gates="  scope: {approvals: [{role: validator}], on_pass: {unlock: [feasibility]}}\n  feasibility: {}\n"
    )
    on_condition(project, make_member(project, Role.VALIDATOR), effect="revoke")
    decision = pass_gate(project)
    project.refresh_from_db()
    assert gates.assess(project).locked_by == []

    GateCondition.objects.update(due_date=now().date() - timedelta(days=3))

    assert gates.assess(project).locked_by == ["scope"]
    assert approvals.status_of(project, "scope", decision) == GateStatus.EXPIRED
    operations.meet_condition(
        condition=GateCondition.objects.get(), by=make_member(project, Role.PRODUCT_OWNER), now=now()
    )
    assert gates.assess(project).locked_by == []


@pytest.mark.parametrize(("is_passed", "stands"), [(True, True), (False, False)])
def test_a_condition_outlives_the_withdrawal_of_its_approval_once_the_gate_was_passed(is_passed, stands):
    project = make_decided_project()
    validator, other = make_member(project, Role.VALIDATOR), make_member(project, Role.VALIDATOR)
    approval = on_condition(project, validator, effect="revoke")
    if is_passed:
        pass_gate(project)

    operations.withdraw_gate_decision(approval=approval, reason="Misread.", by=validator, now=now())
    if not is_passed:
        decide(project, other)
        pass_gate(project)

    GateCondition.objects.update(due_date=now().date() - timedelta(days=3))
    assert queries.missed_conditions(project).exists() is stands
    assert queries.owned_conditions(project.created_by, [project.pk]).exists() is stands


def test_meet_condition_never_by_its_owner():
    project = make_decided_project()
    validator = make_member(project, Role.VALIDATOR)
    condition = on_condition(project, validator).conditions.get()

    with pytest.raises(NotAllowed, match="You own this condition"):
        operations.meet_condition(condition=condition, by=project.created_by, now=now())
    with pytest.raises(NotAllowed):
        operations.meet_condition(condition=condition, by=make_member(project, Role.VIEWER), now=now())
    with pytest.raises(Error, match="not_by_owner"), transaction.atomic():
        GateCondition.objects.update(met_at=now(), met_by=project.created_by)
    operations.meet_condition(condition=condition, by=validator, now=now())
    with pytest.raises(Conflict, match="met already"):
        operations.meet_condition(condition=condition, by=validator, now=now())
    assert Event.objects.get(type="gate.condition_met").actor == validator


# Waivers

WAIVABLE = "    waivers: {allowed: true, by: sponsor, max_days: 30, never_for: [baseline_is_measured]}\n"


def waive(project, by, check="decision_is_stated", days=10, reason="Comes on Monday."):
    return operations.waive_check(project=project, check=check, reason=reason, days=days, by=by, now=now())


def test_a_waived_check_is_not_asked_for_while_the_waiver_lasts():
    project = make_decided_project(rest=WAIVABLE)
    make_scope(project, decision="")
    waiver = waive(project, make_member(project, Role.SPONSOR))

    [check] = [one for one in tally(project).assessment.checks if one.rule == "decision_is_stated"]
    assert (check.state, check.is_met) == ("waived", True)
    decide(project, make_member(project, Role.VALIDATOR))
    GateWaiver.objects.filter(pk=waiver.pk).update(
        granted_at=now() - timedelta(days=11), expires_at=now() - timedelta(days=1)
    )

    assert tally(project).status == GateStatus.COLLECTING
    assert waive(project, Membership.objects.get(role=Role.SPONSOR).user).number == 2


def test_a_gate_passed_with_a_waiver_says_so():
    project = make_decided_project(rest=WAIVABLE)
    make_scope(project, decision="")
    waive(project, make_member(project, Role.SPONSOR))
    decide(project, make_member(project, Role.VALIDATOR))

    decision = pass_gate(project)

    assert approvals.status_of(project, "scope", decision) == GateStatus.WAIVED


def test_waive_check_is_the_higher_roles_and_never_for_some():
    project = make_decided_project(rest=WAIVABLE)
    sponsor = make_member(project, Role.SPONSOR)

    with pytest.raises(NotAllowed, match="by the role sponsor; you are owner"):
        waive(project, project.created_by)
    with pytest.raises(NotAllowed, match="You asked for this decision"):
        waive(project, queries.open_request(project).requested_by)
    with pytest.raises(Invalid, match="never waives"):
        waive(project, sponsor, "baseline_is_measured")
    with pytest.raises(Invalid, match="no check 'nothing'"):
        waive(project, sponsor, "nothing")
    with pytest.raises(Invalid, match="from 1 to 30: got 31"):
        waive(project, sponsor, days=31)
    waive(project, sponsor)
    with pytest.raises(Conflict, match="waived already"):
        waive(project, sponsor)
    assert Event.objects.filter(type="gate.waived").count() == 1


def test_light_waives_nothing():
    project = make_project()
    operations.request_gate(project=project, by=make_member(project, Role.ENGINEER), now=now())

    with pytest.raises(NotAllowed, match="lets nobody waive"):
        waive(project, project.created_by)


def test_the_database_refuses_a_waiver_of_more_than_ninety_days():
    project = make_decided_project(rest=WAIVABLE)
    waive(project, make_member(project, Role.SPONSOR))

    with pytest.raises(Error, match="projects_waiver_days"), transaction.atomic():
        GateWaiver.objects.update(expires_at=now() + timedelta(days=91))


def test_end_waiver_asks_again():
    project = make_decided_project(rest=WAIVABLE)
    make_scope(project, decision="")
    sponsor = make_member(project, Role.SPONSOR)
    waiver = waive(project, sponsor)

    with pytest.raises(NotAllowed):
        operations.end_waiver(waiver=waiver, by=make_member(project, Role.VIEWER), now=now())
    operations.end_waiver(waiver=waiver, by=sponsor, now=now())

    assert tally(project).status == GateStatus.COLLECTING
    with pytest.raises(Conflict, match="has ended"):
        operations.end_waiver(waiver=waiver, by=sponsor, now=now())


# Light stays light


def test_light_asks_for_no_approvals_and_nobody_decides():
    project = make_project()
    make_ready_for_scope_gate(project)
    operations.request_gate(project=project, by=make_member(project, Role.ENGINEER), now=now())

    assert tally(project).status == GateStatus.READY
    assert "asks for no approvals" in why_not(project, make_member(project, Role.VALIDATOR))
    pass_gate(project)


def test_assessing_costs_the_same_for_many_verdicts(django_assert_num_queries, django_assert_max_num_queries):
    project = make_decided_project("[{role: validator, count: 3}]")
    decide(project, make_member(project, Role.VALIDATOR))
    fresh = Project.objects.get(pk=project.pk)

    def look():
        found = Project.objects.get(pk=project.pk)
        return approvals.tally(gates.assess(found), queries.open_request(found), now=now())

    with django_assert_max_num_queries(60) as first:
        look()
    for _ in range(2):
        decide(fresh, make_member(project, Role.VALIDATOR))
    with django_assert_num_queries(len(first)):
        look()
