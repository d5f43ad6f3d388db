"""Text to a pack of policies, or everything that is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from projects.policy.checking import bare_words, fact_type, facts_in, type_of
from projects.policy.fields import Fields
from projects.policy.loading import Mapping, Node, Scalar, load
from projects.policy.pack import (
    FINDINGS,
    NO_SELF_APPROVAL,
    ON_UNKNOWN,
    PROJECT_TEAM,
    SEPARATIONS,
    SEVERITIES,
    VALIDATION,
    ApprovalRule,
    CheckRule,
    Each,
    Emergency,
    GatePolicy,
    Pack,
    Waivers,
)
from projects.policy.syntax import Expression, ExpressionError, Literal, parse
from projects.policy.unit_tests import read_tests
from projects.policy.values import Catalogue, Type

API_VERSION = "throughline/v1"
KIND = "PolicyPack"
MOST_CHECKS = 200
MOST_DAYS_WAIVED = 90
MOST_ROWS = 1_000_000_000
MOST_DAYS_UNREVIEWED = 30
TIERS = ("T1", "T2", "T3", "T4")
USUAL_SLICES = "model.slices"
"""The fact that `each: {slices: {}}` asks of, unless it names another."""

_NEVER = Literal(False, 0)
_DECIDING = ("approvals", "separation", "freshness")


@dataclass(frozen=True)
class House:
    """What a policy may speak of: the facts, the gates in the order they are passed, and the roles. `urgent`: the
    gates that can be passed in an emergency."""

    catalogue: Catalogue
    gates: Sequence[str]
    roles: Sequence[str]
    urgent: Sequence[str] = ()


def read_pack(text: str, house: House) -> Pack:
    """Raises PolicyError with the problems of the whole text, each with line and column."""
    root = load(text)
    reader = _Reader(house)
    pack = reader.pack(root)
    reader.fields.refuse_if_wrong()
    return pack


class _Reader:
    def __init__(self, house: House) -> None:
        self.house, self.fields = house, Fields()

    def pack(self, root: Node) -> Pack:
        fields = self.fields
        known = ("apiVersion", "kind", "metadata", "tiers", "gates", VALIDATION, "tests")
        top = fields.mapping(root, "a policy", known, needed=("apiVersion", "kind", "metadata", "gates")).entries
        fields.choice(top.get("apiVersion"), "apiVersion", [API_VERSION], default=API_VERSION)
        fields.choice(top.get("kind"), "kind", [KIND], default=KIND)
        about = fields.mapping(top.get("metadata"), "metadata", ("name", "title", "description"), needed=("name",))
        name = fields.name(about.entries.get("name"), "metadata.name")
        gates = self.gates(top.get("gates"))
        return Pack(
            name=name,
            title=fields.text(about.entries.get("title"), "metadata.title", most=80, default=name.capitalize()),
            description=fields.text(about.entries.get("description"), "metadata.description", most=1000),
            tiers=tuple(fields.choices(top.get("tiers"), "tiers", TIERS)),
            gates=gates,
            validation=self.validation(top.get(VALIDATION)),
            tests=read_tests(top.get("tests"), fields, self.house.catalogue, gates),
        )

    def gates(self, node: Node | None) -> dict[str, GatePolicy]:
        found = self.fields.mapping(node, "gates", self.house.gates)
        known = {name: one for name, one in found.entries.items() if name in self.house.gates}
        gates = {name: self.gate(name, one) for name, one in known.items()}
        self._refuse_cycles(known, gates)
        return gates

    def gate(self, name: str, node: Node) -> GatePolicy:
        fields = self.fields
        known = ("standing_checks", "checks", "waivers", "on_pass", "on_fail", "veto", "emergency", *_DECIDING)
        given = fields.mapping(node, f"the gate {name}", known).entries
        checks = self.checks(given.get("checks"))
        standing = fields.choice(given.get("standing_checks"), "standing_checks", ("all", "listed"), default="all")
        on_pass = fields.mapping(given.get("on_pass"), "on_pass", ("unlock",)).entries.get("unlock")
        on_fail = fields.mapping(given.get("on_fail"), "on_fail", ("open_finding",)).entries.get("open_finding")
        return replace(
            self.deciding(name, given),
            checks=checks,
            all_standing=standing == "all",
            waivers=self.waivers(given.get("waivers"), checks),
            unlocks=tuple(fields.choices(on_pass, "unlock", self.house.gates)),
            opens_findings=fields.choice(on_fail, "open_finding", FINDINGS, default="") or None,
            veto=tuple(fields.choices(given.get("veto"), "veto", self.house.roles)),
            emergency=self.emergency(name, given.get("emergency")),
        )

    def validation(self, node: Node | None) -> GatePolicy:
        """Who decides on a version of a model."""
        return self.deciding(VALIDATION, self.fields.mapping(node, VALIDATION, _DECIDING).entries)

    def deciding(self, name: str, given: dict[str, Node]) -> GatePolicy:
        """Who decides, separated from whom, and how long that holds."""
        fields = self.fields
        fresh = fields.mapping(given.get("freshness"), "freshness", ("valid_days",)).entries.get("valid_days")
        separation = fields.choices(given.get("separation"), "separation", SEPARATIONS)
        return GatePolicy(
            gate=name,
            approvals=tuple(self.approval(one) for one in fields.items(given.get("approvals"), "approvals", most=20)),
            separation=frozenset({NO_SELF_APPROVAL, *separation}),
            valid_days=fields.whole(fresh, "valid_days", low=1, high=730, default=0) or None,
        )

    def emergency(self, gate: str, node: Node | None) -> Emergency | None:
        if node is None:
            return None
        fields = self.fields
        if gate not in self.house.urgent:
            fields.wrong(node, f"{gate} cannot be passed in an emergency: {', '.join(self.house.urgent)} can.")
            return None
        given = fields.mapping(node, "emergency", ("by", "review_days"), needed=("by",)).entries
        days = fields.whole(
            given.get("review_days"), "review_days", low=1, high=MOST_DAYS_UNREVIEWED, default=Emergency.review_days
        )
        return Emergency(fields.choice(given.get("by"), "by", self.house.roles, default=""), days)

    def checks(self, node: Node | None) -> tuple[CheckRule, ...]:
        found: dict[str, CheckRule] = {}
        for one in self.fields.items(node, "checks", most=MOST_CHECKS):
            check = self.check(one)
            if check.id and check.id in found:
                self.fields.wrong(one, f"the check {check.id!r} stands twice.")
            found[check.id] = check
        return tuple(found.values())

    def check(self, node: Node) -> CheckRule:
        fields = self.fields
        known = ("id", "label", "require", "on_unknown", "severity", "metric", "each", "when")
        given = fields.mapping(node, "a check", known, needed=("id", "require")).entries
        id = fields.name(given.get("id"), "id")
        metric = self.metric(given.get("metric"))
        require, each = given.get("require"), self.each(given.get("each"))
        if each is not None and "metric" in given:
            fields.wrong(given["metric"], "a check is of a metric or of each slice: not both.")
        asked = self.condition(require, "require", has_metric="metric" in given, of_slices=each is not None)
        if each is not None:
            each = replace(each, words=bare_words(facts_in(asked), self.house.catalogue))
        return CheckRule(
            id=id,
            label=fields.text(given.get("label"), "label", default=id.replace("_", " ").capitalize()),
            require=asked,
            text=require.text if isinstance(require, Scalar) else "",
            on_unknown=fields.choice(given.get("on_unknown"), "on_unknown", ON_UNKNOWN, default="fail"),
            severity=fields.choice(given.get("severity"), "severity", SEVERITIES, default="block"),
            metric=metric,
            when=self.when(given.get("when")),
            each=each,
        )

    def each(self, node: Node | None) -> Each | None:
        if node is None:
            return None
        fields = self.fields
        slices = fields.mapping(node, "each", ("slices",), needed=("slices",)).entries.get("slices")
        given = fields.mapping(slices, "slices", ("of", "min_n", "by")).entries
        of = fields.text(given.get("of"), "of", default=USUAL_SLICES)
        if self.house.catalogue.get(of) is not Type.SLICES:
            fields.wrong(given.get("of", node), f"of is a fact that is a list of slices: {of} is none.")
        return Each(
            of=of,
            min_n=fields.whole(given.get("min_n"), "min_n", low=0, high=MOST_ROWS, default=0),
            by=tuple(fields.words(given.get("by"), "by", most=20)),
        )

    def metric(self, node: Node | None) -> str | None:
        """The name of an estimate."""
        if node is None:
            return None
        name = self.fields.text(node, "metric")
        try:
            kind = fact_type(name, self.house.catalogue, 0)
        except ExpressionError as exc:
            self.fields.wrong(node, exc.message)
            return name
        if kind is not Type.ESTIMATE:
            self.fields.wrong(node, f"metric is an estimate: {name} is {kind}.")
        return name

    def when(self, node: Node | None) -> Expression | None:
        return None if node is None else self.condition(node, "when")

    def condition(
        self, node: Node | None, what: str, *, has_metric: bool = False, of_slices: bool = False
    ) -> Expression:
        """An expression that is true or false; problems inside it stand where they are in the text."""
        if node is None:
            return _NEVER
        if not isinstance(node, Scalar) or not node.text.strip():
            self.fields.wrong(node, f"{what} is an expression.")
            return _NEVER
        try:
            found = parse(node.text)
            kind = type_of(found, self.house.catalogue, has_metric=has_metric, of_slices=of_slices)
        except ExpressionError as exc:
            at = None if node.at is None else node.at + exc.at
            place = "" if node.at is not None else f" (character {exc.at + 1} of the expression)"
            self.fields.wrong(node, f"{what}: {exc.message}{place}", column=at)
            return _NEVER
        if kind is not Type.BOOLEAN:
            self.fields.wrong(node, f"{what} is true or false: this is {kind}.", column=node.at)
        return found

    def approval(self, node: Node) -> ApprovalRule:
        fields = self.fields
        given = fields.mapping(node, "an approval", ("role", "any_of", "count", "not_in", "when")).entries
        if ("role" in given) == ("any_of" in given):
            fields.wrong(node, "an approval needs either role or any_of.")
        outside = fields.choice(given.get("not_in"), "not_in", [PROJECT_TEAM], default="")
        roles = fields.choices(given.get("role") or given.get("any_of"), "roles", self.house.roles)
        return ApprovalRule(
            roles=tuple(roles),
            count=fields.whole(given.get("count"), "count", low=1, high=10, default=1),
            outside_team=bool(outside),
            when=self.when(given.get("when")),
        )

    def waivers(self, node: Node | None, checks: tuple[CheckRule, ...]) -> Waivers:
        fields = self.fields
        given = fields.mapping(node, "waivers", ("allowed", "by", "max_days", "never_for")).entries
        allowed = fields.flag(given.get("allowed"), "allowed", default=False)
        by = fields.choice(given.get("by"), "by", self.house.roles, default="")
        if allowed and "by" not in given and node is not None:
            fields.wrong(node, "waivers that are allowed need 'by': the role that may waive.")
        standing = [name.removeprefix("checks.") for name in self.house.catalogue if name.startswith("checks.")]
        known = [*(one.id for one in checks), *standing]
        return Waivers(
            is_allowed=allowed,
            by=by or None,
            max_days=fields.whole(
                given.get("max_days"), "max_days", low=1, high=MOST_DAYS_WAIVED, default=MOST_DAYS_WAIVED
            ),
            never_for=tuple(fields.choices(given.get("never_for"), "never_for", known)),
        )

    def _refuse_cycles(self, nodes: dict[str, Node], gates: dict[str, GatePolicy]) -> None:
        """Whatever a gate unlocks comes after it; a chain that comes back to its beginning would lock itself."""
        order = {name: place for place, name in enumerate(self.house.gates)}
        for name, gate in gates.items():
            place = _unlock_of(nodes[name])
            cycle = _cycle(name, gates)
            if cycle:
                self.fields.wrong(place, f"a cycle: {' unlocks '.join(cycle)}; none of them would ever open.")
                continue
            for target in gate.unlocks:
                if order[target] <= order[name]:
                    self.fields.wrong(place, f"{name} cannot unlock {target}, which comes before it.")
                elif target not in gates:
                    self.fields.wrong(place, f"{name} unlocks {target}, of which this policy says nothing.")


def _unlock_of(node: Node) -> Node:
    """Where `unlock` of this gate stands."""
    assert isinstance(node, Mapping)
    on_pass = node.entries.get("on_pass")
    return on_pass.entries.get("unlock", on_pass) if isinstance(on_pass, Mapping) else node


def _cycle(start: str, gates: dict[str, GatePolicy]) -> list[str]:
    """The chain of gates from `start` back to it; empty if there is none."""
    paths, seen = [[start]], set()
    while paths:
        path = paths.pop()
        for target in gates[path[-1]].unlocks if path[-1] in gates else ():
            if target == start:
                return [*path, start]
            if target not in seen:
                seen.add(target)
                paths.append([*path, target])
    return []
