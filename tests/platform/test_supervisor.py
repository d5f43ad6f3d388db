import asyncio
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core.embedded import Command
from core.supervisor import main, process
from core.supervisor.claims import ServeError, listen, lock
from core.supervisor.console import Console
from core.supervisor.process import Part, describe
from tests.platform.processes import eventually, processes_of


@pytest.fixture
def terminal() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def console(tmp_path: Path, terminal: io.StringIO) -> Console:
    return Console(tmp_path, terminal=terminal)


def shell(script: str, tmp_path: Path) -> Command:
    env = {"PATH": os.environ["PATH"], "MARK": str(tmp_path)}
    return Command(name="part", argv=("/bin/sh", "-c", script), env=env, cwd=tmp_path)


def log_of(tmp_path: Path) -> list[str]:
    return (tmp_path / "log" / "throughline.log").read_text().splitlines()


def test_data_directory_taken_names_the_process_and_the_way_out(tmp_path):
    with lock(tmp_path):
        done = subprocess.run(
            [sys.executable, "manage.py", "serve", "--port", "0"],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"THROUGHLINE_DATA": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == ServeError.DATA_IN_USE
    assert done.stderr == (
        f"serve: Throughline already runs on {tmp_path} (process {os.getpid()}). "
        "Stop it first, or give this one its own: make run PORT=8123 DATA=dir\n"
    )


def test_data_directory_is_free_after_its_holder(tmp_path):
    with lock(tmp_path):
        pass
    with lock(tmp_path):
        pass


def test_port_taken_names_it_and_the_way_out(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        status = main(["all", "--port", str(port)])

    assert status == ServeError.PORT_IN_USE
    assert capsys.readouterr().err == (
        f"serve: Port {port} on 127.0.0.1 cannot be used (Address already in use). "
        "Stop what has it, or choose another: make run PORT=8123\n"
    )


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 65536), ("127.0.0.1", -1), ("no.such.host.invalid", 0)])
def test_port_or_host_that_cannot_be(host, port):
    with pytest.raises(ServeError, match="cannot be used"):
        listen(host, port)


def test_connections_do_not_wait_for_acknowledgements():
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_part_that_crashes_is_started_again(tmp_path, console, monkeypatch):
    monkeypatch.setattr(process, "_LONGEST_PAUSE_S", 0.0)
    part = Part(
        shell("echo run >> runs; [ $(wc -l < runs) -gt 2 ] && exec sleep 60; exit 3", tmp_path),
        console=console,
        stop_limit=5,
    )
    part.start()
    for _ in range(200):
        if part.failures == 2 and part.pid:
            break
        await asyncio.sleep(0.02)
    await part.stop()
    console.close()

    assert (tmp_path / "runs").read_text() == "run\n" * 3
    assert log_of(tmp_path) == ["serve     | part ended (exit status 3); it starts again in 0 s"] * 2


async def test_part_that_ignores_the_request_is_killed_with_what_it_started(tmp_path, console):
    part = Part(shell("trap '' TERM; sleep 60 & echo up; wait; wait", tmp_path), console=console, stop_limit=0.3)
    part.start()
    while not log_of(tmp_path):
        await asyncio.sleep(0.02)
    await part.stop()
    console.close()

    assert log_of(tmp_path) == ["part      | up", "serve     | part did not stop within 0 s: killed"]
    assert eventually(lambda: not processes_of(tmp_path), within=5), processes_of(tmp_path)


async def test_part_between_two_starts_stops_at_once(tmp_path, console):
    part = Part(shell("exit 1", tmp_path), console=console, stop_limit=5)
    part.start()
    while part.failures < 2:
        await asyncio.sleep(0.02)
    began = time.monotonic()
    await part.stop()

    assert time.monotonic() - began < 1


def test_part_ends_with_a_supervisor_that_was_killed(tmp_path):
    script = f"""
import asyncio
from pathlib import Path
from core.supervisor.console import Console
from core.supervisor.process import Part
from tests.platform.test_supervisor import shell
async def run():
    path = Path({str(tmp_path)!r})
    Part(shell("echo up; exec sleep 60", path), console=Console(path), stop_limit=5).start()
    await asyncio.sleep(60)
asyncio.run(run())
"""
    supervisor = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    with supervisor:
        assert supervisor.stdout.readline() == b"part      | up\n"
        assert [call for call in processes_of(tmp_path).values() if "sleep" in call]
        supervisor.kill()

    assert eventually(lambda: not processes_of(tmp_path), within=5), processes_of(tmp_path)


async def test_console_shows_and_keeps_lines_that_cannot_pretend(tmp_path, console, terminal):
    stream = asyncio.StreamReader()
    stream.feed_data(b"plain\n\x1b[31mred\x07\nserve | \xff\rfaked\n" + b"x" * 40_000 + b"\nlast")
    stream.feed_eof()
    await console.copy(stream, "web")
    console.close()

    lines = log_of(tmp_path)
    assert lines[:3] == [
        "web       | plain",
        r"web       | \x1b[31mred\x07",
        "web       | serve | \N{REPLACEMENT CHARACTER}\\x0dfaked",
    ]
    assert "".join(line.removeprefix("web       | ") for line in lines[3:]) == "x" * 40_000 + "last"
    assert terminal.getvalue().splitlines() == lines


def test_console_keeps_private_lines_from_the_file(tmp_path, console, terminal):
    console.write("serve", "the setup link", private=True)
    console.write("serve", "public")
    console.close()

    assert log_of(tmp_path) == ["serve     | public"]
    assert terminal.getvalue() == "serve     | the setup link\nserve     | public\n"


def test_console_does_not_wait_for_a_terminal_that_is_paused(tmp_path):
    resume = threading.Event()

    class Paused(io.StringIO):
        def write(self, text: str) -> int:
            resume.wait(10)
            return super().write(text)

    console = Console(tmp_path, terminal=Paused())
    for number in range(6000):
        console.write("web", str(number))
    resume.set()
    console.close()

    assert len(log_of(tmp_path)) == 6000


def test_console_moves_a_long_file_aside(tmp_path):
    logs = tmp_path / "log"
    logs.mkdir()
    for name, text in [("throughline.log", "x" * 6_000_000), ("throughline.log.1", "1"), ("throughline.log.3", "3")]:
        (logs / name).write_text(text)

    Console(tmp_path, terminal=io.StringIO()).close()

    kept = {path.name: path.stat().st_size for path in logs.iterdir()}
    assert kept == {
        "throughline.log": 0,
        "throughline.log.1": 6_000_000,
        "throughline.log.2": 1,
        "throughline.log.3": 1,
    }


@pytest.mark.parametrize(
    ("status", "words"),
    [(0, "exit status 0"), (-signal.SIGKILL, "killed by SIGKILL"), (-99, "killed by signal 99")],
)
def test_describe(status, words):
    assert describe(status) == words
