"""The whole service, started as a person starts it, and treated badly."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.supervisor.claims import ServeError
from tests.platform.processes import eventually, find, processes_of

pytestmark = pytest.mark.slow

# What a stopped or killed service may need until the last process is gone.
GONE_S = 40.0


class Service:
    """`manage.py serve` on a data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        self.output: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", "0", "--no-demo"],
            cwd=Path(__file__).parents[2],
            env=env | {"THROUGHLINE_DATA": str(data_dir)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.url = self._wait_for_address()

    def _wait_for_address(self) -> str:
        for line in self.process.stdout:
            self.output.append(line)
            if found := re.search(r"Open (http://\S+)", line):
                return found[1]
        self.end(signal.SIGTERM)
        raise AssertionError("".join(self.output))

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        self.output.append(self.process.communicate(timeout=60)[0])
        return self.process.returncode

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False


@pytest.fixture
def data_dir() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="tl-serve-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    for pid in processes_of(path):
        os.kill(pid, signal.SIGKILL)
    subprocess.run(["rm", "-rf", str(path)], check=True)


def test_service_stops_on_request_and_leaves_nothing(data_dir):
    service = Service(data_dir)
    assert service.is_ready()
    parts = " ".join(processes_of(data_dir).values())
    assert all(name in parts for name in ("serve", "supervisor.web", "celery", "dispatch", "postgres", "valkey-server"))

    second = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", "0"],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"THROUGHLINE_DATA": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == ServeError.DATA_IN_USE
    assert f"(process {service.process.pid})" in second.stderr

    assert service.end(signal.SIGTERM) == 0
    assert processes_of(data_dir) == {}
    assert "killed" not in service.output[-1]


def test_service_killed_leaves_nothing_and_starts_again(data_dir):
    service = Service(data_dir)
    service.end(signal.SIGKILL)
    assert eventually(lambda: not processes_of(data_dir), within=GONE_S), processes_of(data_dir)

    assert Service(data_dir).end(signal.SIGINT) == 0


def test_service_recovers_from_the_loss_of_any_part(data_dir):
    service = Service(data_dir)
    for words in ("supervisor.web", "celery", "dispatch", "valkey-server", "bin/postgres"):
        pid = find(data_dir, words)
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda pid=pid, words=words: _replaced(data_dir, words, pid), within=30), words
        assert eventually(service.is_ready, within=30), words
    assert service.end(signal.SIGTERM) == 0


def _replaced(data_dir: Path, words: str, old: int) -> bool:
    pids = [pid for pid, call in processes_of(data_dir).items() if words in call]
    return bool(pids) and old not in pids
