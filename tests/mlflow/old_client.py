"""The newest client of MLflow's second generation, in an environment of its own below `build/`.

It is made once, from requirements-mlflow2.lock, by the first test that asks, and kept for as long as the lock is the
same. Where the package registry cannot be reached the test is skipped with that reason, except where `CI` is set:
there it fails, so that nobody takes a build without it for a whole one.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.mlflow.live import ROOT

LOCK = ROOT / "requirements-mlflow2.lock"
REGISTRY = "https://pypi.org/simple/mlflow-skinny/"


def old_python() -> Path:
    """The Python of that environment."""
    folder = ROOT / "build" / "mlflow2"
    folder.parent.mkdir(exist_ok=True)
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    with folder.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # tests run in several processes
        stamp = folder / ".stamp"
        if not stamp.exists() or stamp.read_text() != wanted:
            make(folder)
            stamp.write_text(wanted)
    return folder / "bin" / "python"


def make(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    has_uv = shutil.which("uv", path=str(Path(sys.executable).parent))
    installer = ["uv", "pip", "sync"] if has_uv else ["pip", "--python", str(python), "install", "--no-deps"]
    named = ["--python", str(python), str(LOCK)] if has_uv else ["-r", str(LOCK)]
    done = run(sys.executable, "-m", *installer, "--quiet", "--require-hashes", *named, check=False)
    if done.returncode == 0:
        return
    if not is_registry_there() and not os.environ.get("CI"):
        pytest.skip(f"the package registry cannot be reached, and {folder} was not made before: {done.stderr[-300:]}")
    pytest.fail(f"{LOCK.name} could not be installed: {done.stderr[-3000:]}")


def is_registry_there() -> bool:
    try:
        urllib.request.urlopen(REGISTRY, timeout=20).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def run(*call: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(call, check=check, capture_output=True, text=True)
