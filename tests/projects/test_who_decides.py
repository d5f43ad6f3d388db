"""Actor by door by state: every cell of who may decide on a gate, waive, pass it, and pass it in an emergency."""

import itertools

import pytest
from django.db import transaction
from django.test import Client

from core import events
from core.models import Token, User
from core.operations import create_token
from core.roles import Scope
from projects import gates, operations, queries
from projects.enums import GateVerdict, Stage
from projects.models import Project
from projects.roles import Role
from tests.factories import make_member, make_user, now
from tests.projects.factories import make_decided_project

GATES = """  scope:
    standing_checks: listed
    approvals: [{role: validator}, {any_of: [sponsor, risk]}]
    separation: [contributors_cannot_decide]
    veto: [auditor]
  release:
    standing_checks: listed
    approvals: [{role: validator}]
    emergency: {by: engineer}
"""
ACTORS = [*Role.values, "robot", "inactive", "contributor", "requester", "administrator", "stranger", "read_only"]
DOORS = ("page", "rest")
STATES = ("asked", "not_asked", "decided", "retired")
DECIDES = {"validator", "sponsor", "risk"}
PASSES = {"owner", "product_owner", "sponsor"}

FORM = {"effect": "warn"}  # what a form sends besides
GONE, FORBIDDEN, CONFLICT, DONE = 404, 403, 409, 0


def why_not_in(actor, door):
    """What keeps them out before anything is asked of the gate; None: nothing does."""
    if actor == "stranger":
        return GONE
    if actor == "inactive":
        return 302 if door == "page" else 401  # to sign in
    if actor == "read_only" and door == "rest":
        return FORBIDDEN
    return None


def expected_verdict(actor, door, state, verdict):
    out = why_not_in(actor, door)
    if out is not None:
        return out
    if state == "retired":
        return CONFLICT
    role = "validator" if actor == "read_only" else actor
    may = role in DECIDES or (role == "auditor" and verdict == "reject")
    if not may or state == "not_asked":
        return FORBIDDEN
    return FORBIDDEN if state == "decided" and actor == "validator" else DONE


def expected_pass(actor, door, state):
    out = why_not_in(actor, door)
    if out is not None:
        return out
    if state == "retired":
        return CONFLICT
    return CONFLICT if actor in PASSES else FORBIDDEN  # one seat is always empty


def expected_emergency(actor, door, state):
    out = why_not_in(actor, door)
    if out is not None:
        return out
    return CONFLICT if state == "retired" else DONE if actor in ("engineer", "requester") else FORBIDDEN


class Table:
    """A project with one of each, and what each cell of the table answered."""

    def __init__(self):
        self.project = make_decided_project(gates=GATES)
        self.people = {role: make_member(self.project, role) for role in Role.values if role != Role.OWNER}
        self.people["owner"] = self.project.created_by
        self.people["requester"] = queries.open_request(self.project).requested_by
        self.people["administrator"] = make_user(is_admin=True)
        self.people["stranger"] = make_user()
        for name in ("robot", "inactive", "read_only", "contributor"):
            self.people[name] = make_member(self.project, Role.VALIDATOR)
        self._contribute(self.people["contributor"])
        User.objects.filter(pk=self.people["robot"].pk).update(is_robot=True)
        self.clients = {(actor, door): self._client(actor, door) for actor, door in itertools.product(ACTORS, DOORS)}
        User.objects.filter(pk=self.people["inactive"].pk).update(is_active=False)

    def _contribute(self, person):
        """As the log tells it: a validator has no door to the scope."""
        events.record("scope.revised", self.project.scope, by=person, changes={})

    def _client(self, actor, door):
        person = self.people[actor]
        if door == "page":
            client = Client()
            client.force_login(person)
            return client
        scopes = [Scope.READ] if actor == "read_only" else list(Scope)
        made = create_token(user=person, label=door, scopes=scopes, days=1, stream_id=None, by=person, now=now())
        assert isinstance(made.token, Token)
        return Client(headers={"Authorization": f"Bearer {made.text}"})

    def put_into(self, state):
        if state == "not_asked":
            request = queries.open_request(self.project)
            operations.withdraw_gate_request(request=request, by=request.requested_by, now=now())
        if state == "decided":
            operations.decide_gate(
                project=self.project, verdict=GateVerdict.APPROVE, by=self.people["validator"], now=now()
            )
        if state == "retired":
            Project.objects.filter(pk=self.project.pk).update(stage=Stage.RETIRED)

    def cell(self, actor, door, what, body):
        """The answer, and nothing stays. A page answers what is done by showing what came of it."""
        paths = {"page": f"/p/{self.project.key}/{what[0]}", "rest": f"/api/v1/projects/{self.project.key}/{what[1]}"}
        kind = {"content_type": "application/json"} if door == "rest" else {}
        with transaction.atomic():
            answer = self.clients[actor, door].post(paths[door], body | ({} if kind else FORM), **kind)
            transaction.set_rollback(True)
        is_done = answer.status_code == 201 or (answer.status_code == 302 and "sign" not in answer.url)
        return DONE if is_done else answer.status_code

    def differences(self, what, body, expected):
        cells = {(actor, door): self.cell(actor, door, what, body) for actor, door in itertools.product(ACTORS, DOORS)}
        return {cell: (got, expected(*cell)) for cell, got in cells.items() if got != expected(*cell)}


@pytest.fixture
def table(db):
    return Table()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_verdicts(table, state, verdict):
    digest = gates.assess(Project.objects.get(pk=table.project.pk)).digest
    table.put_into(state)
    body = {"verdict": verdict, "comment": "Why.", "digest": digest}

    def expected(actor, door):
        return expected_verdict(actor, door, state, verdict)

    found = table.differences(("gates/", "gates/verdicts"), body, expected)

    assert found == {}


@pytest.mark.parametrize("state", STATES)
def test_passing(table, state):
    table.put_into(state)

    found = table.differences(
        ("gate/", "gates"), {"comment": ""}, lambda actor, door: expected_pass(actor, door, state)
    )

    assert found == {}


@pytest.mark.parametrize("state", ["asked", "retired"])
def test_emergencies(table, state):
    Project.objects.filter(pk=table.project.pk).update(stage=Stage.DELIVERY)
    table.put_into(state)

    found = table.differences(
        ("gates/emergency/", "gates/emergency"),
        {"reason": "Now."},
        lambda actor, door: expected_emergency(actor, door, state),
    )

    assert found == {}
