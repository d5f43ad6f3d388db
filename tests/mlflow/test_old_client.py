"""A client of MLflow's second generation, the real one, against a running server."""

from pathlib import Path

import pytest

from experiments.models import LoggedModel, Run
from models_registry.models import Review
from projects.roles import Role
from tests.factories import make_member, make_project
from tests.mlflow.door import token_of
from tests.mlflow.live import run_script
from tests.mlflow.old_client import old_python

SCRIPT = Path(__file__).with_name("old_client_script.py")

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_script_of_a_client_2_22(server, tmp_path):
    project = make_project(key="OLD")
    scientist = make_member(project, Role.DATA_SCIENTIST)

    said = run_script(
        f"{server}/p/OLD", tmp_path, SCRIPT, python=str(old_python()), MLFLOW_TRACKING_TOKEN=token_of(scientist)
    )

    assert said == {
        "client": "2.22",
        "experiment": {"team": "science", "kind": "legacy"},
        "found": ["old"],
        "params": {"alone": "1", "depth": "3", "p": "q", "rate": "0.1"},
        "metrics": {"auc": "0.8", "batched": "499.5", "later": "1.0", "loss": "0.5", "odd": "inf"},
        "tags": {"a": "1", "b": "2", "t": "u"},
        "inputs": ["iris"],
        "status": ["FINISHED", "active", True],
        "history": [1000, 3],
        "artifacts": ["files", "notes", "table.json"],
        "text": "hello",
        "blob": 1_000_000,
        "search": ["child", "parent"],
        "pages": ["child", "parent"],
        "nested": 1,
        "deleted": ["parent"],
        "ended": ["renamed", "FAILED"],
        "autolog": [True, True, True],
        "model_uri": True,
        "version": ["1", "the first", {"x": "y"}, True],
        "model": ["flowers", {"k": "v"}, {"candidate": "2"}],
        "by_alias": "2",
        "versions": ["1", "2"],
        "models": ["iris"],
        "latest": ["2"],
        "loaded": [True] * 4,
        "copied": "1",
        "traced": 3,
        "refused": [
            "PERMISSION_DENIED",
            "PERMISSION_DENIED",
            "INVALID_PARAMETER_VALUE",
            "RESOURCE_DOES_NOT_EXIST",
            "RESOURCE_ALREADY_EXISTS",
        ],
    }
    assert Review.objects.count() == 2
    assert Run.objects.filter(project=project, created_by=scientist).count() == 4
    assert not LoggedModel.objects.exists()
