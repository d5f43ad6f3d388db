"""What the page on writing policies shows is read, and its tests pass."""

import re
from pathlib import Path

import pytest

from projects import policies
from projects.policy import FUNCTIONS, OF_ANY, run_tests
from throughline.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")
PACKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", PACKS, ids=[re.search(r"name: (\w+)", one)[1] for one in PACKS])
def test_example_is_a_policy_whose_tests_pass(text):
    runs = run_tests(policies.read_text(text))

    assert [(one.test.name, one.failures) for one in runs if not one.is_passed] == []
    assert runs


def test_every_function_is_told():
    assert [name for name in (*FUNCTIONS, *OF_ANY) if f"`{name}" not in PAGE] == []


def test_commands_and_their_options_are_there():
    group = main.commands["policy"]
    said = re.findall(r"^throughline policy (\w+)(.*?)(?:#.*)?$", PAGE, re.MULTILINE)

    assert {name for name, _ in said} == {"export", "check", "simulate", "propose"}
    for name, rest in said:
        options = {option for one in group.commands[name].params for option in one.opts}
        assert set(re.findall(r"--[a-z]+", rest)) <= options
