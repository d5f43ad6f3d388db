"""Tests that stand beside the policy: facts that are given, and what the gate must say of them."""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

from projects.policy.deciding import Outcome, decide, standing_rule
from projects.policy.fields import Fields
from projects.policy.loading import Mapping, Node, Scalar
from projects.policy.pack import STATES, Expected, GatePolicy, Pack, PolicyTest
from projects.policy.values import Catalogue, Estimate, Slice, Type, Value

MOST_TESTS = 200
MOST_SLICES = 200
STANDING = "checks."


@dataclass(frozen=True)
class TestRun:
    """`failures` are sentences; none: it passes."""

    __test__ = False  # whatever its name says to pytest

    test: PolicyTest
    failures: tuple[str, ...]

    @property
    def is_passed(self) -> bool:
        return not self.failures


def run_tests(pack: Pack) -> list[TestRun]:
    """Every test by the evaluation that gates are passed by. Facts that a test leaves out are unknown; of the apps' own
    checks it asks those whose fact (`checks.NAME`) it gives."""
    return [_run(pack.gates.get(test.gate, GatePolicy(test.gate)), test) for test in pack.tests]


def read_tests(
    node: Node | None, fields: Fields, catalogue: Catalogue, gates: MappingOf[str, GatePolicy]
) -> tuple[PolicyTest, ...]:
    reader, found = _Reader(fields, catalogue, gates), dict[str, PolicyTest]()
    for one in fields.items(node, "tests", most=MOST_TESTS):
        test = reader.test(one)
        if test.name in found:
            fields.wrong(one, f"the test {test.name!r} stands twice.")
        found[test.name] = test
    return tuple(found.values())


def _run(policy: GatePolicy, test: PolicyTest) -> TestRun:
    listed = {check.id for check in policy.checks}
    names = [name.removeprefix(STANDING) for name in test.facts if name.startswith(STANDING)]
    standing = [standing_rule(name, name) for name in names if name not in listed]
    allowed = set(test.waived) - set(policy.waivers.never_for) if policy.waivers.is_allowed else set()
    return TestRun(test, tuple(_failures(decide(policy, test.facts, standing=standing, waived=allowed), test.expected)))


def _failures(outcome: Outcome, expected: Expected) -> list[str]:
    failures, found = [], {one.check.id: one for one in outcome.findings}
    for id, state in expected.checks:
        one = found.get(id)
        if one is None:
            failures.append(f"{id} is not asked for: give its fact, {STANDING}{id}.")
        elif one.state != state:
            failures.append(f"{id} is {one.state}, expected {state}{f': {one.said}' if one.said else ''}.")
    if expected.met not in (None, outcome.is_met):
        because = ", ".join(f"{one.check.id} is {one.state}" for one in outcome.blocking) or "every check holds"
        failures.append(f"the gate is {'met' if outcome.is_met else 'not met'}: {because}.")
    persons = sum(rule.count for rule in outcome.approvals)
    if expected.approvals not in (None, persons):
        failures.append(f"approvals of {persons} persons are asked for, expected {expected.approvals}.")
    return failures


class _Reader:
    def __init__(self, fields: Fields, catalogue: Catalogue, gates: MappingOf[str, GatePolicy]) -> None:
        self.fields, self.catalogue, self.gates = fields, catalogue, gates

    def test(self, node: Node) -> PolicyTest:
        fields, needed = self.fields, ("name", "gate", "expect")
        given = fields.mapping(node, "a test", (*needed, "facts", "waived"), needed=needed).entries
        gate = fields.choice(given.get("gate"), "gate", self.gates, default="")
        checks = self._checks_of(gate)
        facts = fields.mapping(given.get("facts"), "facts", self.catalogue).entries
        return PolicyTest(
            name=fields.text(given.get("name"), "name"),
            gate=gate,
            facts={
                name: self.value(one, name, self.catalogue[name])
                for name, one in facts.items()
                if name in self.catalogue
            },
            expected=self.expected(given.get("expect"), checks),
            waived=tuple(fields.choices(given.get("waived"), "waived", checks)),
            line=node.line,
            column=node.column,
        )

    def expected(self, node: Node | None, checks: list[str]) -> Expected:
        fields = self.fields
        given = fields.mapping(node, "expect", ("met", "checks", "approvals")).entries
        if node is not None and not given:
            fields.wrong(node, "a test expects something: met, checks or approvals.")
        states = fields.mapping(given.get("checks"), "checks", checks).entries
        return Expected(
            met=fields.flag(given.get("met"), "met", default=False) if "met" in given else None,
            checks=tuple((id, fields.choice(one, id, STATES, default="ok")) for id, one in states.items()),
            approvals=fields.whole(given.get("approvals"), "approvals", low=0, high=200, default=0)
            if "approvals" in given
            else None,
        )

    def value(self, node: Node, name: str, kind: Type) -> Value:
        """A fact as a test gives it; null says that it is unknown."""
        if isinstance(node, Scalar) and node.value is None:
            return None
        if kind is Type.BOOLEAN:
            return self.fields.flag(node, name, default=False)
        if kind is Type.NUMBER:
            return self.fields.number(node, name)
        if kind is Type.TEXT:
            return self.fields.text(node, name)
        if kind is Type.TEXTS:
            return frozenset(self.fields.words(node, name, most=500))
        return self.estimate(node, name) if kind is Type.ESTIMATE else self.slices(node, name)

    def estimate(self, node: Node, name: str) -> Estimate:
        """A number alone is one without an interval."""
        if isinstance(node, Scalar):
            return Estimate(self.fields.number(node, name) or 0.0, None)
        given = self.fields.mapping(node, name, ("value", "error"), needed=("value",)).entries
        error = self.fields.number(given.get("error"), "error")
        if error is not None and error < 0:
            self.fields.wrong(given["error"], f"error is a standard error, 0 or more: got {error:g}.")
        return Estimate(self.fields.number(given.get("value"), "value") or 0.0, error)

    def slices(self, node: Node, name: str) -> tuple[Slice, ...]:
        return tuple(self.slice(one) for one in self.fields.items(node, name, most=MOST_SLICES))

    def slice(self, node: Node) -> Slice:
        fields = self.fields
        given = fields.mapping(node, "a slice", ("by", "value", "n", "metrics"), needed=("by", "value")).entries
        metrics = given.get("metrics")
        if metrics is not None and not isinstance(metrics, Mapping):
            fields.wrong(metrics, "metrics is a mapping (name: value).")
        measured = metrics.entries if isinstance(metrics, Mapping) else {}
        value = given.get("value")
        return Slice(
            by=fields.text(given.get("by"), "by"),
            value=value.text if isinstance(value, Scalar) else "",
            n=fields.number(given.get("n"), "n"),
            metrics={word: self.estimate(one, word) for word, one in measured.items()},
        )

    def _checks_of(self, gate: str) -> list[str]:
        """The ids that a test may speak of: the policy's own, and the apps'."""
        own = [one.id for one in self.gates[gate].checks] if gate in self.gates else []
        return [*own, *(name.removeprefix(STANDING) for name in self.catalogue if name.startswith(STANDING))]
