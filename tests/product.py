"""The whole product, started as a user starts it, on servers of its own: for journeys, kills and measurements."""

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

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery"
READY_WITHIN_S = 90


class Product:
    """`with Product() as product:` serves at `product.url` until the block ends."""

    def __init__(self, *, demo: bool = False, **settings: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="throughline-product-", ignore_cleanup_errors=True)
        self.data = Path(self._folder.name)
        self.data.chmod(0o711)  # root's PostgreSQL runs as another account
        self.port = _free_port()
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
        self.process = subprocess.Popen(
            command if self._demo else [*command, "--no-demo"],
            cwd=ROOT,
            env=self.environment,
            stdout=(self.data / "serve.log").open("ab"),
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        while time.monotonic() - began < READY_WITHIN_S:
            if self.process.poll() is not None:
                break
            if self._is_ready():
                return time.monotonic() - began
            time.sleep(0.1)
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

    def log(self) -> str:
        return (self.data / "serve.log").read_text(errors="replace")

    def manage(self, *arguments: str, given: str = "") -> str:
        """Run a management command beside the running service, as an operator would. Returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
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

    def person(self, username: str, *, name: str = "", admin: bool = False) -> str:
        """Create a person, with PASSWORD. Returns the user name."""
        flags = ["--admin"] if admin else []
        self.manage("create_user", username, "--name", name or username, "--password-stdin", *flags, given=PASSWORD)
        return username

    def caller(self, username: str, *scopes: str) -> "Caller":
        """The REST API as this person, by a token with these scopes (all, if none are named)."""
        wanted = scopes or ("read", "write", "predict", "deploy", "approve")
        return Caller(self.url, self.manage("create_token", username, "--scope", *wanted))

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/health/ready", timeout=2).status_code == 200
        except requests.RequestException:
            return False


class Caller:
    """The REST API with a token: `caller.post("/projects", key=..., name=...)`. A refusal raises, with its body."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: Any) -> Any:
        return self._answer(self.session.get(f"{self.url}/api/v1{path}", params=query, timeout=60))

    def post(self, path: str, **body: Any) -> Any:
        return self._answer(self.session.post(f"{self.url}/api/v1{path}", json=body, timeout=60))

    def patch(self, path: str, **body: Any) -> Any:
        return self._answer(self.session.patch(f"{self.url}/api/v1{path}", json=body, timeout=60))

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
            raise RuntimeError(
                f"{response.request.method} {response.url}: {response.status_code} {response.text[:2000]}"
            )
        return response.json() if response.content else None


_NOT_INHERITED = {
    "DATABASE_URL",
    "REDIS_URL",
    "BROKER_URL",
    "STORAGE_URL",
    "THROUGHLINE_DATA",
    "DJANGO_SETTINGS_MODULE",
}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
