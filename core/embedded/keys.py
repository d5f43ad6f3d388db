"""Keys that are made once and kept beside the data, readable by their owner only."""

import os
import re
import secrets
from pathlib import Path

from core.embedded.directories import make_dir, open_data_dir


def secret(data_dir: Path, name: str) -> str:
    """The named key of a data directory; made on the first call. Two processes that ask at the same moment get the same
    one.
    """
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise ValueError(f"not a name for a key: {name!r}")
    path = data_dir.absolute() / "secrets" / name
    try:
        return path.read_text()
    except FileNotFoundError:
        return _create(path)


def _create(path: Path) -> str:
    """Write beside and link into place: the file is whole or absent, and the first of two writers wins."""
    open_data_dir(path.parent.parent)
    make_dir(path.parent, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first
    finally:
        draft.unlink()
    return path.read_text()
