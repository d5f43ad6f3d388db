"""The form's changes in a policy's text: what is not changed keeps its lines and its comments."""

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.forms.policies import GateForm
from projects.policy import CannotEdit, House, Row, Type, edit_gate, gate_as_plain, path_at, read_pack, shipped
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


FACTS = {
    "risks.open": Type.NUMBER,
    "project.stage": Type.TEXT,
    "model.value": Type.ESTIMATE,
    "model.gain": Type.ESTIMATE,
    "model.slices": Type.SLICES,
    "run.slices": Type.SLICES,
}
ROLES = ["owner", "sponsor", "risk", "validator", "engineer"]
GATES = ["scope", "feasibility", "release", "retirement"]
HOUSE = House(FACTS, gates=GATES, roles=ROLES, urgent=["release"])


def sent(said, data):
    form = GateForm(said, 1, FACTS, data)
    assert form.is_valid(), (form.checks.errors, form.approvals.errors, form.rules.errors)
    return form


@pytest.mark.parametrize("announced", ["-1", "0", "1", "9", "many"])
@pytest.mark.parametrize("part", ["checks", "approvals"])
def test_a_form_that_does_not_come_with_the_rows_it_announces_changes_nothing(part, announced):
    said = gate_as_plain(TEXT, "scope")

    form = GateForm(said, 1, FACTS, as_sent(GateForm(said, 1, FACTS)) | {f"{part}-TOTAL_FORMS": announced})

    assert not form.is_valid()
    assert len(getattr(form, part).non_form_errors()) == 1


def untouched(said):
    return sent(said, as_sent(GateForm(said, 1, FACTS)))


def typed_over(said, wanted):
    """Every row of the form is left out, and what `wanted` says is typed into new ones."""
    old, new = GateForm(said, 1, FACTS), GateForm(wanted, 1, FACTS)
    data = {name: value for name, value in as_sent(old).items() if name.startswith(("checks-", "approvals-"))}
    data |= {name: value for name, value in as_sent(new).items() if not name.startswith(("checks-", "approvals-"))}
    for part in ("checks", "approvals"):
        there = len(old.entries[part])
        data |= {f"{part}-{at}-DELETE": "on" for at in range(there)}
        typed = [name for name in as_sent(new) if re.match(rf"{part}-[0-9]+-", name) and not name.endswith("-origin")]
        data = {name: value for name, value in data.items() if not name.startswith(f"{part}-{there}-")}
        for name in typed:
            _, at, field = name.split("-")
            data[f"{part}-{there + int(at)}-{field}"] = as_sent(new)[name]
        data[f"{part}-TOTAL_FORMS"] = there + len(new.entries[part]) + 1
    return sent(said, data)


def part(**values):
    """A mapping with some of these."""
    return st.fixed_dictionaries({}, optional=values)


CONDITIONS = ["risks.open < 5", 'project.stage == "a  # b"', "risks.open < 5\nand risks.open >= 0", "true", True]
WORDS = st.sampled_from(["channel", "country of sale", "ä#"])
SLICES = part(
    of=st.sampled_from(["model.slices", "run.slices"]),
    min_n=st.integers(0, 10_000),
    by=st.one_of(WORDS, st.lists(WORDS, min_size=1, unique=True)),
)
USUAL = {
    "label": st.sampled_from(["It holds", "yes", "'quoted' \\"]),
    "when": st.sampled_from(CONDITIONS),
    "severity": st.sampled_from(["block", "warn"]),
    "on_unknown": st.sampled_from(["fail", "wait", "pass"]),
}


def check(require, **more):
    return st.fixed_dictionaries({"require": st.sampled_from(require), **more}, optional=USUAL)


CHECKS = st.one_of(
    check(CONDITIONS),
    check(["ci_low(0.95) > 0.2", "estimate() < 1"], metric=st.sampled_from(["model.value", "model.gain"])),
    check(["ci_high(recall_gap) <= 0.2", "n > 3 and risks.open < 2"], each=st.fixed_dictionaries({"slices": SLICES})),
)
APPROVALS = st.one_of(
    *(
        st.fixed_dictionaries(
            {name: value},
            optional={
                "count": st.integers(1, 10),
                "not_in": st.just("project_team"),
                "when": st.sampled_from(CONDITIONS),
            },
        )
        for name, value in (
            ("role", st.sampled_from(ROLES)),
            ("any_of", st.lists(st.sampled_from(ROLES), min_size=2, unique=True)),
        )
    )
)
WAIVERS = st.fixed_dictionaries(
    {"allowed": st.just(True), "by": st.sampled_from(ROLES)}, optional={"max_days": st.integers(1, 90)}
)
FORM_GATES = part(
    standing_checks=st.sampled_from(["all", "listed"]),
    checks=st.lists(CHECKS, max_size=4).map(lambda all: [{"id": f"c{at}", **one} for at, one in enumerate(all)]),
    approvals=st.lists(APPROVALS, max_size=3),
    separation=st.lists(
        st.sampled_from(["no_self_approval", "contributors_cannot_decide", "authors_cannot_decide_alone"]), unique=True
    ),
    veto=st.lists(st.sampled_from(ROLES), unique=True),
    freshness=st.fixed_dictionaries({"valid_days": st.integers(1, 730)}),
    on_fail=st.fixed_dictionaries({"open_finding": st.sampled_from(["low", "medium", "high", "critical"])}),
    waivers=WAIVERS,
)


def pack_of(gates):
    said = {"apiVersion": "throughline/v1", "kind": "PolicyPack", "metadata": {"name": "trial"}, "gates": gates}
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True)


def meaning(text, gate):
    """What is asked, but for how a condition is laid out in lines."""
    found = read_pack(text.replace("\\n", " "), HOUSE).gates[gate]
    checks = [
        (one.id, one.label, one.metric, one.each, one.severity, one.on_unknown, " ".join(one.text.splitlines()))
        for one in found.checks
    ]
    approvals = [(set(one.roles), one.count, one.outside_team, one.when is None) for one in found.approvals]
    rest = (found.all_standing, found.separation, set(found.veto), found.valid_days, found.waivers)
    return checks, [one.when is None for one in found.checks], approvals, rest, found.opens_findings


@settings(deadline=None)
@given(said=FORM_GATES, more=part(on_pass=st.just({"unlock": "release"})))
def test_form_that_nobody_touched_is_the_same_text_whatever_it_says(said, more):
    text = pack_of({"scope": said | more, "release": {}})
    form = untouched(gate_as_plain(text, "scope"))

    assert edit_gate(text, "scope", form.changes()).text == text
    assert form.in_text_alone == (["on_pass: {unlock: release}"] if more else [])


@settings(deadline=None)
@given(said=FORM_GATES, before=FORM_GATES)
def test_whatever_a_gate_says_can_be_said_in_the_form_over_anything(said, before):
    text, wanted = pack_of({"scope": before}), pack_of({"scope": said})
    form = typed_over(gate_as_plain(text, "scope"), gate_as_plain(wanted, "scope"))

    made = edit_gate(text, "scope", form.changes()).text

    assert meaning(made, "scope") == meaning(wanted, "scope")


def test_slices_and_metric_of_a_check_are_changed_in_the_form_and_the_rest_of_it_stays():
    form_of = gate_as_plain(TEXT, "scope")
    data = as_sent(GateForm(form_of, 1, FACTS)) | {
        "checks-0-min_n": 50,
        "checks-0-by": "channel, country",
        "checks-1-metric": "model.value",
        "checks-1-require": "ci_low(0.95) > 0.2",
    }
    form = GateForm(form_of, 1, FACTS, data)
    assert form.is_valid()

    first, second = gate_as_plain(edit_gate(TEXT, "scope", form.changes()).text, "scope")["checks"]

    assert first["each"] == {"slices": {"min_n": 50, "by": ["channel", "country"]}}
    assert second == {"id": "second", "require": "ci_low(0.95) > 0.2", "metric": "model.value"}


def test_a_fact_that_is_no_more_stays_until_somebody_chooses_another():
    said = {"checks": [{"id": "a", "require": "ci_low(0.95) > 0", "metric": "model.gone"}]}
    form = untouched(said)

    assert form.changes()["checks"][0].values["metric"] == "model.gone"


@pytest.mark.parametrize("name", sorted(shipped()))
@pytest.mark.parametrize("gate", ["scope", "feasibility", "release", "retirement"])
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(name, gate):
    text = shipped()[name]
    shown = GateForm(gate_as_plain(text, gate), 1, FACTS)
    sent = GateForm(gate_as_plain(text, gate), 1, FACTS, as_sent(shown))

    assert sent.is_valid(), (sent.checks.errors, sent.approvals.errors, sent.rules.errors)
    assert edit_gate(text, gate, sent.changes()).text == text
