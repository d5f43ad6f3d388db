"""Actor by door by state: every cell of who may decide on a version's review, by both kinds of policy."""

import itertools
import json

import pytest
from django.db import transaction
from django.test import Client

from core.models import User
from core.roles import Scope
from models_registry import approvals, operations, queries
from models_registry.enums import ReviewState
from models_registry.models import Review
from projects.roles import PERMISSIONS, Permission, Role
from tests.factories import make_member, make_user, now
from tests.mlflow.door import token_of
from tests.models_registry.factories import finish_comparisons, make_review, make_version
from tests.models_registry.test_approvals import VALIDATION, move_to

ACTORS = [*Role.values, "author", "requester", "robot", "inactive", "read_only", "administrator", "stranger"]
DOORS = ("page", "rest", "mlflow")
STATES = ("open", "decided", "withdrawn")
ASKED_FOR = {"validator", "risk"}
SIGN_IN, UNKNOWN, FORBIDDEN, GONE, CONFLICT, DONE = 302, 401, 403, 404, 409, 0


def role_in(actor):
    """In which role each of them is in the project."""
    if actor in ("robot", "inactive", "read_only"):
        return Role.VALIDATOR
    return {"author": Role.DATA_SCIENTIST, "requester": Role.PRODUCT_OWNER}.get(actor) or Role(actor)


def expected(actor, door, state, *, by_role):
    if actor == "stranger":
        return GONE
    if actor == "inactive":
        return SIGN_IN if door == "page" else UNKNOWN
    if actor == "read_only" and door != "page":
        return FORBIDDEN
    if state != "open" and door == "mlflow":
        return GONE  # it speaks of open requests alone
    may = actor not in ("author", "requester", "robot", "administrator") and (
        role_in(actor) in ASKED_FOR if by_role else Permission.REVIEW in PERMISSIONS[role_in(actor)]
    )
    if not may:
        return FORBIDDEN
    if state != "open":
        return CONFLICT
    return DONE


class Table:
    """A review in a project with one of each, and what each cell of the table answered."""

    def __init__(self, *, by_role):
        version = make_version()
        self.project = version.project
        self.people = {
            name: make_member(self.project, role_in(name))
            for name in ACTORS
            if name not in ("owner", "author", "administrator", "stranger")
        }
        self.people |= {"owner": self.project.created_by, "author": version.created_by}
        self.people |= {"administrator": make_user(is_admin=True), "stranger": make_user()}
        self.review = make_review(version, by=self.people["requester"], compared=False)
        finish_comparisons(self.review)
        if by_role:
            move_to(self.project, VALIDATION)
        User.objects.filter(pk=self.people["robot"].pk).update(is_robot=True)
        self.clients = {(actor, door): self._client(actor, door) for actor, door in itertools.product(ACTORS, DOORS)}
        User.objects.filter(pk=self.people["inactive"].pk).update(is_active=False)
        self.seen = approvals.tally(self._fresh(), now=now()).matter.digest
        for person in self.people.values():  # as `transition-requests/list` does
            operations.show_evidence(review=self._fresh(), by=person, now=now())

    def _fresh(self):
        return queries.review_numbered(project=self.project, number=self.review.number)

    def _client(self, actor, door):
        if door == "page":
            client = Client()
            client.force_login(self.people[actor])
            return client
        scopes = [Scope.READ] if actor == "read_only" else list(Scope)
        return Client(headers={"Authorization": f"Bearer {token_of(self.people[actor], scopes=scopes)}"})

    def put_into(self, state):
        if state == "withdrawn":
            operations.withdraw_review(review=self.review, by=self.people["requester"], now=now())
        if state == "decided":
            operations.request_changes(
                review=self._fresh(),
                comment="No.",
                by=make_member(self.project, Role.VALIDATOR),
                now=now(),
                expected_evidence=self.seen,
            )

    def cell(self, actor, door, step):
        """The answer, and nothing stays."""
        key, number, version = self.project.key, self.review.number, self.review.model_version
        named = {"name": version.model.name, "version": str(version.number), "stage": "Production", "comment": "Why."}
        seen = {"comment": "Why.", "evidence": self.seen}
        verb = {"approve": "approve", "request-changes": "reject"}[step]
        path, body = {
            "page": (f"/p/{key}/reviews/{number}/{step}/", seen | {"version": self._fresh().version}),
            "rest": (f"/api/v1/projects/{key}/reviews/{number}/{step}", seen),
            "mlflow": (f"/p/{key}/api/2.0/mlflow/transition-requests/{verb}", named),
        }[door]
        client, before = self.clients[actor, door], Review.objects.get(pk=self.review.pk).state
        with transaction.atomic():
            if door == "page":
                answer = client.post(path, body)
            else:
                answer = client.post(path, json.dumps(body), content_type="application/json")
            now_it_is = Review.objects.get(pk=self.review.pk)
            changed = now_it_is.state != before or now_it_is.approvals.filter(approver=self.people[actor]).exists()
            transaction.set_rollback(True)
        is_done = answer.status_code in (200, 201) or (answer.status_code == 302 and "sign" not in answer.url)
        assert changed == is_done, (actor, door, answer.status_code)
        return DONE if is_done else answer.status_code

    def differences(self, step, state, *, by_role):
        cells = {(actor, door): self.cell(actor, door, step) for actor, door in itertools.product(ACTORS, DOORS)}
        wanted = {cell: expected(*cell, state, by_role=by_role) for cell in cells}
        return {cell: (got, wanted[cell]) for cell, got in cells.items() if got != wanted[cell]}


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["approve", "request-changes"])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("by_role", [False, True], ids=["light", "by_role"])
def test_decisions_on_a_review(step, state, by_role):
    table = Table(by_role=by_role)
    table.put_into(state)
    assert (
        Review.objects.get().state
        == {"open": ReviewState.OPEN, "withdrawn": ReviewState.WITHDRAWN, "decided": ReviewState.CHANGES_REQUESTED}[
            state
        ]
    )

    assert table.differences(step, state, by_role=by_role) == {}
