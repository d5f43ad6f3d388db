"""Policies as text: what can be said, what is refused and where, and that evaluating never fails."""

import itertools
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.policy import (
    FUNCTIONS,
    Estimate,
    House,
    PolicyError,
    Type,
    decide,
    from_json,
    is_of,
    read_pack,
    standing_rule,
    to_json,
)
from projects.policy.checking import type_of
from projects.policy.evaluation import both, either, evaluate, negated
from projects.policy.loading import MOST_CHARACTERS, MOST_DEPTH
from projects.policy.syntax import Binary, Call, ExpressionError, Fact, Literal, Unary, parse

# The first draw may wait for Hypothesis to look through all that is imported.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

CATALOGUE = {
    "lineage.complete": Type.BOOLEAN,
    "data.personal": Type.BOOLEAN,
    "dossier.recall_min": Type.NUMBER,
    "test_score": Type.NUMBER,
    "tier": Type.TEXT,
    "monitors.watch": Type.TEXTS,
    "recall": Type.ESTIMATE,
    "checks.decision_is_stated": Type.BOOLEAN,
}
HOUSE = House(
    catalogue=CATALOGUE,
    gates=("scope", "feasibility", "release", "retirement"),
    roles=("owner", "product_owner", "validator", "viewer"),
)
HEAD = "apiVersion: throughline/v1\nkind: PolicyPack\nmetadata: {name: trial}\n"


def problems(text):
    with pytest.raises(PolicyError) as refusal:
        read_pack(text, HOUSE)
    return [(one.line, one.column, one.message) for one in refusal.value.problems]


def gate_of(text):
    return read_pack(HEAD + "gates:\n  release:\n" + text, HOUSE).gates["release"]


def says(expression, **facts):
    node = parse(expression)
    type_of(node, CATALOGUE)
    return evaluate(node, {name.replace("__", "."): value for name, value in facts.items()})


# What a policy can say


def test_read_pack_whole():
    pack = read_pack(
        HEAD
        + """
tiers: [T3, T4]
gates:
  release:
    standing_checks: listed
    checks:
      - id: mup_met
        label: Recall reaches what pays
        metric: recall
        require: ci_low(0.90) >= dossier.recall_min
        on_unknown: wait
      - {id: score, require: test_score >= 3, severity: warn, when: tier == "T4"}
    approvals:
      - {role: validator, count: 1, not_in: project_team}
      - {any_of: [owner, product_owner], count: 2, when: data.personal}
    separation: [contributors_cannot_decide]
    freshness: {valid_days: 60}
    waivers: {allowed: true, by: owner, max_days: 30, never_for: [mup_met, decision_is_stated]}
    on_pass: {unlock: retirement}
  retirement: {}
""",
        HOUSE,
    )

    gate = pack.gates["release"]
    assert (pack.name, pack.title, pack.tiers) == ("trial", "Trial", ("T3", "T4"))
    assert [one.id for one in gate.checks] == ["mup_met", "score"]
    assert gate.facts == {"recall", "dossier.recall_min", "test_score", "tier", "data.personal"}
    assert [(one.roles, one.count, one.outside_team) for one in gate.approvals] == [
        (("validator",), 1, True),
        (("owner", "product_owner"), 2, False),
    ]
    assert gate.separation == {"no_self_approval", "contributors_cannot_decide"}
    assert (gate.valid_days, gate.waivers.by, gate.waivers.max_days) == (60, "owner", 30)
    assert gate.waivers.never_for == ("mup_met", "decision_is_stated")
    assert pack.keys_of("retirement") == ["release"]


@pytest.mark.parametrize(
    ("expression", "facts", "expected"),
    [
        ("1 + 2 * 3 == 7 and not (1 > 2)", {}, True),
        ("-test_score + 1 < 0", {"test_score": 3}, True),
        ("test_score / 0 > 1", {"test_score": 3}, None),
        ("1e99 * 1e99 * 1e99 * 1e99 > 1", {}, None),
        ("covers(monitors.watch, 'inputs', 'labels')", {"monitors__watch": frozenset({"inputs", "labels"})}, True),
        ("count(monitors.watch) >= 3", {"monitors__watch": frozenset({"inputs", "labels"})}, False),
        ("one_of(tier, 'T3', 'T4')", {"tier": "T3"}, True),
        ("ci_low(recall, 0.95) > 0.6", {"recall": Estimate(0.7, 0.05)}, True),
        ("ci_high(recall, 0.95) > 0.8", {"recall": Estimate(0.7, 0.05)}, False),
        ("known(recall) or lineage.complete", {}, None),
        ("known(recall)", {}, False),
        ("if_unknown(test_score, 0) < 1", {}, True),
        ("lineage.complete and data.personal", {"lineage__complete": False}, False),
        ("lineage.complete or data.personal", {"data__personal": True}, True),
        ("max(1, 2, 3) - min(1, 2) == abs(-2)", {}, True),
    ],
)
def test_expression(expression, facts, expected):
    assert says(expression, **facts) is expected


def test_ci_is_that_of_the_normal_distribution():
    low = evaluate(parse("ci_low(recall, 0.95)"), {"recall": Estimate(0.7, 0.1)})

    assert math.isclose(low, 0.7 - 1.959963985 * 0.1, rel_tol=1e-8)


# What is refused, and where


@pytest.mark.parametrize(
    ("check", "place", "said"),
    [
        ("{id: a, require: test_scor > 1}", "test_scor", "there is no fact 'test_scor'. Did you mean test_score"),
        ("{id: a, require: test_score > tier}", "tier", "compares a number with a number: this is a text"),
        ("{id: a, require: recall > 0.5}", "recall", "cannot compare an estimate; say ci_low"),
        ("{id: a, require: test_score}", "test_score", "is true or false: this is a number"),
        ("{id: a, require: open(tier)}", "open", "there is no function 'open'"),
        ("{id: a, require: tier.__class__ == 1}", "tier.__class__", "there is no fact 'tier.__class__'"),
        ("{id: a, require: 'test_score > '}", "'}", "expected a fact, a number or a text"),
        ("{id: a, require: 'ci_low(recall, 95) > 0'}", "95", "level is a number between 0 and 1"),
        ("{id: a, require: 'covers(tier)'}", "covers", "covers takes 2 to 32 values: got 1"),
        ("{id: a, require: 1 < 2 < 3}", "< 3", "one comparison at a time"),
        ("{id: a}", "{", "needs 'require'"),
        ("{id: a, require: lineage.complete, severty: warn}", "severty", "Did you mean 'severity'"),
        ("{id: a, require: lineage.complete, severity: stop}", "stop", "is one of block, warn: got 'stop'"),
        ("{id: a, metric: tier, require: ci_low(0.9) > 0}", "tier", "metric is an estimate: tier is a text"),
        ("{id: A, require: lineage.complete}", "A", "lower-case"),
    ],
)
def test_a_wrong_check_is_named_with_its_place(check, place, said):
    found = problems(HEAD + f"gates:\n  release:\n    checks:\n      - {check}\n")

    assert [one[:2] for one in found] == [(7, 9 + check.index(place))]
    assert said in found[0][2]


def test_places_are_exact():
    found = problems(
        HEAD
        + """gates:
  release:
    checks:
      - id: a
        require: lineage.complete and test_scor > 1
      - id: b
        require: "tier > 1"
      - id: c
        require: >
          lineage.complete and
          nothing.known
"""
    )

    assert [one[:2] for one in found] == [(8, 39), (10, 19), (12, 18)]
    assert "character 22 of the expression" in found[2][2]


def test_every_problem_is_told_at_once():
    found = problems("apiVersion: v2\nkind: PolicyPack\nmetadata: {name: A B}\ngates: {launch: {}}")

    assert [one[0] for one in found] == [1, 3, 4]


def test_cycle_is_refused_with_its_place():
    found = problems(
        HEAD
        + """gates:
  scope:
    on_pass: {unlock: release}
  release:
    on_pass: {unlock: [scope]}
"""
    )

    assert found == [
        (6, 23, "a cycle: scope unlocks release unlocks scope; none of them would ever open."),
        (8, 23, "a cycle: release unlocks scope unlocks release; none of them would ever open."),
    ]


def test_unlocking_what_comes_before_or_is_not_there_is_refused():
    found = problems(HEAD + "gates:\n  release: {on_pass: {unlock: [scope, retirement]}}\n")

    assert [one[2] for one in found] == [
        "release cannot unlock scope, which comes before it.",
        "release unlocks retirement, of which this policy says nothing.",
    ]


def test_yaml_bomb_is_refused():
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"

    assert problems(bomb) == [(1, 4, "anchors (&) and aliases (*) are not allowed: write it out.")]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", (1, 1), "empty"),
        ("a: [1, 2", (2, 1), "not YAML"),
        ("a: 1\na: 2", (2, 1), "'a' stands twice"),
        ("a: !!python/object:os.system x", (1, 4), "tags are not allowed"),
        ("a: 1\n---\nb: 2", (2, 1), "one document"),
        ("? [a]\n: 1", (1, 3), "a key is a word"),
        ("x: " + "[" * 50, (1, 3 + MOST_DEPTH), "deep"),
        ("a: 'x" + "y" * 5000 + "'", (1, 4), "at most 4,000 characters"),
        ("# " + "x" * MOST_CHARACTERS, (1, MOST_CHARACTERS + 1), "at most 1,048,576 characters"),
        ("a: \x00", (1, 1), "not YAML"),
        ("a: \ud800", (1, 1), "not YAML"),
        ("[" + "1," * 70_000 + "]", (1, 120_000), "at most 60,000 values"),
        ("- 1", (1, 1), "a policy is a mapping"),
    ],
)
def test_text_that_is_no_policy(text, place, said):
    found = problems(text)

    assert said in found[0][2]
    assert found[0][:2] == place


def test_ten_thousand_checks_are_refused():
    checks = "".join(f"      - {{id: c{n}, require: lineage.complete}}\n" for n in range(10_000))

    found = problems(HEAD + "gates:\n  release:\n    checks:\n" + checks)

    assert found == [(207, 9, "checks has at most 200 entries: got 10,000.")]


def test_a_character_that_no_text_has_is_told_as_that():
    found = problems(HEAD + 'gates:\n  release:\n    checks: [{id: "c\\0", require: lineage.complete}]\n')

    assert found[0][:2] == (6, 19)
    assert found[0][2] == "id has a character that no text has, NUL, at place 2."


@pytest.mark.parametrize("text", ["(" * 500 + "1", "not " * 250, "-" * 999, "1" + "+1" * 400, "x" * 2000])
def test_an_expression_has_bounds(text):
    with pytest.raises(ExpressionError):
        parse(text)


def test_chains_that_nest_are_refused_before_they_exhaust_the_stack():
    with pytest.raises(ExpressionError, match="more than 120 operators and calls") as refused:
        parse("(" * 9 + "1" + ("*1" * 48 + ")") * 9)

    assert refused.value.at > 0
    assert type_of(parse("1 < " + " + ".join(["1"] * 49)), CATALOGUE) is Type.BOOLEAN


def test_each_argument_is_typed_once():
    nested = Literal(1.0, 0)
    for _ in range(40):
        nested = Call("abs", (nested,), 0)

    assert type_of(nested, CATALOGUE) is Type.NUMBER


@PATIENT
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    try:
        read_pack(text, HOUSE)
    except PolicyError as exc:
        refused = exc.problems
    else:
        refused = []
    assert all(one.line >= 1 and one.column >= 1 for one in refused)


@PATIENT
@given(st.text(alphabet="()<>=!+-*/.,\"' 019aetrusnod_", max_size=80))
def test_any_expression_is_read_or_refused(text):
    try:
        type_of(parse(text), CATALOGUE)
    except ExpressionError as exc:
        at = exc.at
    else:
        at = 0
    assert 0 <= at <= len(text)


# Logic of three values

TRUTH = [True, False, None]


def test_kleene_laws():
    for a, b, c in itertools.product(TRUTH, repeat=3):
        assert both(a, b) is both(b, a)
        assert either(a, b) is either(b, a)
        assert both(a, both(b, c)) is both(both(a, b), c)
        assert both(a, either(b, c)) is either(both(a, b), both(a, c))
        assert negated(both(a, b)) is either(negated(a), negated(b))
        assert negated(negated(a)) is a
        assert (both(a, True), either(a, False), both(a, False), either(a, True)) == (a, a, False, True)
    assert either(None, negated(None)) is None


_floats = st.floats(allow_nan=False, allow_infinity=False)
_values = {
    Type.BOOLEAN: st.booleans(),
    Type.NUMBER: st.one_of(_floats, st.integers(-(2**53), 2**53)),
    Type.TEXT: st.sampled_from(["", "T3", "x"]),
    Type.TEXTS: st.frozensets(st.sampled_from(["inputs", "labels", "x"])),
    Type.ESTIMATE: st.builds(Estimate, _floats, st.floats(0, 1e308)),
}
_facts = st.fixed_dictionaries({}, optional={name: st.none() | _values[kind] for name, kind in CATALOGUE.items()})


def _tree(kind, depth):
    """Expressions of this type."""
    names = [Fact(name, 0) for name, one in CATALOGUE.items() if one is kind]
    leaves = st.sampled_from(names)
    if kind in (Type.BOOLEAN, Type.TEXT, Type.NUMBER):
        literals = _floats if kind is Type.NUMBER else _values[kind]
        leaves |= st.builds(Literal, literals, st.just(0))
    if depth == 0:
        return leaves
    calls = [_call(name, one, depth) for name, one in FUNCTIONS.items() if one.gives is kind]
    same = st.tuples(_tree(kind, depth - 1), _tree(kind, depth - 1))
    calls.append(st.builds(Call, st.just("if_unknown"), same, st.just(0)))
    if kind is Type.BOOLEAN:
        truth, number = _tree(Type.BOOLEAN, depth - 1), _tree(Type.NUMBER, depth - 1)
        calls += [
            st.builds(Unary, st.just("not"), truth, st.just(0)),
            st.builds(Binary, st.sampled_from(["and", "or", "==", "!="]), truth, truth, st.just(0)),
            st.builds(Binary, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), number, number, st.just(0)),
            st.builds(Call, st.just("known"), st.tuples(_tree(Type.ESTIMATE, 0)), st.just(0)),
        ]
    if kind is Type.NUMBER:
        number = _tree(Type.NUMBER, depth - 1)
        calls += [
            st.builds(Unary, st.just("-"), number, st.just(0)),
            st.builds(Binary, st.sampled_from("+-*/"), number, number, st.just(0)),
        ]
    return st.one_of(leaves, *calls)


def _call(name, function, depth):
    if name.startswith("ci_"):
        levels = st.builds(Literal, st.sampled_from([0.5, 0.95, 0.999999]), st.just(0))
        arguments = st.tuples(_tree(Type.ESTIMATE, 0), levels)
    else:
        arguments = st.tuples(*(_tree(kind, depth - 1) for kind in function.takes))
    return st.builds(Call, st.just(name), arguments, st.just(0))


@PATIENT
@given(_tree(Type.BOOLEAN, 3), _facts)
def test_evaluating_is_total(node, facts):
    """Whatever is well typed has an answer of its type, or None."""
    assert type_of(node, CATALOGUE) is Type.BOOLEAN

    assert is_of(evaluate(node, facts), Type.BOOLEAN)


@PATIENT
@given(_tree(Type.NUMBER, 3), _facts)
def test_arithmetic_is_total(node, facts):
    assert is_of(evaluate(node, facts), Type.NUMBER)


@PATIENT
@given(_facts)
def test_facts_survive_being_kept(facts):
    for name, value in facts.items():
        assert from_json(to_json(value), CATALOGUE[name]) == value


def test_a_fact_that_changed_its_type_reads_as_unknown():
    assert from_json({"value": 1, "error": True}, Type.ESTIMATE) is None
    assert from_json("x", Type.NUMBER) is None
    assert from_json(["x"], Type.TEXTS) == {"x"}


# What it decides


@pytest.mark.parametrize(("on_unknown", "state"), [("fail", "bad"), ("wait", "wait"), ("pass", "ok")])
def test_decide_unknown_as_the_check_says(on_unknown, state):
    gate = gate_of(f"    checks: [{{id: a, require: lineage.complete, on_unknown: {on_unknown}}}]")

    outcome = decide(gate, {})

    assert [(one.state, one.is_unknown) for one in outcome.findings] == [(state, True)]
    assert outcome.is_met is (state == "ok")


def test_decide_asks_the_standing_checks_too():
    gate = gate_of("    checks: [{id: b, require: lineage.complete}]")
    standing = [standing_rule("decision_is_stated", "The decision is stated")]

    outcome = decide(gate, {"lineage.complete": True}, standing=standing)

    assert [(one.check.id, one.state) for one in outcome.findings] == [("decision_is_stated", "wait"), ("b", "ok")]
    assert not outcome.is_met
    assert decide(gate, {"lineage.complete": True, "checks.decision_is_stated": True}, standing=standing).is_met


def test_decide_listed_asks_no_standing_check():
    gate = gate_of("    standing_checks: listed\n    checks: [{id: b, require: lineage.complete}]")

    outcome = decide(gate, {}, standing=[standing_rule("decision_is_stated", "")], waived={"b"})

    assert [(one.check.id, one.state) for one in outcome.findings] == [("b", "waived")]
    assert outcome.is_met


def test_decide_warning_blocks_nothing_and_when_leaves_out():
    gate = gate_of(
        "    checks:\n"
        "      - {id: a, require: lineage.complete, severity: warn}\n"
        "      - {id: b, require: lineage.complete, when: data.personal}\n"
    )

    outcome = decide(gate, {"lineage.complete": False, "data.personal": False})

    assert [one.state for one in outcome.findings] == ["bad", "left_out"]
    assert outcome.is_met


def test_decide_approval_is_asked_for_unless_its_condition_is_false():
    gate = gate_of("    approvals: [{role: validator, when: data.personal}]")

    asked = [len(decide(gate, {"data.personal": value}).approvals) for value in (True, None, False)]

    assert asked == [1, 1, 0]
