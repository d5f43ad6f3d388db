"""Every call that clients 2.x and 3.x make for classical machine learning is served, at the root and in a project."""

import os
import re
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import resolve
from mlflow.protos import databricks_pb2, mlflow_artifacts_pb2, model_registry_pb2, service_pb2, webhooks_pb2

from core.errors import DomainError
from experiments.mlflow import protocol
from tests.mlflow.door import token_of

# What this product does not serve, of all that the protocol has: what is for language models, for mlflow's own pages,
# and for storage that clients reach by themselves.
UNSERVED = re.compile(
    r"3\.0/mlflow/(datasets|gateway|issues|label-schemas|prompt-optimization|review-queues|scorers|workspaces)"
    r"|GET 2\.0/mlflow/traces$|PATCH 2\.0/mlflow/traces/\{name\}$|traces/\{name\}/info|traces/(link|metrics|calculate)"
    r"|assessments|unified-traces|get-online-trace-details|search-datasets"
    r"|artifacts/directories|mlflow/artifacts/presigned"
)

CALLS = """
GET    3.0/mlflow/server-info
POST   2.0/mlflow/experiments/create
GET    2.0/mlflow/experiments/get
GET    2.0/mlflow/experiments/get-by-name
POST   2.0/mlflow/experiments/search
POST   2.0/mlflow/experiments/update
POST   2.0/mlflow/experiments/delete
POST   2.0/mlflow/experiments/restore
POST   2.0/mlflow/experiments/set-experiment-tag
POST   2.0/mlflow/experiments/delete-experiment-tag
POST   2.0/mlflow/runs/create
GET    2.0/mlflow/runs/get
POST   2.0/mlflow/runs/update
POST   2.0/mlflow/runs/log-batch
POST   2.0/mlflow/runs/log-metric
POST   2.0/mlflow/runs/log-parameter
POST   2.0/mlflow/runs/set-tag
POST   2.0/mlflow/runs/delete-tag
POST   2.0/mlflow/runs/log-inputs
POST   2.0/mlflow/runs/outputs
POST   2.0/mlflow/runs/log-model
POST   2.0/mlflow/runs/search
POST   2.0/mlflow/runs/delete
POST   2.0/mlflow/runs/restore
GET    2.0/mlflow/metrics/get-history
GET    2.0/mlflow/metrics/get-history-bulk-interval
POST   2.0/mlflow/logged-models
GET    2.0/mlflow/logged-models/m-1
PATCH  2.0/mlflow/logged-models/m-1
DELETE 2.0/mlflow/logged-models/m-1
POST   2.0/mlflow/logged-models/m-1/params
PATCH  2.0/mlflow/logged-models/m-1/tags
DELETE 2.0/mlflow/logged-models/m-1/tags/key
POST   2.0/mlflow/logged-models/search
POST   2.0/mlflow/registered-models/create
GET    2.0/mlflow/registered-models/get
GET    2.0/mlflow/registered-models/search
PATCH  2.0/mlflow/registered-models/update
POST   2.0/mlflow/registered-models/rename
DELETE 2.0/mlflow/registered-models/delete
POST   2.0/mlflow/registered-models/set-tag
DELETE 2.0/mlflow/registered-models/delete-tag
POST   2.0/mlflow/registered-models/alias
GET    2.0/mlflow/registered-models/alias
DELETE 2.0/mlflow/registered-models/alias
POST   2.0/mlflow/registered-models/get-latest-versions
GET    2.0/mlflow/registered-models/get-latest-versions
POST   2.0/mlflow/model-versions/create
GET    2.0/mlflow/model-versions/get
GET    2.0/mlflow/model-versions/get-download-uri
GET    2.0/mlflow/model-versions/search
PATCH  2.0/mlflow/model-versions/update
DELETE 2.0/mlflow/model-versions/delete
POST   2.0/mlflow/model-versions/set-tag
DELETE 2.0/mlflow/model-versions/delete-tag
POST   2.0/mlflow/model-versions/transition-stage
GET    2.0/mlflow/artifacts/list
GET    2.0/mlflow-artifacts/artifacts
PUT    2.0/mlflow-artifacts/artifacts/1/a/artifacts/x
GET    2.0/mlflow-artifacts/artifacts/1/a/artifacts/x
DELETE 2.0/mlflow-artifacts/artifacts/1/a/artifacts/x
"""


@pytest.mark.parametrize("prefix", ["/", "/p/KEY/"])
@pytest.mark.parametrize("line", CALLS.strip().splitlines())
def test_call_is_served(prefix, line):
    method, path = line.split()

    assert is_served(method, f"{prefix}api/{path}")


def is_served(method, address):
    """Whether a door has a route for it; an address that is nobody's fails to resolve."""
    match = resolve(address)
    tail, rest = match.kwargs["tail"], match.kwargs.get("rest")
    try:
        match.func.door.find(method, f"{tail}/{rest}" if rest else tail)
    except DomainError:
        return False
    return True


def test_the_stored_table_is_what_the_installed_protocol_says():
    """A new release of mlflow that changes the protocol shows here: store the table anew, and decide what to serve."""
    assert sorted(protocol.calls()) == sorted(installed_calls())


def installed_calls():
    for service in (
        service_pb2.MlflowService,
        model_registry_pb2.ModelRegistryService,
        mlflow_artifacts_pb2.MlflowArtifactsService,
        webhooks_pb2.WebhookService,
    ):
        for rpc in service.DESCRIPTOR.methods:
            for endpoint in rpc.GetOptions().Extensions[databricks_pb2.rpc].endpoints:
                path = re.sub(r"<path:\w+>", "{path+}", endpoint.path.lstrip("/"))
                path = re.sub(r"\{[\w.]+\}", "{name}", path)
                yield endpoint.method, f"{endpoint.since.major}.0/{path}"


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/p/{key}"])
def test_every_call_of_the_protocol_is_answered_and_none_by_a_fault(project, scientist, prefix):
    """Served or 501: never 500, never a page. What is asked for does not exist, so what is served says so."""
    client, token = Client(), token_of(scientist, project=project)
    statuses = {}
    for method, path in protocol.calls():
        address = (
            prefix.format(key=project.key) + "/api/" + path.replace("{name}", "x").replace("{path+}", "1/x/artifacts/x")
        )
        response = client.generic(
            method, address, "{}", "application/json", headers={"Authorization": f"Bearer {token}"}
        )
        statuses[f"{method} {path}"] = response.status_code
        assert response.status_code < 500 or response.status_code == 501, (method, path)
        assert response.status_code == 200 or set(response.json()) == {"error_code", "message"}, (method, path)

    assert {call for call, status in statuses.items() if status == 501} == {
        call for call in statuses if UNSERVED.search(call)
    }


def test_a_call_is_served_by_its_method_alone():
    assert not is_served("DELETE", "/api/2.0/mlflow/runs/create")


def test_the_web_process_starts_without_mlflow():
    """It takes seconds and much memory, so it waits for the first filter."""
    code = "import django, sys; django.setup(); import config.urls; sys.exit('mlflow' in sys.modules)"
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    assert subprocess.run([sys.executable, "-c", code], env=os.environ | environment, check=False).returncode == 0
