"""The form's changes in a policy's text: what is not changed keeps its lines and its comments."""

import pytest

from projects.forms.policies import GateForm
from projects.policy import CannotEdit, Row, edit_gate, gate_as_plain, path_at, shipped
from projects.policy.editing import comments
from tests.projects.factories import as_sent

TEXT = """\
# At the head.
apiVersion: throughline/v1
kind: PolicyPack
metadata: {name: trial}  # beside
gates:
  # Above the gate.
  scope:
    # Above the checks.
    checks:  # beside the checks
      # Above the first.
      - id: first
        require: risks.open < 5  # five is a prior
        each: {slices: {min_n: 3}}
      # Above the second.
      - {id: second, require: "a # b"}

    # Above the approvals.
    approvals:
      - {role: validator, count: 2}
    freshness: {valid_days: 60}  # a prior
  # Above the next gate.
  release: {}
# At the end.
"""


def edited(gate, text=TEXT, **changes):
    return edit_gate(text, gate, changes)


def changed_lines(after, text=TEXT):
    before = text.split("\n")
    now = after.split("\n")
    return [line for line in before if line not in now], [line for line in now if line not in before]


FIRST, SECOND = Row(0, {}), Row(1, {})


def test_what_is_not_changed_is_the_same_text():
    same = edited(
        "scope", checks=[FIRST, SECOND], approvals=[Row(0, {"role": "validator"})], freshness={"valid_days": 60}
    )

    assert (same.text, same.lost) == (TEXT, ())
    for text in shipped().values():
        for gate in ("scope", "feasibility", "release", "retirement"):
            assert edit_gate(text, gate, gate_as_plain(text, gate)).text == text


def test_a_changed_check_is_written_anew_in_its_place_and_keeps_what_the_form_does_not_know():
    found = edited("scope", checks=[Row(0, {"require": "risks.open < 3", "severity": "warn"}), SECOND])

    assert changed_lines(found.text) == (
        ["        require: risks.open < 5  # five is a prior"],
        ["        require: risks.open < 3", "        severity: warn"],
    )
    assert found.lost == ("# five is a prior",)
    assert gate_as_plain(found.text, "scope")["checks"][0]["each"] == {"slices": {"min_n": 3}}


def test_a_new_check_comes_last_and_loses_nothing():
    found = edited("scope", checks=[FIRST, SECOND, Row(None, {"id": "third", "require": 'one_of(project.tier, "T1")'})])

    assert found.lost == ()
    assert changed_lines(found.text) == ([], ["      - id: third", '        require: one_of(project.tier, "T1")'])
    assert [one["id"] for one in gate_as_plain(found.text, "scope")["checks"]] == ["first", "second", "third"]


def test_a_check_that_is_left_out_takes_the_comments_above_it_with_it():
    found = edited("scope", checks=[FIRST])

    assert found.lost == ("# Above the second.",)
    assert gate_as_plain(found.text, "scope")["checks"][0]["id"] == "first"
    assert gate_as_plain(found.text, "scope")["approvals"] == [{"role": "validator", "count": 2}]


def test_a_key_is_changed_added_and_left_out():
    found = edited("scope", freshness={"valid_days": 30}, approvals=None, on_fail={"open_finding": "high"})

    assert gate_as_plain(found.text, "scope") == {
        "checks": gate_as_plain(TEXT, "scope")["checks"],
        "freshness": {"valid_days": 30},
        "on_fail": {"open_finding": "high"},
    }
    assert found.lost == ("# a prior",)


def test_an_empty_gate_and_one_that_is_not_there_are_begun():
    rows = [Row(None, {"id": "one", "require": "risks.open == 0"})]
    empty, missing = edited("release", checks=rows), edited("retirement", checks=rows, separation=[])

    assert gate_as_plain(empty.text, "release") == {"checks": [{"id": "one", "require": "risks.open == 0"}]}
    assert gate_as_plain(missing.text, "retirement") == {"checks": [{"id": "one", "require": "risks.open == 0"}]}
    assert (empty.lost, missing.lost) == ((), ())
    assert list(gate_as_plain(missing.text, "scope")) == ["checks", "approvals", "freshness"]


def test_everything_left_out_is_an_empty_gate():
    found = edited("scope", checks=[], approvals=[], freshness=None)

    assert gate_as_plain(found.text, "scope") == {}
    assert "  scope: {}" in found.text.split("\n")
    assert "# Above the next gate." not in found.lost


def test_gates_in_braces_are_for_a_person():
    with pytest.raises(CannotEdit, match="use the text"):
        edit_gate("apiVersion: throughline/v1\ngates: {scope: {}}\n", "scope", {"checks": []})


@pytest.mark.parametrize(
    "value", ["yes", "null", "1.5", "- a", "a: b", "a # b", "it's", '"', "", "two\nlines", "ä", "{x"]
)
def test_any_text_comes_back(value):
    found = edited("release", checks=[Row(None, {"id": value, "require": value})])

    assert gate_as_plain(found.text, "release")["checks"] == [{"id": value, "require": value}]


def test_comments_are_found_and_a_sharp_in_a_text_is_none():
    assert comments(TEXT) == [
        "# At the head.",
        "# beside",
        "# Above the gate.",
        "# Above the checks.",
        "# beside the checks",
        "# Above the first.",
        "# five is a prior",
        "# Above the second.",
        "# Above the approvals.",
        "# a prior",
        "# Above the next gate.",
        "# At the end.",
    ]


def test_a_place_leads_to_what_stands_there():
    assert path_at(TEXT, 12, 18) == ("gates", "scope", "checks", 0, "require")
    assert path_at(TEXT, 15, 33) == ("gates", "scope", "checks", 1, "require")
    assert path_at(TEXT, 19, 30) == ("gates", "scope", "approvals", 0, "count")
    assert path_at(TEXT, 20, 29) == ("gates", "scope", "freshness", "valid_days")


@pytest.mark.parametrize("name", sorted(shipped()))
@pytest.mark.parametrize("gate", ["scope", "feasibility", "release", "retirement"])
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(name, gate):
    text = shipped()[name]
    shown = GateForm(gate_as_plain(text, gate), 1)
    sent = GateForm(gate_as_plain(text, gate), 1, as_sent(shown))

    assert sent.is_valid(), (sent.checks.errors, sent.approvals.errors, sent.rules.errors)
    assert edit_gate(text, gate, sent.changes()).text == text
