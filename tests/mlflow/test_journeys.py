"""What people do with the ordinary client, in a process of its own, against a running server."""

import os
import socket
import sys
from pathlib import Path

import pytest

from projects.roles import Role
from tests.factories import make_member, make_project
from tests.mlflow.door import token_of
from tests.mlflow.live import run_script

SCRIPT = Path(__file__).with_name("journeys_script.py")

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_async_logging_evaluation_another_library_projects_and_serving(server, tmp_path):
    project = make_project(key="JOUR")
    token = token_of(make_member(project, Role.DATA_SCIENTIST))

    said = run_script(
        f"{server}/p/JOUR",
        tmp_path,
        SCRIPT,
        MLFLOW_TRACKING_TOKEN=token,
        SERVE_PORT=free_port(),
        PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    )

    assert said == {
        "async": [50, {"depth": "3"}],
        "odd": ["-inf", "inf", "nan"],
        "ordered": {
            "metrics.loss ASC": ["child", "async"],
            "params.depth DESC": ["async", "child"],
            "tags.team ASC": ["async", "child"],
            "attributes.start_time DESC": ["child", "async"],
        },
        "child": ["child"],
        "experiments": ["journeys-2", "journeys"],
        "evaluated": 0.97,
        "versions": ["1"],
        "models": ["iris"],
        "logged": ["model"],
        "statsmodels": ["pinv", True, ["model_summary.txt"], True],
        "deleted": [False, True],
        "project": ["FINISHED", {"alpha": "0.25"}, {"alpha_seen": 0.25}],
        "served": [0, 0, 0],
    }
