"""Telling open pages that a run was measured: at most once a second for each run, and never missing the last time.

One thread of each process does the telling, so that whoever logs never waits for the broker.
"""

import threading
import time

from core import live
from experiments.events import RUN_MEASURED

EVERY_S = 1.0

_lock = threading.Lock()
_something = threading.Event()
_pending: dict[str, int] = {}
_teller: threading.Thread | None = None


def measured(project_id: int, run_id: str) -> None:
    """Whisper at once, or when the second since the last whisper is over."""
    global _teller
    with _lock:
        _pending[run_id] = project_id
        if _teller is None or not _teller.is_alive():
            _teller = threading.Thread(target=_tell_for_ever, name="whispers", daemon=True)
            _teller.start()
    _something.set()


def _tell_for_ever() -> None:
    while True:
        _something.wait()
        _something.clear()
        with _lock:
            told = dict(_pending)
            _pending.clear()
        for run_id, project_id in told.items():
            subject = {"type": "run", "id": run_id, "version": None}
            live.whisper(project_id, {"type": RUN_MEASURED, "subject": subject})
        time.sleep(EVERY_S)
