"""The child's half of the job protocol: a spec as JSON on stdin, one JSON message a line on stdout.

A child is a pure module: no Django, no database, no credentials. `core.children` is the parent's half, and starts it as
`python -m core.child MODULE MEGABYTES PARENT`, which puts the limits on before anything of the module is imported.

Messages:

    {"t": "progress", "value": 0.4, "note": "round 40 of 100"}
    {"t": "log", "line": "..."}
    {"t": "metric", ...}                      any other `t` is handed to the job kind
    {"t": "result", ...}                      the last line of a child that did its work
    {"t": "error", "code": "...", "message": "a sentence for the user"}      and exit status 1
"""

import ctypes
import functools
import json
import math
import os
import resource
import runpy
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from core.errors import DomainError

PROGRESS_INTERVAL_S = 0.1
PR_SET_PDEATHSIG = 1
MAX_FILE_BYTES = 4 * 1024**3

_last_progress = -math.inf


class Anticipated(Exception):
    """The child cannot do it, for a reason that the user can read and act upon."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def read_spec() -> dict[str, Any]:
    """The spec that the parent wrote to stdin. Raises Anticipated (`bad_spec`) when it is no JSON object."""
    try:
        spec = json.load(sys.stdin)
    except ValueError as error:
        raise Anticipated("bad_spec", f"The child's spec is not JSON: {error}.") from error
    if not isinstance(spec, dict):
        raise Anticipated("bad_spec", "The child's spec is not a JSON object.")
    return spec


def emit(t: str, **fields: Any) -> None:
    """Print one message and flush it. Numbers that JSON cannot hold (NaN, infinities) become null."""
    sys.stdout.write(json.dumps({"t": t, **_finite(fields)}, separators=(",", ":"), allow_nan=False) + "\n")
    sys.stdout.flush()


def progress(value: float, note: str = "") -> None:
    """How far the work is, from 0 to 1. At most ten a second are sent; the last one (1.0) always is."""
    global _last_progress
    now = time.monotonic()
    if value < 1 and now - _last_progress < PROGRESS_INTERVAL_S:
        return
    _last_progress = now
    emit("progress", value=round(min(max(value, 0.0), 1.0), 4), note=note)


def log(line: str) -> None:
    emit("log", line=line)


def result(**fields: Any) -> None:
    emit("result", **fields)


def fail(code: str, message: str) -> NoReturn:
    """End the child with an anticipated failure."""
    emit("error", code=code, message=message)
    sys.exit(1)


def main(fn: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[], None]:
    """Make a function of the spec, which returns the result's fields, the entry point of a child.

    Anticipated failures and DomainErrors become their own code and sentence, MemoryError becomes `out_of_memory`, and
    anything else is `crashed` with the last line of its traceback (the whole of it goes to stderr).
    """

    @functools.wraps(fn)
    def entry() -> None:
        try:
            result(**fn(read_spec()))
        except (Anticipated, DomainError) as error:
            fail(error.code, error.message)
        except MemoryError:
            traceback.print_exc()
            fail("out_of_memory", "It needed more memory than its limit.")
        except Exception as error:  # the outermost frame of a process: nothing above could report it
            traceback.print_exc()
            fail("crashed", f"It crashed: {traceback.format_exception_only(error)[-1].strip()}")

    return entry


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def launch(module: str, *, megabytes: int, parent: int) -> None:
    """Limit this process, make it die with its parent, and become `python -m module`."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked to be told
        os._exit(1)
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1024**2,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    launch(sys.argv[1], megabytes=int(sys.argv[2]), parent=int(sys.argv[3]))
