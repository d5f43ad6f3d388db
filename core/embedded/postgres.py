"""The embedded PostgreSQL: the wheel's programs, called by us; a write is on the disk before it is acknowledged."""

import contextlib
import os
import pwd
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from core.embedded.addresses import DATABASE, PORT, ROLE, postgres_socket_dir
from core.embedded.cluster import find_cluster, place_cluster
from core.embedded.directories import EmbeddedError, make_dir, open_data_dir, open_socket_dir
from core.embedded.process import Account, Command, minimal_env
from core.embedded.programs import programs_for

# What an acknowledged write rests on; given on the command line, where no file and no ALTER SYSTEM overrules it, and
# read back after the start.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "48MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_max_workers": "2",
    "log_checkpoints": "off",
    "log_line_prefix": "",
    "log_timezone": "UTC",
    "timezone": "UTC",
}

_SHUTDOWN_S = 30.0


@dataclass(frozen=True)
class PostgresServer:
    """The PostgreSQL of one data directory. `durable=False` is for tests: it forgets everything at a power cut."""

    data_dir: Path
    durable: bool = True

    def prepare(self) -> Command:
        """Make what is missing (a copy of the programs, the cluster, the role, the database) and answer the command
        that starts the server.

        Raises EmbeddedError. May be called again at any time; it changes nothing that is already right.
        """
        data_dir = open_data_dir(self.data_dir)
        account = _server_account()
        programs = programs_for(account)
        cluster = place_cluster(data_dir, account=account, programs=programs)
        sockets = self._open_sockets(account)
        _clear_stale_lock(cluster, sockets)
        _write_access_rules(cluster, account)
        options = TUNING | (DURABLE if self.durable else FORGETFUL) | {"unix_socket_directories": str(sockets)}
        return Command(
            name="postgres",
            argv=(
                str(programs / "postgres"),
                "-D",
                str(cluster),
                *(word for name, value in options.items() for word in ("-c", f"{name}={value}")),
            ),
            env=minimal_env(),
            cwd=cluster,
            account=account,
            # SIGINT is the fast shutdown: sessions are ended, everything is written, nothing is recovered at the next
            # start.
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
        )

    def is_ready(self, pid: int) -> bool:
        """Does the server with this process id take connections? It says so itself in the last line of its lock file,
        as `pg_ctl` reads it.
        """
        lines = _lock_lines(find_cluster(self.data_dir))
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def verify(self) -> None:
        """Ask the running server itself whether a COMMIT is on the disk when it is acknowledged. Raises EmbeddedError
        when it is not.
        """
        if not self.durable:
            return
        names = ", ".join(f"'{name}'" for name in DURABLE)
        answer = self.psql(f"SELECT name || '=' || setting FROM pg_settings WHERE name IN ({names})")
        found = dict(line.split("=", 1) for line in answer.split())
        if found != DURABLE:
            raise EmbeddedError(f"PostgreSQL would acknowledge writes that it can lose: {found}, needed {DURABLE}")

    def psql(self, sql: str) -> str:
        """What `psql` prints for one statement, without decoration. Raises EmbeddedError with its message."""
        call = [str(programs_for(None) / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql]
        env = minimal_env() | {
            "PGHOST": str(postgres_socket_dir(self.data_dir)),
            "PGPORT": str(PORT),
            "PGUSER": ROLE,
            "PGDATABASE": DATABASE,
        }
        done = subprocess.run(call, env=env, capture_output=True, text=True, timeout=30, check=False)
        if done.returncode:
            raise EmbeddedError(f"psql: {done.stderr.strip()}")
        return done.stdout

    def _open_sockets(self, account: Account | None) -> Path:
        open_socket_dir(self.data_dir)
        sockets = postgres_socket_dir(self.data_dir)
        make_dir(sockets, mode=0o700)
        if account:
            os.chown(sockets, account.uid, account.gid)
        return sockets


def _server_account() -> Account | None:
    """Whom the server runs as: ourselves, or, since PostgreSQL refuses root, the account that owns nothing."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _write_access_rules(cluster: Path, account: Account | None) -> None:
    """Our account, and root, are the role; the kernel vouches for them, so there is no password to keep. Nobody is the
    superuser.
    """
    callers = dict.fromkeys([pwd.getpwuid(os.geteuid()).pw_name, "root"])
    _write(cluster / "pg_ident.conf", "".join(f'owner "{caller}" {ROLE}\n' for caller in callers), account)
    _write(cluster / "pg_hba.conf", f"local all {ROLE} peer map=owner\nlocal all all reject\n", account)


def _write(path: Path, text: str, account: Account | None) -> None:
    path.write_text(text)
    path.chmod(0o600)
    if account:
        os.chown(path, account.uid, account.gid)


def _clear_stale_lock(cluster: Path, sockets: Path) -> None:
    """Wait for a server that is still shutting down; remove the lock of one that was killed.

    PostgreSQL takes any living process with the number in the lock file for its predecessor, and in a container numbers
    come again soon.
    """
    deadline = time.monotonic() + _SHUTDOWN_S
    while (pid := _lock_holder(cluster)) and _is_postgres(pid, cluster):
        if time.monotonic() > deadline:
            raise EmbeddedError(f"PostgreSQL (process {pid}) still runs on {cluster}. Stop it first: kill -INT {pid}")
        time.sleep(0.1)
    if Path("/proc/self").exists():
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        (sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def _lock_lines(cluster: Path) -> list[str]:
    with contextlib.suppress(FileNotFoundError):
        return (cluster / "postmaster.pid").read_text().splitlines()
    return []


def _lock_holder(cluster: Path) -> int | None:
    lines = _lock_lines(cluster)
    return int(lines[0]) if lines and lines[0].isdigit() else None


def _is_postgres(pid: int, cluster: Path) -> bool:
    try:
        return os.fsencode(cluster) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
