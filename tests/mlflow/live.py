"""The product's own web process on the test's database, and scripts with the real client against it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def serving(**environment):
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
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": database_url()} | environment)
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


def run_script(uri, folder, script, *, python=sys.executable, **environment):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    told = {"MLFLOW_TRACKING_URI": uri, "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false", "GIT_PYTHON_REFRESH": "quiet"}
    result = subprocess.run(
        [python, script],
        cwd=folder,
        env=kept | told | environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-6000:]
    return json.loads(result.stdout.splitlines()[-1])
