"""What is needed to start a process that ends when we do."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """A user and a group of the machine, by number."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Command:
    """A program to run: how to start it, how to ask it to stop, and what it gets when its parent just dies."""

    name: str
    argv: tuple[str, ...]
    env: dict[str, str] = field(repr=False)
    cwd: Path
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    pass_fds: tuple[int, ...] = ()

    def popen_options(self) -> dict[str, Any]:
        """Keyword arguments for `subprocess.Popen` and `asyncio.create_subprocess_exec`: a session of its own, so that
        Ctrl-C reaches only us.
        """
        return {
            "env": self.env,
            "cwd": self.cwd,
            "pass_fds": self.pass_fds,
            "start_new_session": True,
            "preexec_fn": ends_with_parent(self.death_signal),
            **as_account(self.account),
        }


def as_account(account: Account | None) -> dict[str, Any]:
    """Keyword arguments for `subprocess` that give up root for another account, with no group left over."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def ends_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends the signal when the parent is gone, even after kill -9. Only Linux can."""
    parent = os.getpid()

    def tie() -> None:
        if _LIBC is None:
            return
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return tie


def minimal_env() -> dict[str, str]:
    """An environment that tells a server nothing of ours: no keys, no addresses, and no PG* variable that would change
    its mind.
    """
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
