"""A pytest plugin that gives the run a real PostgreSQL and a real Valkey, unless the environment names some.

It is loaded by `-p tests.servers` (pyproject.toml) in the controlling process, before Django reads its settings; the
workers of pytest-xdist inherit the addresses. When the run ends, however it ends, the servers end too.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.embedded import Servers, default_urls
from core.embedded.directories import socket_dir

_STARTED = "THROUGHLINE_TEST_SERVERS"
_PREFIX = "throughline-tests-"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """The earliest moment that pytest offers: pytest-django loads the settings inside this same hook."""
    if _STARTED not in os.environ:
        os.environ[_STARTED] = str(os.getpid())
        stack = contextlib.ExitStack()
        early_config.add_cleanup(stack.close)
        stack.enter_context(fresh_servers())
    return (yield)


@contextlib.contextmanager
def fresh_servers() -> Iterator[None]:
    """A data directory of its own for the run, and the servers that the environment does not name, for as long as this
    lasts.
    """
    _sweep()
    data_dir = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    if os.geteuid() == 0:
        data_dir.chmod(0o711)  # root's PostgreSQL runs as another account
    os.environ["THROUGHLINE_DATA"] = str(data_dir)
    try:
        if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
            yield
            return
        for name, url in default_urls(data_dir).items():
            os.environ.setdefault(name, url)
        with Servers(data_dir, durable=False):
            yield
    finally:
        _remove(data_dir)


def main(call: list[str]) -> int:
    """`python -m tests.servers COMMAND ...`: run a command with servers of its own."""
    with fresh_servers():
        return subprocess.run(call, check=False).returncode


def _remove(data_dir: Path) -> None:
    shutil.rmtree(data_dir, ignore_errors=True)
    shutil.rmtree(socket_dir(data_dir), ignore_errors=True)


def _sweep() -> None:
    """Remove what runs that were killed could not remove themselves; their servers went with them."""
    for leftover in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = leftover.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and leftover.stat().st_uid == os.geteuid() and not _lives(int(pid)):
            _remove(leftover)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
