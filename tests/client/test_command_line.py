"""What every command has in common: JSON, identifiers, exit codes, errors as sentences."""

import json
import socket
import subprocess
import sys

import pytest

import throughline
from tests.client.stage import Line
from throughline.cli import main

pytestmark = pytest.mark.slow


def test_json_is_what_the_api_said(lines, people, key):
    assert lines.viewer.json("projects", "show", key) == people.viewer.get(f"/projects/{key}")
    assert lines.viewer.json("members", "list", key) == people.viewer.get(f"/projects/{key}/members")["results"]
    assert lines.viewer.json("runs", "list", key) == []


def test_json_of_a_project_is_kept(lines, key):
    told = lines.viewer("projects", "show", key, "--json").stdout
    created_at = json.loads(told)["created_at"]

    expected = f"""\
{{
  "key": "{key}",
  "name": "Project {key}",
  "purpose": "",
  "stage": "scoping",
  "version": 1,
  "created_at": "{created_at}"
}}
"""
    assert told == expected


def test_lists_are_cut_and_say_so(lines, key):
    whole = lines.viewer.quiet("members", "list", key).split()
    cut = lines.viewer("members", "list", key, "--limit", 2)

    assert lines.viewer.quiet("members", "list", key, "--limit", 2).split() == whole[:2]
    assert cut.stdout.splitlines()[0].split() == ["user", "role", "name"]
    assert cut.stderr == "The first 2. For all: --limit 0\n"


def test_lists_walk_every_page(lines, people, key):
    for number in range(105):
        people.scientist.post(f"/projects/{key}/items", title=f"Item {number}")

    numbers = lines.viewer.quiet("items", "list", key, "--limit", 0).split()

    assert numbers == [str(number) for number in range(105, 0, -1)]


def test_a_stranger_is_told_nothing(lines, key):
    told = lines.stranger("projects", "show", key, code=4)

    assert (told.stdout, told.stderr) == ("", f"Error: There is no project '{key}', or you are not in it.\n")


def test_who_may_not_gets_the_servers_sentence(lines, key):
    told = lines.viewer("members", "add", key, "stranger", "viewer", code=1)

    assert (told.stdout, told.stderr) == ("", "Error: This needs the role owner; in this project you are viewer.\n")
    assert "stranger" not in lines.owner.quiet("members", "list", key).split()


def test_a_token_without_the_scope_is_refused(product, people, lines, key):
    weak = product.caller("owner", "read", "write")
    line = Line(weak.url, weak.token)

    told = line("gates", "pass", key, "-m", "By a program.", code=1)

    assert told.stderr == "Error: This token may read, write; this needs a token with the scope approve.\n"
    assert lines.owner.json("projects", "show", key)["stage"] == "scoping"


def test_wrong_values_are_named(lines, key):
    told = lines.owner("risks", "add", key, "Late", "--phase", "data", "--likelihood", 9, "--impact", 0, code=1)

    assert "likelihood: Ensure this value is less than or equal to 5." in told.stderr
    assert "impact: Ensure this value is greater than or equal to 1." in told.stderr
    assert lines.owner.json("risks", "list", key) == []


def test_errors_are_json_where_json_is_asked_for(lines, key):
    told = lines.owner("sprints", "start", key, 7, "--json", code=4)

    assert told.stdout == ""
    problem = json.loads(told.stderr)
    assert (problem["status"], problem["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "arguments",
    [
        ("projects", "list", "--limit", "-1"),
        ("projects", "list", "--limit", "many"),
        ("members", "add", "C1", "viewer", "king"),
        ("train", "C1", "x@y", "--target", "t", "--estimator", "e"),
        ("train", "C1", "x", "--target", "t", "--estimator", "e", "--set", "depth"),
        ("data", "upload", "C1", "/nowhere.csv"),
        ("scope", "set", "C1"),
        ("versions", "register", "C1", "m"),
        ("versions", "register", "C1", "m", "--run", "r", "--logged-model", "l"),
        ("reviews", "approve", "C1", "1"),
        ("deployments", "predict", "C1", "d", "-"),
        ("api", "GET", "projects"),
        ("what",),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_wrong_usage_is_exit_code_2(lines, arguments):
    told = lines.owner(*arguments, code=2, given="[1, 2]")

    assert "Usage: " in told.stderr


def test_not_signed_in(nowhere):
    told = nowhere("projects", "list")

    assert (told.exit_code, told.stdout) == (3, "")
    assert "throughline login URL" in told.stderr


def test_unknown_token(nowhere, product):
    env = {"THROUGHLINE_URL": product.url, "THROUGHLINE_TOKEN": "tl_0000"}

    told = nowhere("projects", "list", env=env)

    assert (told.exit_code, told.stderr) == (3, "Error: The token is unknown, expired or revoked.\n")


@pytest.mark.parametrize("token", ["secret", "tl_a b", "tl_a\r\nX-Evil: 1", "tl_ä"])
def test_no_token_is_sent_that_is_none(nowhere, token):
    told = nowhere("whoami", env={"THROUGHLINE_URL": "http://localhost:9", "THROUGHLINE_TOKEN": token})

    assert (told.exit_code, told.stderr) == (
        1,
        "Error: This is not a token: one begins with tl_ and has letters and digits only.\n",
    )


def test_server_away(nowhere, monkeypatch):
    monkeypatch.setattr("throughline.http.FIRST_PAUSE_S", 0.001)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        told = nowhere("projects", "list", env={"THROUGHLINE_URL": url, "THROUGHLINE_TOKEN": "tl_0000"})

    assert (told.exit_code, told.stderr) == (5, f"Error: {url} cannot be reached: Connection refused.\n")


def test_an_address_that_is_none(nowhere):
    told = nowhere("projects", "list", env={"THROUGHLINE_URL": "ftp://x", "THROUGHLINE_TOKEN": "tl_0000"})

    assert told.exit_code == 1
    assert "is not the address of an instance" in told.stderr


def test_another_server_is_no_instance(nowhere, product):
    env = {"THROUGHLINE_URL": f"{product.url}/health/live", "THROUGHLINE_TOKEN": "tl_0000"}

    assert nowhere("projects", "list", env=env).exit_code == 4


def test_waiting_ends_in_time(lines, trained):
    told = lines.viewer("watch", trained.key, "--until", "never.comes", "--timeout", 0.1, code=5)
    assert "was watched for 0.1 s" in told.stderr
    assert lines.viewer("watch", trained.key, "--timeout", 0.1).stderr == ""


def test_what_others_wrote_moves_no_cursor(lines, people, key):
    people.scientist.post(f"/projects/{key}/items", title="\x1b[2Jgone\x07")

    told = lines.viewer("items", "list", key).stdout

    assert "\x1b" not in told
    assert "\x07" not in told
    assert lines.viewer.json("items", "list", key)[0]["title"] == "\x1b[2Jgone\x07"


def test_help_and_version_need_no_http():
    """So that they answer at once: what is slow to import is imported when a server is asked."""
    code = (
        "import sys\n"
        "from throughline.cli import main\n"
        "try: main(['reviews', 'approve', '--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'http.client', 'ssl', 'throughline.client', 'django'} & set(sys.modules)))\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "Usage: " in told.stdout
    assert told.stdout.endswith("[]\n")


def test_the_command_is_installed_beside_python(nowhere):
    command = f"{sys.prefix}/bin/throughline"
    told = subprocess.run([command, "--version"], capture_output=True, text=True, check=True, cwd="/")

    assert told.stdout == f"throughline {throughline.__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(nowhere, shell):
    assert "_THROUGHLINE_COMPLETE" in nowhere("completion", shell).stdout


def test_every_command_says_what_it_does():
    def walk(group):
        for each in group.commands.values():
            yield each
            yield from walk(each) if hasattr(each, "commands") else ()

    assert [each.name for each in walk(main) if not each.help] == []
