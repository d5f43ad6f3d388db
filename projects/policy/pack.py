"""A policy as it is read: what each gate asks for, who decides, and how long that holds."""

from dataclasses import dataclass, field

from projects.policy.checking import facts_in
from projects.policy.syntax import Expression
from projects.policy.values import Facts

NO_SELF_APPROVAL = "no_self_approval"
CONTRIBUTORS = "contributors_cannot_decide"
LAST_CHANGE = "last_change_cannot_decide"
NOT_ALONE = "authors_cannot_decide_alone"
SEPARATIONS = (NO_SELF_APPROVAL, CONTRIBUTORS, LAST_CHANGE, NOT_ALONE)

VALIDATION = "validation"
"""What a review of a model version goes by: as a gate does, but for its checks, which are the registry's."""

ON_UNKNOWN = ("fail", "wait", "pass")
SEVERITIES = ("block", "warn")
FINDINGS = ("low", "medium", "high", "critical")
STATES = ("ok", "bad", "wait", "waived", "left_out")
EFFECTS = ("warn", "revoke")
PROJECT_TEAM = "project_team"


@dataclass(frozen=True)
class Each:
    """A check is asked of every slice of the fact `of` that has `min_n` rows or more; `by` are the columns, each of
    which must have such a slice; none named: of all there are. `words` are the bare words of its condition."""

    of: str
    min_n: int = 0
    by: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CheckRule:
    """`metric` is the fact, an estimate, that `ci_low(0.95)` speaks of. `text` is what `require` says."""

    id: str
    label: str
    require: Expression
    text: str
    on_unknown: str = "fail"
    severity: str = "block"
    metric: str | None = None
    when: Expression | None = None
    each: Each | None = None

    @property
    def facts(self) -> frozenset[str]:
        named = frozenset({self.metric}) if self.metric else frozenset[str]()
        asked = facts_in(self.require)
        if self.each is not None:
            asked = (asked - self.each.words) | {self.each.of}
        return named | asked | (facts_in(self.when) if self.when else frozenset())


@dataclass(frozen=True)
class ApprovalRule:
    """So many different persons of these roles. `outside_team`: who works on the project does not count."""

    roles: tuple[str, ...]
    count: int
    outside_team: bool = False
    when: Expression | None = None


@dataclass(frozen=True)
class Waivers:
    is_allowed: bool = False
    by: str | None = None
    max_days: int = 90
    never_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Emergency:
    """Who may pass without the persons, and in how many days somebody else looks at it."""

    by: str
    review_days: int = 5


@dataclass(frozen=True)
class GatePolicy:
    """`all_standing`: whatever checks the apps register for this gate are asked for too. `veto`: roles whose rejection
    stands until it is withdrawn, whatever changes."""

    gate: str
    checks: tuple[CheckRule, ...] = ()
    all_standing: bool = True
    approvals: tuple[ApprovalRule, ...] = ()
    separation: frozenset[str] = frozenset({NO_SELF_APPROVAL})
    valid_days: int | None = None
    waivers: Waivers = field(default_factory=Waivers)
    unlocks: tuple[str, ...] = ()
    opens_findings: str | None = None
    """The severity of the finding that a check opens which fails; None: it opens none."""
    veto: tuple[str, ...] = ()
    emergency: Emergency | None = None

    @property
    def facts(self) -> frozenset[str]:
        """Every fact that it reads."""
        of_approvals = (facts_in(one.when) for one in self.approvals if one.when)
        return frozenset().union(*(one.facts for one in self.checks), *of_approvals)


@dataclass(frozen=True)
class Expected:
    """What a test says of the outcome; what it leaves out may be anything. `approvals` counts persons."""

    met: bool | None = None
    checks: tuple[tuple[str, str], ...] = ()
    approvals: int | None = None


@dataclass(frozen=True)
class PolicyTest:
    """Facts, and what the gate must say of them. It stands beside the policy, at `line`."""

    name: str
    gate: str
    facts: Facts
    expected: Expected
    waived: tuple[str, ...] = ()
    line: int = 1
    column: int = 1


@dataclass(frozen=True)
class Pack:
    name: str
    title: str
    description: str
    tiers: tuple[str, ...]
    gates: dict[str, GatePolicy]
    tests: tuple[PolicyTest, ...] = ()
    validation: GatePolicy = field(default_factory=lambda: GatePolicy(VALIDATION))

    def keys_of(self, gate: str) -> list[str]:
        """The gates that must have been passed before this one opens."""
        return [name for name, one in self.gates.items() if gate in one.unlocks]
