"""A policy as it is read: what each gate asks for, who decides, and how long that holds."""

from dataclasses import dataclass, field

from projects.policy.checking import facts_in
from projects.policy.syntax import Expression

NO_SELF_APPROVAL = "no_self_approval"
CONTRIBUTORS = "contributors_cannot_decide"
LAST_CHANGE = "last_change_cannot_decide"
SEPARATIONS = (NO_SELF_APPROVAL, CONTRIBUTORS, LAST_CHANGE)

ON_UNKNOWN = ("fail", "wait", "pass")
SEVERITIES = ("block", "warn")
EFFECTS = ("warn", "revoke")
PROJECT_TEAM = "project_team"


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

    @property
    def facts(self) -> frozenset[str]:
        named = frozenset({self.metric}) if self.metric else frozenset[str]()
        return named | facts_in(self.require) | (facts_in(self.when) if self.when else frozenset())


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
class GatePolicy:
    """`all_standing`: whatever checks the apps register for this gate are asked for too."""

    gate: str
    checks: tuple[CheckRule, ...] = ()
    all_standing: bool = True
    approvals: tuple[ApprovalRule, ...] = ()
    separation: frozenset[str] = frozenset({NO_SELF_APPROVAL})
    valid_days: int | None = None
    waivers: Waivers = field(default_factory=Waivers)
    unlocks: tuple[str, ...] = ()

    @property
    def facts(self) -> frozenset[str]:
        """Every fact that it reads."""
        of_approvals = (facts_in(one.when) for one in self.approvals if one.when)
        return frozenset().union(*(one.facts for one in self.checks), *of_approvals)


@dataclass(frozen=True)
class Pack:
    name: str
    title: str
    description: str
    tiers: tuple[str, ...]
    gates: dict[str, GatePolicy]

    def keys_of(self, gate: str) -> list[str]:
        """The gates that must have been passed before this one opens."""
        return [name for name, one in self.gates.items() if gate in one.unlocks]
