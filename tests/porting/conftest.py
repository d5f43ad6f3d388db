"""A stock MLflow to import from, made once for the module that asks."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from django.conf import settings

from tests.product import free_port


@dataclass(frozen=True)
class Stock:
    """A directory with an mlflow.db and the artifacts beside it, as a person's MLflow leaves it."""

    folder: Path
    ids: dict[str, str]
    url: str
    uri: str


def store_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'mlflow.db'}"


def run_module(module: str, *arguments: str, cwd: Path) -> str:
    """`python -m module` in a process of its own, because mlflow keeps much that is global to one."""
    given = os.environ | {"PYTHONPATH": str(settings.BASE_DIR), "MLFLOW_ALLOW_FILE_STORE": "true"}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=cwd, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@contextlib.contextmanager
def serving(folder: Path, store: str = "") -> Iterator[str]:
    """A stock `mlflow server` over the mlflow.db, or another store, and the mlartifacts of a folder. Yields its
    address.
    """
    port = free_port()
    command = [
        sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store or store_in(folder),
        "--artifacts-destination", str(folder / "mlartifacts"), "--port", str(port), "--workers", "1",
    ]  # fmt: skip
    with (folder / "server.log").open("wb") as log:
        given = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        process = subprocess.Popen(command, cwd=folder, env=given, stdout=log, stderr=log, start_new_session=True)
    try:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 400
        while not _answers(url):
            is_over = process.poll() is not None or time.monotonic() > deadline
            assert not is_over, (folder / "server.log").read_text()[-3000:]
            time.sleep(0.2)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=2).ok
    except requests.RequestException:
        return False


@contextlib.contextmanager
def filled(folder: Path, store: str) -> Iterator[Stock]:
    """Served for as long as this lasts."""
    with serving(folder, store) as url:
        ids = json.loads(run_module("tests.porting.source", url, cwd=folder).splitlines()[-1])
        yield Stock(folder, ids, url, store)


@pytest.fixture(scope="module")
def stock(tmp_path_factory) -> Iterator[Stock]:
    folder = tmp_path_factory.mktemp("stock")
    with filled(folder, store_in(folder)) as stock:
        yield stock
