"""The real client, in a process of its own, against a real server."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.db import connection

from core.models import Event
from experiments.models import Run
from models_registry.models import Review
from projects.roles import Role
from tests.factories import make_member, make_project
from tests.mlflow.door import token_of

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("unmodified_script.py")

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server():
    """The address of the product's own web process, on this test's database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "config.asgi:application",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": database_url()})
    try:
        wait_for(f"{address}/health/live", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def database_url():
    """The test's database as an address, on whatever socket or port the servers of the run listen."""
    given = connection.get_connection_params()
    host = given.get("host", "localhost")
    if host.startswith("/"):
        return f"postgres://{given['user']}:{given.get('password', '')}@/{given['dbname']}?host={host}"
    port = given.get("port") or 5432
    return f"postgres://{given['user']}:{given.get('password', '')}@{host}:{port}/{given['dbname']}"


def wait_for(address, process, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"{address} did not answer")


def run_script(uri, folder, script=SCRIPT, **environment):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    told = {"MLFLOW_TRACKING_URI": uri, "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false", "GIT_PYTHON_REFRESH": "quiet"}
    result = subprocess.run(
        [sys.executable, script],
        cwd=folder,
        env=kept | told | environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-6000:]
    return json.loads(result.stdout.splitlines()[-1])


def test_unmodified_script_works_below_the_projects_address(server, tmp_path):
    project = make_project(key="IRIS")
    scientist = make_member(project, Role.DATA_SCIENTIST)

    said = run_script(f"{server}/p/IRIS", tmp_path, MLFLOW_TRACKING_TOKEN=token_of(scientist))

    refused = said.pop("refused")
    assert said == {
        "big": 3_000_000,
        "search": ["child-2", "parent"],
        "nested": 2,
        "experiments": ["iris"],
        "history": ["0.9", "nan", "0.5"],
        "loss": 0.5,
        "inputs": ["iris"],
        "artifacts": ["files", "notes", "one", "table.json"],
        "files": ["files/deep", "files/empty.txt"],
        "text": "hello",
        "downloaded": 3_000_000,
        "autolog": [True, True, 1],
        "logged_models": ["model", "model", "pickled"],
        "autologged": [150],
        "model_metrics": ["auc"],
        "model_params": 150,
        "by_alias": "1",
        "versions": ["1", "2"],
        "registered": ["iris", "iris-pickled"],
        "copied": "1",
        "loaded": [True] * 6,
        "loaded_pickle": True,
        "default": "Default",
        "frame": True,
    }
    numbers = [review.number for review in Review.objects.order_by("number")]
    assert [code for code, _ in refused] == ["PERMISSION_DENIED"] * 2
    assert all(f"{server}/p/IRIS/reviews/{number}/" in text for number, (_, text) in zip(numbers, refused, strict=True))
    assert Run.objects.filter(project=project, created_by=scientist).count() == 5
    assert Event.objects.filter(stream_id=project.pk, type="run.finished").count() == 5


AT_THE_ROOT = """
import json, mlflow
with mlflow.start_run(run_name="from the root") as run:
    mlflow.log_metric("a", 1)
print(json.dumps(mlflow.search_runs(search_all_experiments=True)["run_id"].tolist() == [run.info.run_id]))
"""


def test_the_root_with_name_and_token_as_password(server, tmp_path):
    project = make_project()
    scientist = make_member(project, Role.DATA_SCIENTIST)
    script = tmp_path / "script.py"
    script.write_text(AT_THE_ROOT)

    found = run_script(
        server,
        tmp_path,
        script,
        MLFLOW_TRACKING_USERNAME=scientist.username,
        MLFLOW_TRACKING_PASSWORD=token_of(scientist, project=project),
    )

    assert found is True
    assert Run.objects.get(project=project).experiment.name == "Default"
