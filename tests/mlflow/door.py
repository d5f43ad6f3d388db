"""The protocol as its clients speak it, through Django's test client or through the whole ASGI application."""

import json

import pytest
from django.test import Client

from core import operations
from core.roles import DEFAULT_SCOPES
from tests.factories import now


def token_of(user, *, scopes=DEFAULT_SCOPES, project=None):
    made = operations.create_token(
        user=user, label="tests", by=user, now=now(), scopes=scopes, stream_id=project.pk if project else None
    )
    return made.text


# For a module whose tests hold for the short way as for the ordinary one: `pytestmark = BOTH_WAYS`.
BOTH_WAYS = pytest.mark.parametrize(
    "way", ["django", pytest.param("lean", marks=pytest.mark.django_db(transaction=True))], indirect=True
)


class Mlflow:
    """Calls below `/p/KEY` (or at the root without a project), with a token."""

    client_class = Client

    def __init__(self, *, project=None, token=None, header=None):
        self.prefix = f"/p/{project.key}" if project else ""
        self.client = self.client_class()
        self.headers = {"Authorization": header or f"Bearer {token}"}

    def call(self, method, path, /, *, protocol="2.0", **data):
        address = f"{self.prefix}/api/{protocol}/mlflow/{path}"
        if method == "GET":
            return self.client.get(address, data, headers=self.headers)
        return self.client.generic(method, address, json.dumps(data), "application/json", headers=self.headers)

    def get(self, path, /, **data):
        return self.call("GET", path, **data)

    def post(self, path, /, **data):
        return self.call("POST", path, **data)

    def ok(self, method, path, /, **data):
        """The JSON of an answer that must be 200."""
        response = self.call(method, path, **data)
        assert response.status_code == 200, response.content
        return response.json()

    def proxy(self, method, path, body=b"", **headers):
        address = f"{self.prefix}/api/2.0/mlflow-artifacts/{path}"
        return self.client.generic(method, address, body, "application/octet-stream", headers=self.headers | headers)

    def experiment(self, name="fraud"):
        return self.ok("POST", "experiments/create", name=name)["experiment_id"]

    def run(self, experiment_id=None, **given):
        experiment_id = experiment_id or self.experiment(f"exp-{id(given)}")
        return self.ok("POST", "runs/create", experiment_id=experiment_id, start_time=1_700_000_000_000, **given)["run"]


def refusal(response):
    """(status, error_code) of an answer, which must be in MLflow's envelope."""
    body = response.json()
    assert set(body) == {"error_code", "message"}, body
    assert body["message"]
    return response.status_code, body["error_code"]
