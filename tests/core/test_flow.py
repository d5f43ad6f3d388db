"""Flows: mistakes in the table are found at import, illegal steps are refused in a sentence."""

import pytest
from django.db.models import TextChoices

from core.flow import BrokenFlow, Flow, IllegalStep, step


class Light(TextChoices):
    RED = "red", "Red"
    GREEN = "green", "Green"


def light(**kwargs):
    steps = kwargs.get("steps", [step("go", frm=[Light.RED], to=Light.GREEN)])
    return Flow(Light, initial=Light.RED, steps=steps)


def test_target_of_an_open_step():
    assert light().target(Light.RED, "go") == Light.GREEN


def test_target_of_a_closed_step_is_a_sentence():
    with pytest.raises(IllegalStep, match=r"Cannot go: it is green\."):
        light().target(Light.GREEN, "go")


def test_open_steps_are_the_buttons():
    assert (light().open_steps(Light.RED), light().open_steps(Light.GREEN)) == (["go"], [])


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ([], "no step leads to"),
        ([step("go", frm=[Light.RED], to="blue")], "unknown status 'blue'"),
        ([step("go", frm=[Light.RED], to=Light.GREEN)] * 2, "stands twice"),
    ],
)
def test_flow_with_a_mistake_is_broken_at_import(steps, complaint):
    with pytest.raises(BrokenFlow, match=complaint):
        light(steps=steps)


def test_mermaid_draws_every_step():
    assert light().mermaid().splitlines()[1:] == ["    [*] --> red", "    red --> green: go", "    green --> [*]"]
