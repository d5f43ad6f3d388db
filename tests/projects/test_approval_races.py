"""Deciding on a gate against whatever else happens at the same moment: no door opens by timing."""

import threading
from functools import partial

import pytest
from django.db import connection

from core.errors import DomainError
from core.models import Event
from projects import operations, queries
from projects.enums import GateVerdict
from projects.models import GateApproval, GateDecision, Project
from projects.roles import Role
from tests.factories import make_member, now
from tests.projects.factories import make_decided_project, make_policy, make_risk, make_scope

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 12


def at_once(*acts):
    """Run them in threads that start together; what each was refused with, or None."""
    barrier, refused = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index, act):
        try:
            barrier.wait(timeout=20)
            act()
        except DomainError as exc:
            refused[index] = exc.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return refused


def approve(project, by):
    operations.decide_gate(project=project, verdict=GateVerdict.APPROVE, by=by, now=now())


def pass_gate(project):
    operations.pass_gate(project=project, by=project.created_by, now=now())


def passed_on(project):
    """The digest that the gate was passed on, or None, with the persons who approved of that very digest before."""
    decision = GateDecision.objects.select_related("evaluation").filter(project=project).first()
    if decision is None:
        return None, set()
    digest = decision.evaluation.digest
    seq = Event.objects.get(stream_id=project.pk, type="gate.passed").seq
    decided = Event.objects.filter(stream_id=project.pk, seq__lt=seq)
    gone = set(decided.filter(type="gate.decision_withdrawn").values_list("subject_id", flat=True))
    stood = [one for one in GateApproval.objects.filter(project=project, digest=digest) if str(one.pk) not in gone]
    return digest, {one.approver_id for one in stood}


def test_eight_approvals_at_once_by_one_person_are_one():
    for _ in range(3):
        project = make_decided_project("[{role: validator, count: 2}]")
        validator = make_member(project, Role.VALIDATOR)

        refused = at_once(*[partial(approve, project, validator)] * 8)

        assert GateApproval.objects.filter(project=project).count() == 1
        assert sorted(str(code) for code in refused) == ["None"] + ["not_allowed"] * 7


def test_two_persons_at_once_both_count():
    project = make_decided_project("[{role: validator, count: 2}]")
    first, second = make_member(project, Role.VALIDATOR), make_member(project, Role.VALIDATOR)

    assert at_once(partial(approve, project, first), partial(approve, project, second)) == [None, None]

    pass_gate(project)


@pytest.mark.parametrize("what", ["scope", "risks", "policy"])
def test_approving_and_passing_against_a_change(what):
    """Whichever comes first: a gate is passed only on what its approver approved of."""
    outcomes = set()
    policy = make_policy(name="other", approvals="[{role: validator}]")
    for _ in range(ROUNDS):
        project = make_decided_project()
        validator, author = make_member(project, Role.VALIDATOR), make_member(project, Role.DATA_SCIENTIST)
        approve(project, validator)
        changes = {
            "scope": partial(make_scope, project, by=author, decision="Another."),
            "risks": partial(make_risk, project),
            "policy": partial(
                operations.move_to_policy, project=project, policy=policy, by=project.created_by, now=now()
            ),
        }

        at_once(partial(pass_gate, project), changes[what])

        digest, approvers = passed_on(project)
        outcomes.add(digest is not None)
        assert digest is None or approvers == {validator.pk}
    assert outcomes  # either may win; what matters is asserted above


def test_approving_against_a_change_then_passing():
    """The approval lands before or after the change; passing goes by what stands."""
    for _ in range(ROUNDS):
        project = make_decided_project()
        validator, author = make_member(project, Role.VALIDATOR), make_member(project, Role.DATA_SCIENTIST)

        at_once(
            partial(approve, project, validator),
            partial(make_scope, project, by=author, decision="Another."),
        )
        at_once(partial(pass_gate, project))

        changed = Event.objects.filter(stream_id=project.pk, type="scope.revised").order_by("-seq").first().seq
        approved = Event.objects.get(stream_id=project.pk, type="gate.decided").seq
        assert GateDecision.objects.filter(project=project).exists() == (approved > changed)


def test_passing_against_a_withdrawal():
    for _ in range(ROUNDS):
        project = make_decided_project()
        validator = make_member(project, Role.VALIDATOR)
        approve(project, validator)
        approval = GateApproval.objects.get(project=project)

        at_once(
            partial(pass_gate, project),
            partial(
                operations.withdraw_gate_decision, approval=approval, reason="Misread it.", by=validator, now=now()
            ),
        )

        digest, approvers = passed_on(project)
        assert digest is None or approvers == {validator.pk}


def test_two_who_pass_at_once_pass_once():
    project = make_decided_project()
    approve(project, make_member(project, Role.VALIDATOR))

    refused = at_once(*[partial(pass_gate, project)] * 4)

    assert refused.count(None) == 1
    assert GateDecision.objects.filter(project=project).count() == 1
    assert Project.objects.get(pk=project.pk).stage == "feasibility"


def test_two_who_ask_at_once_ask_once():
    project = make_decided_project()
    operations.withdraw_gate_request(request=queries.open_request(project), by=project.created_by, now=now())

    refused = at_once(*[partial(operations.request_gate, project=project, by=project.created_by, now=now())] * 4)

    assert sorted(str(code) for code in refused) == ["None"] + ["already_requested"] * 3
