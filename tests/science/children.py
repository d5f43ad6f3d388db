"""Running a pure module as the child that it is."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def run_child(module: str, spec: Any, cwd: Path) -> tuple[int, list[dict[str, Any]], str]:
    """Exit status, messages and stderr of `python -m module`."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", module],
        cwd=cwd,
        input=spec if isinstance(spec, str) else json.dumps(spec),
        capture_output=True,
        text=True,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        timeout=120,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr
