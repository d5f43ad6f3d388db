"""The database cluster: where it lies, and how it is made, whole or not at all."""

import logging
import os
import secrets
import shutil
import subprocess
from pathlib import Path

from core.embedded import directories
from core.embedded.addresses import DATABASE, ROLE
from core.embedded.directories import EmbeddedError, can_be_passed_by_others, make_dir
from core.embedded.process import Account, as_account, minimal_env

log = logging.getLogger("throughline.embedded")

MAJOR = 18
POINTER = "postgresql.location"


def find_cluster(data_dir: Path) -> Path:
    """Where the cluster lies, or will: in the data directory, unless a pointer there names another place."""
    pointer = data_dir / POINTER
    if pointer.is_file():
        return Path(pointer.read_text().strip())
    return data_dir / f"postgresql-{MAJOR}"


def place_cluster(data_dir: Path, *, account: Account | None, programs: Path) -> Path:
    """The cluster of a data directory, made on the first call. Raises EmbeddedError."""
    _refuse_other_versions(data_dir)
    if account and not can_be_passed_by_others(data_dir):
        _point_outside(data_dir)
    cluster = find_cluster(data_dir)
    if not (cluster / "PG_VERSION").is_file():
        _create(cluster, account=account, programs=programs)
    return cluster


def _refuse_other_versions(data_dir: Path) -> None:
    for other in data_dir.glob("postgresql-[0-9]*"):
        if other.name != f"postgresql-{MAJOR}":
            raise EmbeddedError(
                f"{other} was made by another version of PostgreSQL. "
                "Restore a backup into a new data directory instead: DATA=dir"
            )


def _point_outside(data_dir: Path) -> None:
    """Root's PostgreSQL runs as another account, which cannot reach this data directory: choose a place for the
    cluster, and write it down.

    The place is named at random, not after the path: whoever removes the data directory and begins anew at the same
    path gets a new database.
    """
    pointer = data_dir / POINTER
    if pointer.exists():
        return
    if (data_dir / f"postgresql-{MAJOR}").exists():
        raise EmbeddedError(
            f"The database in {data_dir} can no longer be reached by the account that it runs as. "
            "Give the directory and its parents back their permission: chmod o+x"
        )
    place = directories.SYSTEM_DIR / "clusters" / secrets.token_hex(8)
    make_dir(place.parent, mode=0o711)
    draft = pointer.with_suffix(".draft")
    draft.write_text(f"{place}\n")
    draft.rename(pointer)
    log.warning("other accounts cannot enter %s: its database lies in %s", data_dir, place)


def _create(cluster: Path, *, account: Account | None, programs: Path) -> None:
    """initdb, our role and our database in a draft that is renamed when it is whole, so that a kill at any moment
    leaves no half cluster.
    """
    draft = cluster.with_name(f".{cluster.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if account:
        os.chown(draft, account.uid, account.gid)
    try:
        _run(_initdb(programs, draft), account=account)
        _run(
            [str(programs / "postgres"), "--single", "-j", "-D", str(draft), "postgres"],
            account=account,
            stdin=_FIRST_STATEMENTS,
        )
        draft.rename(cluster)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _initdb(programs: Path, directory: Path) -> list[str]:
    return [
        str(programs / "initdb"),
        f"--pgdata={directory}",
        "--username=postgres",
        "--auth=reject",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--data-checksums",
        "--no-instructions",
    ]


# The role is no superuser: it owns its database and may make others (the tests do), but cannot read files or load code.
_FIRST_STATEMENTS = f"CREATE ROLE {ROLE} LOGIN CREATEDB;\n\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n\n"


def _run(call: list[str], *, account: Account | None, stdin: str = "") -> None:
    done = subprocess.run(
        call,
        input=stdin,
        env=minimal_env(),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **as_account(account),
    )
    # PostgreSQL in single-user mode goes on after an error and exits with 0.
    if done.returncode or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
        raise EmbeddedError(f"{Path(call[0]).name} failed: {(done.stderr or done.stdout).strip()}")
