"""Where things lie: the data directory, the sockets, and what another account must be able to reach."""

import hashlib
import os
import stat
from pathlib import Path

# What root's servers need outside the data directory: their copied programs, their sockets, and clusters that the data
# directory cannot hold.
SYSTEM_DIR = Path("/var/lib/throughline")

# The address of a Unix socket holds 108 bytes, the last of them zero (on macOS four fewer).
LONGEST_SOCKET_PATH = 103
LONGEST_SOCKET_NAME = "/postgresql/.s.PGSQL.5432"


class EmbeddedError(Exception):
    """An embedded server cannot be started; the message says why, to the person who started it."""


def default_data_dir() -> Path:
    """`$THROUGHLINE_DATA`, else a directory of root's or of the user's own."""
    if named := os.environ.get("THROUGHLINE_DATA"):
        return Path(named).absolute()
    if os.geteuid() == 0:
        return SYSTEM_DIR / "data"
    return Path.home() / ".local" / "share" / "throughline"


def open_data_dir(data_dir: Path) -> Path:
    """Make the data directory if it is not there. Raises EmbeddedError when it is another account's.

    Root's may be passed through (never listed) by others, because root's PostgreSQL runs as another account.
    """
    data_dir = data_dir.absolute()
    try:
        make_dir(data_dir, mode=0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise EmbeddedError(
            f"The data directory {data_dir} cannot be made ({error.strerror}). Choose another: DATA=dir"
        ) from error
    owner = data_dir.stat().st_uid
    if owner != os.geteuid() or not os.access(data_dir, os.W_OK | os.X_OK):
        raise EmbeddedError(
            f"The data directory {data_dir} belongs to the account with id {owner}. "
            "Start as that account, or choose another directory: DATA=dir"
        )
    return data_dir


def make_dir(path: Path, *, mode: int) -> None:
    """Make a directory, and the parents that are missing; each new one has the mode, whatever the umask says.

    Under a umask of 077 a parent left to it would shut out the account that root's PostgreSQL runs as.
    """
    if not path.parent.is_dir():
        make_dir(path.parent, mode=mode)
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        if not path.is_dir():
            raise
    else:
        path.chmod(mode)


def socket_dir(data_dir: Path) -> Path:
    """The private directory of a data directory's sockets; it depends on nothing but the path and who asks."""
    data_dir = data_dir.absolute()
    if os.geteuid() == 0:
        return SYSTEM_DIR / "run" / digest_of(data_dir)
    inside = data_dir / "run"
    if len(os.fsencode(inside)) + len(LONGEST_SOCKET_NAME) <= LONGEST_SOCKET_PATH:
        return inside
    return Path("/tmp") / f"throughline-{os.geteuid()}-{digest_of(data_dir)}"


def open_socket_dir(data_dir: Path) -> Path:
    """Make the directory of the sockets. Raises EmbeddedError when somebody else laid something there, as anyone may in
    /tmp.
    """
    path = socket_dir(data_dir)
    make_dir(path, mode=0o711 if os.geteuid() == 0 else 0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise EmbeddedError(
            f"{path} is not a private directory of this account. Remove it, or choose another: DATA=dir"
        )
    return path


def digest_of(data_dir: Path) -> str:
    return hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]


def can_be_passed_by_others(path: Path) -> bool:
    """May an account that owns nothing here reach what lies in this directory?"""
    resolved = path.resolve()
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (resolved, *resolved.parents))
