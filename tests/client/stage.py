"""What the tests of the client stand on: a command line that is signed in, and projects with something in them."""

import json

from click.testing import CliRunner

from tests.journeys.line import (
    MODEL,
    SCOPE,
    csv,
    start_training,
    transactions,
    until_ended,
    until_profiled,
    upload,
)
from tests.people import ROLES
from throughline.cli import main


class Line:
    """`line("projects", "list")`: run the command, expect its exit code, and get its result."""

    def __init__(self, url, token):
        self.env = {"THROUGHLINE_URL": url, "THROUGHLINE_TOKEN": token}
        self.ran = set()

    def __call__(self, *arguments, code=0, given=""):
        arguments = [str(one) for one in arguments]
        self.ran.add(path_of(main, arguments))
        result = CliRunner().invoke(main, arguments, env=self.env, input=given)
        assert result.exit_code == code, (arguments, result.exit_code, result.output, result.exception)
        return result

    def json(self, *arguments, code=0, given=""):
        return json.loads(self(*arguments, "--json", code=code, given=given).stdout)

    def quiet(self, *arguments, code=0, given=""):
        return self(*arguments, "--quiet", code=code, given=given).stdout.strip()


def path_of(group, arguments):
    """`("projects", "list")` of the arguments that follow it or not."""
    path = []
    for word in arguments:
        path.append(word)
        found = group.commands.get(word) if hasattr(group, "commands") else None
        if found is None or not hasattr(found, "commands"):
            break
        group = found
    return tuple(path)


def make_project(people, key):
    people.owner.post("/projects", key=key, name=f"Project {key}")
    for username, role in ROLES.items():
        people.owner.post(f"/projects/{key}/members", username=username, role=role)
    return key


def train_first(people, key):
    people.product_owner.patch(f"/projects/{key}/scope", **SCOPE)
    version = upload(people.scientist, key, csv(transactions(1200, seed=1)))
    until_profiled(people.scientist, version)
    run_id = start_training(people.scientist, key, settings={"max_iter": 20}, seed=7)["run_id"]
    run = until_ended(people.scientist, key, run_id)
    assert run["status"] == "FINISHED", run
    people.scientist.post(f"/projects/{key}/models", name=MODEL)
    people.scientist.post(f"/projects/{key}/models/{MODEL}/versions", run=run_id)
    return run_id
