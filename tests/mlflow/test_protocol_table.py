"""Every call that clients 2.x and 3.x make for classical machine learning is served, at the root and in a project."""

import os
import subprocess
import sys

import pytest
from django.urls import resolve

from core.errors import DomainError

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


def test_a_call_is_served_by_its_method_alone():
    assert not is_served("DELETE", "/api/2.0/mlflow/runs/create")


def test_the_web_process_starts_without_mlflow():
    """It takes seconds and much memory, so it waits for the first filter."""
    code = "import django, sys; django.setup(); import config.urls; sys.exit('mlflow' in sys.modules)"
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    assert subprocess.run([sys.executable, "-c", code], env=os.environ | environment, check=False).returncode == 0
