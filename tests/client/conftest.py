"""The command line and the Python client against the whole product, as people and programs use them."""

import itertools
import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from tests.client.stage import Line, make_project, train_first
from tests.people import ROLES

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _own_settings(tmp_path, monkeypatch):
    """Nobody's own profiles are read or written."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    for name in ("THROUGHLINE_URL", "THROUGHLINE_TOKEN", "THROUGHLINE_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def lines(people):
    """`lines.owner("projects", "list")`: the command line as each of them."""
    callers = {name: getattr(people, name) for name in ("owner", *ROLES, "stranger")}
    return SimpleNamespace(**{name: Line(one.url, one.token) for name, one in callers.items()})


@pytest.fixture
def key(people):
    """The key of a new project of `owner`, with everybody of ROLES in it."""
    return make_project(people, f"C{next(_numbers)}")


@pytest.fixture(scope="session")
def trained(people):
    """A project with data and a finished run of the first version of a model: `key` and `run_id`. Only to be read, and
    to be deployed from.
    """
    key = make_project(people, f"T{next(_numbers)}")
    return SimpleNamespace(key=key, run_id=train_first(people, key))


@pytest.fixture
def nowhere():
    """The command line of somebody who never signed in."""

    def run(*arguments, env=None, given=""):
        from throughline.cli import main  # noqa: PLC0415 (read after the settings are the test's own)

        return CliRunner().invoke(main, list(arguments), env=env or {}, input=given)

    return run


@pytest.fixture
def problem_of():
    return lambda result: json.loads(result.stderr)
