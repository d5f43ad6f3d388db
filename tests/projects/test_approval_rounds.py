"""Many rounds of deciding against whatever changes at the same moment: no gate is ever passed on a digest of which the
persons did not approve. Two threads and one project, so that a round is a few small transactions."""

import contextlib
import threading
from functools import partial

import pytest
from django.db import connection, transaction

from core.errors import Conflict, DomainError
from projects import gates, operations, queries
from projects.enums import GateVerdict
from projects.models import GateApproval, GateDecision, Project
from projects.roles import Role
from tests.factories import make_member, now
from tests.projects.factories import make_decided_project, make_policy, make_risk

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROUNDS = 200
CHANGES_THEN_PASS = 1_000
# How long one waits for the other, or for a connection, before the test is taken to hang: not how long a round takes.
HANGS_S = 120


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    monkeypatch.setattr(connection.pool, "timeout", HANGS_S)


class Pair:
    """A second thread that acts when the first does: starting one for each round would take most of the time."""

    def __enter__(self):
        self.act, self.begin, self.end = None, threading.Barrier(2), threading.Barrier(2)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.act = None
        self.begin.wait(timeout=HANGS_S)
        self.thread.join()

    def at_once(self, mine, other):
        self.act = other
        self.begin.wait(timeout=HANGS_S)
        _tried(mine)
        self.end.wait(timeout=HANGS_S)

    def _run(self):
        try:
            while True:
                self.begin.wait(timeout=HANGS_S)
                if self.act is None:
                    return
                _tried(self.act)
                self.end.wait(timeout=HANGS_S)
        finally:
            connection.close()


def _tried(act):
    with contextlib.suppress(DomainError):
        act()


def approve(project, by):
    operations.decide_gate(project=project, verdict=GateVerdict.APPROVE, by=by, now=now())


def fresh(project):
    return Project.objects.get(pk=project.pk)


def passes_on(project):
    """Whether the gate can be passed now, and if so who had approved of that very digest; nothing is kept of it."""
    approvers: set[int] = set()
    decision = None
    with transaction.atomic():
        with contextlib.suppress(Conflict):
            decision = operations.pass_gate(project=fresh(project), by=project.created_by, now=now())
        if decision is not None:
            stood = GateApproval.objects.filter(digest=decision.evaluation.digest, withdrawn_at=None, project=project)
            approvers = set(stood.values_list("approver_id", flat=True))
        transaction.set_rollback(True)
    return decision is not None, approvers


def clear(project, requester):
    """As before the round: what was decided is withdrawn, and the question is open."""
    for approval in GateApproval.objects.filter(project=project, withdrawn_at=None):
        operations.withdraw_gate_decision(approval=approval, reason="Next.", by=approval.approver, now=now())
    if queries.open_request(project) is None:
        operations.request_gate(project=project, by=requester, now=now())


@pytest.mark.parametrize("what", ["edit", "withdrawal", "policy"])
def test_approving_against_a_change(what):
    project = make_decided_project()
    requester, risk = queries.open_request(project).requested_by, make_risk(project)
    validator = make_member(project, Role.VALIDATOR)
    others = [make_policy(name=name, approvals="[{role: validator}]") for name in ("one", "two")]

    def change(turn):
        if what == "edit":
            given = {"likelihood": 1 + turn % 5}
            return partial(operations.revise_risk, risk=risk, values=given, by=project.created_by)
        if what == "withdrawal":
            return partial(
                operations.withdraw_gate_request, request=queries.open_request(project), by=requester, now=now()
            )
        return partial(
            operations.move_to_policy, project=project, policy=others[turn % 2], by=project.created_by, now=now()
        )

    with Pair() as pair:
        for turn in range(ROUNDS):
            pair.at_once(partial(approve, project, validator), change(turn))
            can, approvers = passes_on(project)
            given = GateApproval.objects.filter(project=project, withdrawn_at=None).order_by("-pk").first()
            now_digest = gates.assess(fresh(project)).digest
            asked = queries.open_request(project) is not None
            assert can == bool(given and given.digest == now_digest and asked), turn
            assert not can or approvers == {validator.pk}
            clear(project, requester)
    assert not GateDecision.objects.exists()


def test_a_change_then_passing_is_refused_every_time():
    """With a good approval at the beginning of each round, and no moment in between."""
    project = make_decided_project()
    validator, risk = make_member(project, Role.VALIDATOR), make_risk(project)
    approve(project, validator)
    assert passes_on(project) == (True, {validator.pk})

    passed = 0
    with transaction.atomic():
        for turn in range(CHANGES_THEN_PASS):
            with transaction.atomic():
                given = {"likelihood": 1 + turn % 2, "title": f"Labels arrive {turn} days late"}
                operations.revise_risk(risk=risk, values=given, by=project.created_by)
                passed += passes_on(project)[0]
                transaction.set_rollback(True)

    assert passed == 0
    assert passes_on(project) == (True, {validator.pk})


def test_eight_approvals_at_once_by_one_person_are_one():
    project = make_decided_project("[{role: validator, count: 2}]")
    validator, _ = make_member(project, Role.VALIDATOR), make_member(project, Role.VALIDATOR)
    begin = threading.Barrier(8)

    def run():
        try:
            for _ in range(10):
                begin.wait(timeout=HANGS_S)
                _tried(partial(approve, project, validator))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert GateApproval.objects.filter(project=project).count() == 1
