"""REST of models, reviews and deployments: the whole line by token, who may, and lists of constant cost."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import operations as core
from core.roles import DEFAULT_SCOPES, Scope
from models_registry.models import Review
from projects.roles import Role
from tests.factories import make_member, make_user, now
from tests.models_registry.factories import (
    finish_comparisons,
    make_deployment,
    make_review,
    make_run,
    make_scoped_project,
    make_version,
)

pytestmark = pytest.mark.django_db


class Caller:
    def __init__(self, user, project, scopes=tuple(Scope)):
        made = core.create_token(user=user, label="test", by=user, now=now(), scopes=scopes)
        self.headers = {"Authorization": f"Bearer {made.text}"}
        self.base, self.client = f"/api/v1/projects/{project.key}", Client()

    def send(self, method, path, body=None, **headers):
        return self.client.generic(
            method,
            self.base + path,
            json.dumps(body or {}),
            content_type="application/json",
            headers=self.headers | headers,
        )

    def get(self, path):
        return self.client.get(self.base + path, headers=self.headers)

    def post(self, path, body=None, **headers):
        return self.send("POST", path, body, **headers)


def test_from_run_to_deployment_by_token():
    project = make_scoped_project()
    scientist = Caller(make_member(project, Role.DATA_SCIENTIST), project)
    validator = Caller(make_member(project, Role.VALIDATOR), project)
    engineer = Caller(make_member(project, Role.ENGINEER), project)
    run = make_run(project)

    assert scientist.post("/models", {"name": "scorer"}).json()["versions"] == 0
    version = scientist.post("/models/scorer/versions", {"run": run.run_id})
    assert (version.status_code, version["ETag"], version.json()["number"]) == (201, '"1"', 1)
    review = scientist.post("/reviews", {"model": "scorer", "number": 1, "reason": "First."})
    assert (review.status_code, review.json()["number"]) == (201, 1)
    early = validator.post("/reviews/1/approve", {"comment": "Go."})
    assert (early.status_code, early.json()["code"]) == (409, "checks_not_met")
    finish_comparisons(Review.objects.get())
    assert {check["state"] for check in validator.get("/reviews/1").json()["checks"]} == {"ok"}
    stale = validator.post("/reviews/1/approve", {"comment": "Go."}, **{"If-Match": '"9"'})
    assert stale.status_code == 412
    own = scientist.post("/reviews/1/approve", {"comment": "Go."})
    assert (own.status_code, "own work" in own.json()["detail"]) == (403, True)
    approved = validator.post("/reviews/1/approve", {"comment": "Go."}, **{"If-Match": '"1"'})
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    assert approved.json()["approvals"][0]["comment"] == "Go."

    deployed = engineer.post("/deployments", {"name": "card-fraud", "model": "scorer", "number": 1})
    assert (deployed.status_code, deployed.json()["live"]["number"]) == (201, 1)
    assert engineer.post("/deployments/card-fraud/pause", {"reason": "Look."}).json()["state"] == "paused"
    assert engineer.post("/deployments/card-fraud/resume").json()["state"] == "live"
    assert engineer.post("/deployments/card-fraud/rollback").json()["code"] == "nothing_before"
    assert engineer.send("PUT", "/models/scorer/aliases/champion", {"number": 1}).status_code == 200
    assert engineer.send("DELETE", "/models/scorer/aliases/champion").status_code == 204


def test_token_without_the_scope_cannot_approve_or_deploy():
    review = make_review()
    project = review.project
    validator = Caller(make_member(project, Role.VALIDATOR), project, scopes=DEFAULT_SCOPES)
    engineer = Caller(make_member(project, Role.ENGINEER), project, scopes=[Scope.READ, Scope.WRITE])

    refused = [
        validator.post("/reviews/1/approve", {"comment": "Go."}),
        validator.post("/reviews/1/request-changes", {"comment": "No."}),
        engineer.post("/deployments", {"name": "x", "model": "fraud-scorer", "number": 1}),
    ]

    assert [(each.status_code, each.json()["code"]) for each in refused] == [(403, "missing_scope")] * 3
    assert Review.objects.get().state == "open"


READS = [
    "/models",
    "/models/fraud-scorer",
    "/models/fraud-scorer/versions",
    "/models/fraud-scorer/versions/1",
    "/reviews",
    "/reviews/1",
    "/deployments",
    "/deployments/card-fraud",
]


def test_reads_are_for_members():
    project = make_deployment().project
    member, stranger = Caller(make_member(project, Role.VIEWER), project), Caller(make_user(), project)

    assert [member.get(path).status_code for path in READS] == [200] * 8
    assert [stranger.get(path).status_code for path in READS] == [404] * 8


def test_what_is_not_there_is_404():
    version = make_version()
    caller = Caller(version.project.created_by, version.project)

    for path in ("/models/x", "/models/fraud-scorer/versions/9", "/reviews/9", "/deployments/x"):
        assert (caller.get(path).status_code, caller.get(path).json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/models", {"name": "scorer", "more": 1}),
        ("/models", {}),
        ("/reviews", {"model": "fraud-scorer"}),
        ("/reviews", {"model": "fraud-scorer", "number": "one"}),
        ("/deployments", {"name": "x" * 61, "model": "fraud-scorer", "number": 1}),
        ("/models/fraud-scorer/versions", {}),
    ],
)
def test_bad_bodies_are_named(path, body):
    version = make_version()
    response = Caller(version.project.created_by, version.project).post(path, body)

    assert response.status_code in (400, 422)
    assert response.json()["errors"]


@pytest.mark.parametrize("path", ["/models", "/models/fraud-scorer/versions", "/reviews", "/deployments"])
def test_lists_cost_the_same_for_one_row_and_for_three(path):
    project = make_scoped_project()
    caller = Caller(project.created_by, project)

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert caller.get(path).status_code == 200
        return len(captured)

    make_deployment(project, name="first")
    caller.get(path)
    one = cost()
    make_deployment(project, name="second", seed=2)
    make_deployment(project, name="third", seed=3)

    assert cost() == one
