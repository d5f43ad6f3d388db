"""Checks of each slice, and the tests that stand beside a policy."""

import pytest

from projects.policy import Estimate, House, PolicyError, Slice, Type, decide, from_json, read_pack, run_tests, to_json

HOUSE = House(
    catalogue={
        "risks.critical": Type.NUMBER,
        "model.gain": Type.ESTIMATE,
        "model.slices": Type.SLICES,
        "runs.slices": Type.SLICES,
        "team.roles": Type.TEXTS,
        "checks.decision_is_stated": Type.BOOLEAN,
    },
    gates=("scope", "release"),
    roles=("owner", "validator"),
)
HEAD = "apiVersion: throughline/v1\nkind: PolicyPack\nmetadata: {name: trial}\n"
GATE = HEAD + "gates:\n  release:\n    checks:\n"
BAD_SLICE = """\
      - id: no_bad_slice
        each: {slices: {min_n: 300, by: [region]}}
        require: ci_high(recall_gap) <= 0.08
        on_unknown: wait
"""


def a_slice(value, gap, *, n=500, by="region", error=0.01):
    return Slice(by, value, n, {"recall_gap": Estimate(gap, error)})


def found(*slices, check=BAD_SLICE):
    facts = {"model.slices": slices or None}
    (one,) = decide(read_pack(GATE + check, HOUSE).gates["release"], facts).findings
    return one


def problems(text):
    with pytest.raises(PolicyError) as refusal:
        read_pack(text, HOUSE)
    return [(one.line, one.column, one.message) for one in refusal.value.problems]


# Slices


def test_each_slice_holds():
    one = found(a_slice("north", 0.01), a_slice("south", 0.05))

    assert one.state == "ok"
    assert one.said == "holds of 2 slices; closest: region=south (recall_gap 0.05, 0.0304 to 0.0696, 500 rows)"


BEYOND = Slice("", "the slices beyond the first 200", None, {})


def test_slices_that_were_cut_off_are_unknown_whatever_column_is_asked_of():
    one = found(a_slice("north", 0.01), BEYOND)

    assert (one.state, one.said) == (
        "wait",
        "unknown of the slices beyond the first 200 (recall_gap unknown, rows not counted)",
    )
    assert found(a_slice("north", 0.01), BEYOND, check=BAD_SLICE.replace("wait", "fail")).state == "bad"


def test_a_slice_that_fails_is_not_hidden_by_those_that_were_cut_off():
    one = found(a_slice("south", 0.2), BEYOND, check=BAD_SLICE.replace("wait", "pass"))

    assert one.state == "bad"
    assert "region=south" in one.said


def test_slices_that_were_cut_off_stay_so_in_what_is_kept():
    kept = from_json(to_json((a_slice("north", 0.01), BEYOND)), Type.SLICES)

    assert kept == (a_slice("north", 0.01), BEYOND)


def test_the_worst_slice_is_named():
    one = found(a_slice("north", 0.09), a_slice("south", 0.2), a_slice("east", 0.01))

    assert one.state == "bad"
    assert one.said == "worst of 2 slices that fail: region=south (recall_gap 0.2, 0.18 to 0.22, 500 rows)"


def test_a_slice_that_is_too_small_or_of_another_column_is_not_asked():
    assert found(a_slice("north", 0.01), a_slice("south", 0.9, n=299), a_slice("x", 0.9, by="channel")).state == "ok"


@pytest.mark.parametrize(
    ("slices", "said"),
    [
        ((), "no slices are measured"),
        ((a_slice("north", 0.0, n=10),), "no slice by region has 300 rows or more"),
        ((a_slice("x", 0.0, by="channel"),), "no slice by region has 300 rows or more"),
        ((a_slice("north", 0.0, error=None),), "unknown of region=north (recall_gap 0, no interval, 500 rows)"),
        ((Slice("region", "north", 500, {}),), "unknown of region=north (recall_gap unknown, 500 rows)"),
        ((a_slice("north", 0.9, n=None),), "unknown of region=north (recall_gap 0.9, 0.88 to 0.92, rows not counted)"),
    ],
)
def test_what_is_not_measured_is_unknown(slices, said):
    one = found(*slices)

    assert (one.state, one.is_unknown, one.said) == ("wait", True, said)


def test_a_slice_that_fails_counts_more_than_one_that_is_unknown():
    assert found(a_slice("north", 0.9), a_slice("south", 0.0, error=None)).state == "bad"


def test_a_slice_of_which_nobody_counted_the_rows_may_pass():
    assert found(a_slice("north", 0.01, n=None)).state == "ok"


def test_conditions_on_slices_may_speak_of_facts_and_rows():
    check = """\
      - id: large
        each: {slices: {of: model.slices}}
        require: n >= 100 and (estimate(recall_gap) < 0.1 or risks.critical == 0)
"""
    gate = read_pack(GATE + check, HOUSE).gates["release"]
    slices = (a_slice("north", 0.2, n=150), a_slice("south", 0.3, n=120))

    assert gate.facts == {"model.slices", "risks.critical"}
    assert decide(gate, {"model.slices": slices, "risks.critical": 0}).findings[0].state == "ok"
    bad = decide(gate, {"model.slices": slices, "risks.critical": 1}).findings[0]
    assert (bad.state, "region=south" in bad.said) == ("bad", True)


def test_words_of_one_name_no_metric_outside_of_slices():
    (problem,) = problems(GATE + "      - {id: one, require: ci_high(recall_gap) <= 0.1}\n")

    assert "there is no fact 'recall_gap'" in problem[2]


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("{id: one, each: {slices: {of: team.roles}}, require: n > 1}", "team.roles is none"),
        ("{id: one, each: {slices: {min_n: -1}}, require: n > 1}", "min_n is a whole number from 0"),
        ("{id: one, each: {slices: {by: [a, a]}}, require: n > 1}", "by is a list of different words"),
        ("{id: one, each: {}, require: n > 1}", "each needs 'slices'"),
        ("{id: one, each: {slices: {}}, require: recall > 1}", "say ci_low, ci_high or estimate of it"),
        ("{id: one, each: {slices: {}}, metric: model.gain, require: n > 1}", "not both"),
        ("{id: one, require: model.slices == 1}", "say each: {slices: {}}"),
        ("{id: one, each: {slices: {}}, require: 'ci_low(recall, 2) > 1'}", "the level is a number between 0 and 1"),
    ],
)
def test_a_wrong_check_of_slices_says_so(check, said):
    (problem,) = problems(GATE + f"      - {check}\n")

    assert problem[0] == 7
    assert said in problem[2]


def test_slices_survive_being_kept():
    kept = (a_slice("north", 0.1), a_slice("south", 0.2, n=None, error=None))

    assert from_json(to_json(kept), Type.SLICES) == kept
    assert from_json([{"by": "region"}], Type.SLICES) is None
    assert from_json([{"by": 1, "value": "x", "n": 1, "metrics": {}}], Type.SLICES) is None


def test_an_interval_without_a_level_is_one_of_95_percent():
    check = """\
      - {id: one, metric: model.gain, require: ci_low() > 0}
      - {id: two, require: ci_low(model.gain) > 0}
"""
    gate = read_pack(GATE + check, HOUSE).gates["release"]

    def states(error):
        return [one.state for one in decide(gate, {"model.gain": Estimate(0.1, error)}).findings]

    assert [states(0.05), states(0.06), states(None)] == [["ok", "ok"], ["bad", "bad"], ["bad", "bad"]]


# What opens findings


def test_on_fail_names_the_severity_of_the_finding():
    gate = read_pack(HEAD + "gates:\n  release:\n    on_fail: {open_finding: medium}\n", HOUSE).gates["release"]

    assert gate.opens_findings == "medium"
    assert problems(HEAD + "gates:\n  release:\n    on_fail: {open_finding: huge}\n") == [
        (6, 29, "open_finding is one of low, medium, high, critical: got 'huge'.")
    ]


# Tests beside the policy

TESTED = (
    GATE
    + BAD_SLICE
    + """\
      - {id: no_critical_risk, require: risks.critical == 0}
    approvals:
      - {role: validator, count: 2}
    waivers: {allowed: true, by: owner, never_for: [no_bad_slice]}
tests:
"""
)


def runs(tests):
    return [(one.test.name, list(one.failures)) for one in run_tests(read_pack(TESTED + tests, HOUSE))]


def test_tests_say_what_the_gate_says():
    tests = """\
  - name: a bad slice stops it
    gate: release
    facts:
      risks.critical: 0
      checks.decision_is_stated: true
      model.slices:
        - {by: region, value: north, n: 500, metrics: {recall_gap: {value: 0.2, error: 0.01}}}
    expect: {met: false, approvals: 2, checks: {no_bad_slice: bad, no_critical_risk: ok, decision_is_stated: ok}}
  - name: unknown slices wait
    gate: release
    facts: {risks.critical: 1, model.slices: null}
    waived: [no_bad_slice, no_critical_risk]
    expect: {checks: {no_bad_slice: wait, no_critical_risk: waived}}
"""
    assert runs(tests) == [("a bad slice stops it", []), ("unknown slices wait", [])]


def test_a_test_that_fails_says_why():
    tests = """\
  - name: wrong
    gate: release
    facts: {risks.critical: 1}
    expect: {met: true, approvals: 1, checks: {no_critical_risk: ok, decision_is_stated: ok}}
"""
    assert runs(tests) == [
        (
            "wrong",
            [
                "no_critical_risk is bad, expected ok.",
                "decision_is_stated is not asked for: give its fact, checks.decision_is_stated.",
                "the gate is not met: no_bad_slice is wait, no_critical_risk is bad.",
                "approvals of 2 persons are asked for, expected 1.",
            ],
        )
    ]


@pytest.mark.parametrize(
    ("test", "place", "said"),
    [
        ("{gate: release, expect: {met: true}}", (16, 5), "a test needs 'name'"),
        ("{name: a, gate: scope, expect: {met: true}}", (16, 21), "gate is one of release"),
        ("{name: a, gate: release, expect: {}}", (16, 38), "expects something"),
        ("{name: a, gate: release, expect: {checks: {nothing: ok}}}", (16, 48), "no 'nothing'"),
        ("{name: a, gate: release, expect: {checks: {no_bad_slice: fine}}}", (16, 62), "one of ok, bad, wait"),
        ("{name: a, gate: release, facts: {risks.critica: 1}, expect: {met: true}}", (16, 38), "'risks.critical'"),
        ("{name: a, gate: release, facts: {risks.critical: x}, expect: {met: true}}", (16, 54), "is a number"),
        (
            "{name: a, gate: release, facts: {model.gain: {value: 1, error: -1}}, expect: {}}",
            None,
            "0 or more",
        ),
        ("{name: a, gate: release, facts: {model.slices: [1]}, expect: {met: true}}", None, "a slice is a mapping"),
    ],
)
def test_a_wrong_test_is_named_with_its_place(test, place, said):
    (problem,) = problems(TESTED + f"  - {test}\n")[:1]

    assert said in problem[2]
    assert place in (None, problem[:2])
