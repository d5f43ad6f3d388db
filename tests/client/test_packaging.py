"""The wheel: alone in an empty environment it is whole, small, and the server's packages are not needed."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import throughline

ROOT = Path(__file__).resolve().parents[2]


def test_the_version_is_the_products():
    assert throughline.__version__ == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An empty environment with the wheel and what it depends on, from the packages that are locked already."""
    folder = tmp_path_factory.mktemp("empty")
    source = folder / "source"
    shutil.copytree(ROOT / "throughline", source / "throughline", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    uv = [sys.executable, "-m", "uv"]
    build = [*uv, "build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([*build, "--out-dir", str(folder), str(source)], check=True)
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(folder / "venv")], check=True)
    [wheel] = folder.glob("*.whl")
    install = [*uv, "pip", "install", "--quiet", "--python", str(folder / "venv" / "bin" / "python")]
    subprocess.run([*install, "--no-deps", str(wheel)], check=True)
    [packages] = (folder / "venv").glob("lib/python*/site-packages")
    shutil.copytree(Path(sys.modules["click"].__file__).parent, packages / "click")
    return folder


@pytest.mark.slow
def test_the_wheel_holds_the_client_and_nothing_of_the_server(environment):
    [wheel] = environment.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = (archive.read(name).decode() for name in names if name.endswith("/METADATA"))

    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"throughline"}
    assert "throughline/py.typed" in names
    needed = [line for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    assert needed == ["Requires-Dist: click~=8.1"]


@pytest.mark.slow
def test_the_command_answers_in_an_empty_environment(environment, tmp_path):
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    call = [str(environment / "venv" / "bin" / "throughline")]

    told = subprocess.run([*call, "--help"], capture_output=True, text=True, check=True, env=clean, cwd=tmp_path)
    refused = subprocess.run([*call, "whoami"], capture_output=True, text=True, check=False, env=clean, cwd=tmp_path)

    assert "Exit codes" in told.stdout
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "throughline login URL" in refused.stderr
