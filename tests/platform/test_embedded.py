import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from core.embedded import EmbeddedError, PostgresServer, Servers, cluster, default_urls, directories, secret
from tests.platform.processes import eventually, processes_of

is_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up its account for the server's")
is_ordinary = pytest.mark.skipif(os.geteuid() == 0, reason="root's sockets lie elsewhere")


@pytest.fixture
def system_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What root's servers need outside the data directory, in a place of the test's own. Sockets need a short path."""
    path = Path(tempfile.mkdtemp(prefix="tl-", dir="/tmp"))
    path.chmod(0o755)
    monkeypatch.setattr(directories, "SYSTEM_DIR", path)
    return path


@pytest.fixture
def data_dir(system_dir: Path) -> Iterator[Path]:
    """A data directory that others may pass through, with capitals and a space in its name."""
    path = system_dir / "Data dir"
    path.mkdir()
    path.chmod(0o711)
    yield path
    assert eventually(lambda: not processes_of(path), within=10), processes_of(path)
    subprocess.run(["rm", "-rf", str(system_dir)], check=True)


def ask(data_dir: Path, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(default_urls(data_dir)["DATABASE_URL"]) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_addresses_known_without_starting_anything(data_dir):
    urls = default_urls(data_dir)

    assert urls == default_urls(data_dir)
    assert psycopg.conninfo.conninfo_to_dict(urls["DATABASE_URL"])["host"] == str(
        directories.socket_dir(data_dir) / "postgresql"
    )
    assert redis.Redis.from_url(urls["REDIS_URL"]).connection_pool.connection_kwargs["path"] == str(
        directories.socket_dir(data_dir) / "valkey.sock"
    )
    assert list(data_dir.iterdir()) == []


@is_ordinary
def test_socket_dir_of_a_deep_data_dir_is_short(tmp_path):
    deep = tmp_path / ("x" * 100)

    assert (
        len(str(directories.socket_dir(deep))) + len(directories.LONGEST_SOCKET_NAME) <= directories.LONGEST_SOCKET_PATH
    )


def test_socket_dir_laid_by_somebody_else_refused(data_dir, tmp_path):
    path = directories.socket_dir(data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(tmp_path)

    with pytest.raises(EmbeddedError, match="not a private directory"):
        directories.open_socket_dir(data_dir)


def test_secret_is_made_once_for_its_owner_only(data_dir):
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: secret(data_dir, "event_key"), range(32)))

    [answer] = answers
    files = list((data_dir / "secrets").iterdir())
    assert len(answer) >= 64
    assert [file.name for file in files] == ["event_key"]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700
    assert secret(data_dir, "secret_key") != answer


@pytest.mark.parametrize("name", ["", "../lock", "a/b", "UPPER", "a.b"])
def test_secret_of_another_place_refused(data_dir, name):
    with pytest.raises(ValueError, match="not a name"):
        secret(data_dir, name)


def test_database_of_another_version_refused(data_dir):
    (data_dir / "postgresql-17").mkdir()

    with pytest.raises(EmbeddedError, match="another version of PostgreSQL"):
        PostgresServer(data_dir).prepare()


def test_lock_of_a_killed_server_whose_number_another_process_has_now(data_dir):
    with Servers(data_dir, durable=False):
        pass
    (cluster.find_cluster(data_dir) / "postmaster.pid").write_text(f"{os.getpid()}\n{data_dir}\n")

    with Servers(data_dir, durable=False):
        assert ask(data_dir, "SELECT 1") == [(1,)]


@pytest.mark.slow
def test_servers_killed_keep_what_was_acknowledged(data_dir):
    servers = Servers(data_dir)
    servers.start()
    ask(data_dir, "CREATE TABLE kept (n int)")
    ask(data_dir, "INSERT INTO kept VALUES (7)")
    for pid in processes_of(data_dir):
        os.kill(pid, signal.SIGKILL)
    servers.stop()

    with Servers(data_dir):
        assert ask(data_dir, "SELECT n FROM kept") == [(7,)]
        assert redis.Redis.from_url(default_urls(data_dir)["REDIS_URL"]).ping()


def test_server_writes_before_it_acknowledges_and_its_role_is_no_superuser(data_dir):
    with Servers(data_dir):
        names = ["fsync", "synchronous_commit", "full_page_writes", "data_checksums"]
        assert [ask(data_dir, f"SHOW {name}") for name in names] == [[("on",)]] * 4
        assert ask(data_dir, "SHOW listen_addresses") == [("",)]
        assert ask(data_dir, "SELECT current_user::text, usesuper FROM pg_user WHERE usename = current_user") == [
            ("throughline", False)
        ]
        with pytest.raises(psycopg.OperationalError, match="rejects connection"):
            psycopg.connect(default_urls(data_dir)["DATABASE_URL"], user="postgres")


def test_server_that_could_lose_writes_refused(data_dir):
    with Servers(data_dir, durable=False), pytest.raises(EmbeddedError, match="fsync"):
        PostgresServer(data_dir).verify()


def test_servers_end_with_the_process_that_started_them(data_dir):
    script = f"""
import time
from pathlib import Path
from core.embedded import Servers, directories
directories.SYSTEM_DIR = Path({str(directories.SYSTEM_DIR)!r})
Servers(Path({str(data_dir)!r})).start()
print("up", flush=True)
time.sleep(60)
"""
    starter = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    with starter:
        assert starter.stdout.readline() == b"up\n"
        assert len(processes_of(data_dir)) > 3
        starter.kill()

    assert eventually(lambda: not processes_of(data_dir), within=10), processes_of(data_dir)


@pytest.fixture
def strict_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_servers_start_under_a_strict_umask(data_dir, system_dir, strict_umask):
    data_dir.rmdir()

    with Servers(data_dir, durable=False):
        assert ask(data_dir, "SELECT 1") == [(1,)]
    assert not (system_dir / "clusters").exists()


@is_root
def test_root_data_dir_that_others_cannot_enter_has_its_database_outside(data_dir, system_dir, caplog):
    data_dir.chmod(0o700)

    with Servers(data_dir):
        ask(data_dir, "CREATE TABLE kept ()")
        place = cluster.find_cluster(data_dir)
        assert place.parent == system_dir / "clusters"
        assert place.stat().st_uid != 0
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    with Servers(data_dir):
        assert ask(data_dir, "SELECT * FROM kept") == []
    assert [record.message for record in caplog.records] == [
        f"other accounts cannot enter {data_dir}: its database lies in {place}"
    ]


@is_root
def test_root_data_dir_made_anew_gets_a_new_database(data_dir):
    data_dir.chmod(0o700)
    with Servers(data_dir):
        ask(data_dir, "CREATE TABLE gone ()")
    subprocess.run(["rm", "-rf", str(data_dir)], check=True)
    data_dir.mkdir(mode=0o700)

    with Servers(data_dir), pytest.raises(psycopg.errors.UndefinedTable):
        ask(data_dir, "SELECT * FROM gone")


@is_root
def test_data_dir_of_another_account_refused(data_dir):
    os.chown(data_dir, 65534, 65534)

    with pytest.raises(EmbeddedError, match="belongs to the account with id 65534"):
        directories.open_data_dir(data_dir)


@is_root
@pytest.mark.slow
def test_ordinary_account_runs_the_programs_where_they_are(data_dir, system_dir):
    """With the system's own Python, since the one that runs the tests may lie where only root can enter."""
    python, packages = Path("/usr/bin/python3"), Path(psycopg.__file__).parents[1]
    reachable = directories.can_be_passed_by_others(packages) and directories.can_be_passed_by_others(
        Path(__file__).parent
    )
    if not python.exists() or not reachable:
        pytest.skip("no Python or no packages that another account can reach")
    os.chown(data_dir, 65534, 65534)
    script = f"""
import sys
from pathlib import Path
if sys.version_info < (3, 11): sys.exit(77)
from core.embedded import PostgresServer, Servers
path = Path({str(data_dir)!r})
with Servers(path):
    print(PostgresServer(path).psql("SELECT 'as ' || current_user").strip())
"""
    done = subprocess.run(
        [python, "-B", "-c", script],
        env={"PYTHONPATH": str(packages)},
        cwd=Path(__file__).parents[2],
        user=65534,
        group=65534,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77:
        pytest.skip("the system's Python is too old")

    assert (done.stdout, done.returncode) == ("as throughline\n", 0), done.stderr
    assert {path.name for path in system_dir.iterdir()} == {"Data dir"}
