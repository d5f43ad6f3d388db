"""Telling open pages that a run was measured: at most once a second for each run, and never missing the last time."""

import threading
import time

from core import live
from experiments.events import RUN_MEASURED

EVERY_S = 1.0

_lock = threading.Lock()
_last: dict[str, float] = {}
_pending: set[str] = set()


def measured(project_id: int, run_id: str) -> None:
    """Whisper now, or when the second since the last whisper is over."""
    now = time.monotonic()
    with _lock:
        wait = _last.get(run_id, 0.0) + EVERY_S - now
        if run_id in _pending:
            return
        if wait > 0:
            _pending.add(run_id)
        else:
            _last[run_id] = now
    if wait <= 0:
        _send(project_id, run_id)
        return
    timer = threading.Timer(wait, _late, args=(project_id, run_id))
    timer.daemon = True
    timer.start()


def _late(project_id: int, run_id: str) -> None:
    with _lock:
        _pending.discard(run_id)
        _forget_old()
        _last[run_id] = time.monotonic()
    _send(project_id, run_id)


def _forget_old() -> None:
    limit = time.monotonic() - 60
    for run_id in [key for key, at in _last.items() if at < limit]:
        del _last[run_id]


def _send(project_id: int, run_id: str) -> None:
    live.whisper(project_id, {"type": RUN_MEASURED, "subject": {"type": "run", "id": run_id, "version": None}})
