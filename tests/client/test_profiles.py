"""Signing in and out, and where the address and the token come from."""

import json
import stat

import pytest

import throughline
from throughline import profiles
from throughline.errors import NotSignedIn, ThroughlineError


@pytest.mark.slow
def test_login_keeps_what_the_next_commands_use(nowhere, product, people):
    told = nowhere("login", product.url + "/", given=f"{people.owner.token}\n")

    assert told.exit_code == 0, told.output
    assert told.stdout == f"Signed in to {product.url} as Owner (owner).\n"
    assert people.owner.token not in told.output
    assert stat.S_IMODE(profiles.path().stat().st_mode) == 0o600
    assert stat.S_IMODE(profiles.path().parent.stat().st_mode) == 0o700
    assert nowhere("whoami", "--quiet").stdout == "owner\n"
    with throughline.connect() as client:
        assert client.me().username == "owner"

    assert nowhere("logout").stdout == "Signed out of default.\n"
    assert nowhere("whoami").exit_code == 3
    assert nowhere("logout").exit_code == 3


@pytest.mark.slow
def test_login_takes_the_token_of_the_environment(nowhere, product, people):
    told = nowhere("login", product.url, env={"THROUGHLINE_TOKEN": people.viewer.token})

    assert (told.exit_code, profiles.load().profiles["default"].token) == (0, people.viewer.token)


@pytest.mark.slow
def test_login_with_a_wrong_token_keeps_nothing(nowhere, product):
    assert nowhere("login", product.url, given="tl_0000\n").exit_code == 3
    assert not profiles.path().exists()


@pytest.mark.slow
def test_profiles_are_chosen_by_name(nowhere, product, people):
    nowhere("login", product.url, "--profile", "one", given=people.owner.token)
    nowhere("login", product.url, "--profile", "two", given=people.viewer.token)

    assert nowhere("whoami", "-q").stdout == "viewer\n"
    assert nowhere("whoami", "-q", "--profile", "one").stdout == "owner\n"
    assert nowhere("whoami", "-q", env={"THROUGHLINE_PROFILE": "one"}).stdout == "owner\n"
    assert json.loads(nowhere("profiles", "--json").stdout) == [
        {"profile": "one", "url": product.url},
        {"profile": "two", "url": product.url},
    ]
    assert people.owner.token not in nowhere("profiles").stdout
    missing = nowhere("whoami", "--profile", "three")
    assert (missing.exit_code, "there is one, two" in missing.stderr) == (3, True)


def test_a_kept_token_goes_to_its_own_address_only(monkeypatch):
    profiles.keep("default", profiles.Profile("https://one.example.org", "tl_1"))

    assert profiles.resolve(url="https://one.example.org/").token == "tl_1"
    with pytest.raises(NotSignedIn, match="There is no token for https://two"):
        profiles.resolve(url="https://two.example.org")
    monkeypatch.setenv("THROUGHLINE_URL", "https://two.example.org")
    with pytest.raises(NotSignedIn):
        profiles.resolve()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"current": 1, "profiles": {"a": {"url": 1}}}', "\x00"])
def test_a_file_that_is_not_ours(content):
    profiles.path().parent.mkdir(parents=True)
    profiles.path().write_text(content)

    with pytest.raises(ThroughlineError, match="is not what login writes"):
        profiles.load()


def test_the_token_is_not_shown(monkeypatch):
    client = throughline.connect("https://one.example.org", "tl_secret")

    assert "tl_secret" not in repr(client.server)
