"""The whole product, started as a user starts it, on servers of its own: for journeys, kills and measurements."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

from tests.people import PASSWORD

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 240

# What each part is known by among the processes.
PARTS = {
    "web": "core.supervisor.web",
    "worker": "celery",
    "scheduler": "manage.py dispatch",
    "database": "postgres -D",
    "broker": "valkey-server",
    "child": "core.child",
}


class Product:
    """`with Product() as product:` serves at `product.url` until the block ends."""

    def __init__(self, *, demo: bool = False, **settings: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="throughline-product-", ignore_cleanup_errors=True)
        self.data = Path(self._folder.name)
        self.data.chmod(0o711)  # root's PostgreSQL runs as another account
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._demo = demo
        inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        self.environment = inherited | {"THROUGHLINE_DATA": str(self.data), "PYTHONUNBUFFERED": "1"} | settings
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Product":
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()
        self._folder.cleanup()

    def start(self) -> float:
        """Start it and wait until it is ready. Returns the seconds that took."""
        began = time.monotonic()
        command = [sys.executable, "manage.py", "serve", "all", "--port", str(self.port)]
        with (self.data / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                command if self._demo else [*command, "--no-demo"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        while time.monotonic() - began < READY_WITHIN_S:
            if self.process.poll() is not None:
                break
            if self._is_ready():
                return time.monotonic() - began
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"not ready:\n{self.log()[-3000:]}")

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def pids(self, words: str) -> list[int]:
        """The running processes of this product whose command line has these words, eldest first."""
        assert self.process is not None
        return [pid for pid in descendants(self.process.pid) if words in _command_line(pid)]

    def pid(self, part: str) -> int:
        """The process of a part (see PARTS). Waits a little for one that is being started again."""
        deadline = time.monotonic() + 60
        while not (found := self.pids(PARTS[part])):
            if time.monotonic() > deadline:
                raise RuntimeError(f"no {part} is running:\n{self.log()[-3000:]}")
            time.sleep(0.1)
        return found[0]

    def kill(self, part: str) -> int:
        """kill -9 a part; the supervisor starts it again. Returns the process id that it had."""
        pid = self.pid(part)
        os.kill(pid, signal.SIGKILL)
        return pid

    def until_ready(self, *, within_s: float = 120) -> float:
        """Wait until the service says that it is ready. Returns the seconds that took."""
        began = time.monotonic()
        while not self._is_ready():
            if time.monotonic() - began > within_s:
                raise TimeoutError(f"not ready within {within_s} s:\n{self.log()[-3000:]}")
            time.sleep(0.1)
        return time.monotonic() - began

    def log(self) -> str:
        return (self.data / "serve.log").read_text(errors="replace")

    def manage(self, *arguments: str, given: str = "") -> str:
        """Run a management command beside the running service, as an operator would. Returns what it printed."""
        return self._run("manage.py", *arguments, given=given)

    def person(self, username: str, *, name: str = "", admin: bool = False) -> str:
        """Create a person, with PASSWORD. Returns the user name."""
        flags = ["--admin"] if admin else []
        self.manage("create_user", username, "--name", name or username, "--password-stdin", *flags, given=PASSWORD)
        return username

    def people(self, *usernames: str) -> "dict[str, Caller]":
        """Create these people, with PASSWORD, in one command. Returns the REST API as each, with every scope."""
        tokens = json.loads(self._run("-m", "tests.people", *usernames))
        return {username: Caller(self.url, token) for username, token in tokens.items()}

    def caller(self, username: str, *scopes: str) -> "Caller":
        """The REST API as this person, by a token with these scopes (all, if none are named)."""
        wanted = scopes or ("read", "write", "predict", "deploy", "approve")
        return Caller(self.url, self.manage("create_token", username, "--scope", *wanted))

    def _run(self, *arguments: str, given: str = "") -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            input=given,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout.strip()

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/health/ready", timeout=2).status_code == 200
        except requests.RequestException:
            return False


class Refused(RuntimeError):
    """The API answered with an error: its status, and `code` and `fields` of the problem it told."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(f"{response.request.method} {response.url}: {response.status_code} {response.text[:2000]}")
        self.status = response.status_code
        is_problem = response.headers.get("Content-Type", "").startswith("application/problem+json")
        self.problem: dict[str, Any] = response.json() if is_problem else {}

    @property
    def code(self) -> str:
        return str(self.problem.get("code"))

    @property
    def fields(self) -> list[str]:
        return [each["field"] for each in self.problem.get("errors", [])]


class Caller:
    """The REST API with a token: `caller.post("/projects", key=..., name=...)`. A refusal raises, with its body."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        self.session.close()

    def get(self, path: str, **query: Any) -> Any:
        return self._answer(self.session.get(f"{self.url}/api/v1{path}", params=query, timeout=60))

    def post(self, path: str, **body: Any) -> Any:
        return self._answer(self.session.post(f"{self.url}/api/v1{path}", json=body, timeout=60))

    def patch(self, path: str, **body: Any) -> Any:
        return self._answer(self.session.patch(f"{self.url}/api/v1{path}", json=body, timeout=60))

    def delete(self, path: str) -> Any:
        return self._answer(self.session.delete(f"{self.url}/api/v1{path}", timeout=60))

    def upload(self, path: str, filename: str, content: bytes, **fields: str) -> Any:
        files = {"file": (filename, content)}
        return self._answer(self.session.post(f"{self.url}/api/v1{path}", data=fields, files=files, timeout=120))

    def until(self, path: str, condition: Any, *, within_s: float = 120) -> Any:
        """Ask until the answer fits. Raises TimeoutError with the last answer."""
        deadline = time.monotonic() + within_s
        while not condition(found := self.get(path)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path} after {within_s} s: {found}")
            time.sleep(0.3)
        return found

    @staticmethod
    def _answer(response: requests.Response) -> Any:
        if not response.ok:
            raise Refused(response)
        return response.json() if response.content else None


def descendants(root: int) -> list[int]:
    """Process ids below `root`, parents before their children."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    found, frontier = [], [root]
    while frontier:
        above = frontier.pop(0)
        children = sorted(pid for pid, parent in parents.items() if parent == above)
        found += children
        frontier += children
    return found


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


_NOT_INHERITED = {
    "DATABASE_URL",
    "REDIS_URL",
    "BROKER_URL",
    "STORAGE_URL",
    "THROUGHLINE_DATA",
    "DJANGO_SETTINGS_MODULE",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
