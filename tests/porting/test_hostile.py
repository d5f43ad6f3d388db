"""What strangers send and name: archives that lead outside, bombs, and addresses that are not theirs to ask."""

import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from core.addresses import is_global
from core.child import Anticipated
from core.errors import Invalid
from core.sealing import Unsealable, seal, unseal
from porting.addresses import clean_url
from porting.reading import archives

ROOM = 10 * 1024 * 1024


def zip_of(tmp_path, *members) -> Path:
    path = tmp_path / "sent"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def tar_of(tmp_path, *members: tarfile.TarInfo) -> Path:
    path = tmp_path / "sent"
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, 1 if kind == tarfile.REGTYPE else 0
    return info


def assert_refused(path: Path, tmp_path: Path, code: str, *, max_bytes: int = ROOM) -> None:
    before = sorted(one for one in tmp_path.iterdir())
    with pytest.raises(Anticipated) as refused:
        archives.unpack(path, tmp_path / "unpacked", max_bytes=max_bytes)
    assert refused.value.code == code
    assert sorted(one for one in tmp_path.iterdir() if one.name != "unpacked") == before


@pytest.mark.parametrize(
    "name",
    ["../evil", "a/../../evil", "/etc/evil", "a\\..\\..\\evil", "C:/evil", "..", "a/" * 70 + "deep", "n" * 1001],
)
def test_archive_with_a_name_that_leads_outside_is_refused(tmp_path, name):
    assert_refused(zip_of(tmp_path, ("mlruns/0/meta.yaml", "ok"), (name, "evil")), tmp_path, "unsafe_archive")
    assert_refused_tar(tmp_path, member(name))


def assert_refused_tar(tmp_path, *members):
    again = tmp_path / "tar"
    again.mkdir()
    assert_refused(tar_of(again, *members), again, "unsafe_archive")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
def test_archive_with_a_link_or_a_device_is_refused(tmp_path, kind):
    assert_refused_tar(tmp_path, member("mlruns/link", kind, "/etc/passwd"), member("mlruns/link/x"))


def test_zip_with_a_link_is_refused(tmp_path):
    info = zipfile.ZipInfo("mlruns/link")
    info.external_attr = (0o120777) << 16
    assert_refused(zip_of(tmp_path, (info, "/etc/passwd")), tmp_path, "unsafe_archive")


def test_archive_that_names_a_file_twice_is_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zip_of(tmp_path, ("a", "1"), ("a", "2"))
    assert_refused(path, tmp_path, "unsafe_archive")


def test_bomb_is_stopped_while_it_unpacks(tmp_path):
    path = zip_of(tmp_path, ("mlruns/bomb", b"\0" * (ROOM * 4)))
    assert path.stat().st_size < ROOM / 100
    assert_refused(path, tmp_path, "too_large")
    written = sum(one.stat().st_size for one in (tmp_path / "unpacked").rglob("*") if one.is_file())
    assert written <= ROOM


def test_archive_of_too_many_members_is_refused(tmp_path, monkeypatch):
    path = zip_of(tmp_path, *((str(i), "") for i in range(11)))
    with pytest.raises(Anticipated, match="members"):
        archives._unzip(path, tmp_path, archives.Budget(ROOM, members=10))


@pytest.mark.parametrize("content", [b"", b"no archive at all", b"PK\x03\x04 torn", b"\x1f\x8b torn"])
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "sent").write_bytes(content)
    assert_refused(tmp_path / "sent", tmp_path, "unreadable_archive")


@pytest.mark.parametrize(
    "url",
    [
        "http://mlflow.example.com",
        "https://localhost",
        "https://127.0.0.1:5000",
        "https://[::1]:5000",
        "https://[::ffff:127.0.0.1]",
        "https://[64:ff9b::7f00:1]",
        "https://10.1.2.3",
        "https://169.254.169.254/latest",
        "https://2130706433",
        "https://0x7f000001",
        "https://metadata.google.internal",
        "https://user:secret@mlflow.example.com",
        "https://mlflow.example.com?x=1",
        "https://mlflow.example.com#x",
        "ftp://mlflow.example.com",
        "file:///etc/passwd",
        "sqlite:///x.db",
        "https://",
        "https://mlflow.example.com:99999",
        "https://exämple.com",
        "https://a b.com",
        "https://x\\@127.0.0.1",
        "https://" + "a" * 500,
    ],
)
def test_address_that_may_not_be_asked_is_refused(url):
    with pytest.raises(Invalid) as refused:
        clean_url(url, allowed_hosts=[])
    assert (refused.value.code, refused.value.field) == ("url_not_allowed", "url")


def test_address_is_kept_clean_and_a_named_host_may_be_anywhere():
    assert clean_url(" https://MLflow.example.com/team/ ", allowed_hosts=[]) == "https://mlflow.example.com/team"
    assert clean_url("http://127.0.0.1:5000/", allowed_hosts=["127.0.0.1:5000"]) == "http://127.0.0.1:5000"
    with pytest.raises(Invalid):
        clean_url("http://127.0.0.1:5001/", allowed_hosts=["127.0.0.1:5000"])


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("224.0.0.1", False),
        ("name", False),
    ],
)
def test_global_addresses(address, expected):
    assert is_global(address) is expected


CONNECT = """
import json, socket, sys
from porting.reading import guard
guard.only_global_addresses()
for target in json.load(sys.stdin):
    family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
    try:
        socket.socket(family).connect((target[0], target[1]))
        print("connected", target)
    except OSError as error:
        print(type(error).__name__)
"""


def test_reader_never_connects_to_where_it_may_not(settings):
    """Whatever a name resolved to, the address is looked at when it is connected to: a listener hears nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port, heard = listener.getsockname()[1], []
        listener.settimeout(5)
        waiting = threading.Thread(target=lambda: heard.append(_accepted(listener)))
        waiting.start()
        targets = [
            ["127.0.0.1", port],
            ["localhost", port],
            ["0.0.0.0", port],
            ["::ffff:127.0.0.1", port],
            ["2130706433", port],
        ]
        done = subprocess.run(
            [sys.executable, "-c", CONNECT],
            input=json.dumps(targets), text=True, capture_output=True, check=True,
            env=os.environ | {"PYTHONPATH": str(settings.BASE_DIR)},
        )  # fmt: skip
        assert done.stdout.split() == ["BlockedAddress"] * len(targets)
        with socket.create_connection(("127.0.0.1", port)) as own:
            own_port = own.getsockname()[1]
            waiting.join()
    assert heard == [own_port]


def _accepted(listener: socket.socket) -> int:
    connection, address = listener.accept()
    connection.close()
    return int(address[1])


def test_sealed_credentials_need_the_key():
    sealed = seal("secret", purpose="a", key="one")

    assert "secret" not in sealed
    assert sealed != seal("secret", purpose="a", key="one")
    assert unseal(sealed, purpose="a", key="one") == "secret"
    for purpose, key in (("a", "another"), ("b", "one")):
        with pytest.raises(Unsealable):
            unseal(sealed, purpose=purpose, key=key)
