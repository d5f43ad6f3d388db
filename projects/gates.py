"""When a project may go on: the checks of each gate, computed, never typed in.

An app registers its checks with `gate_check` in its own gates.py; each is a function from a project to a `Check`. So a
lower app's gate can ask for what only a higher app knows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse

from core.errors import Conflict, FieldError
from projects import queries
from projects.affordability import net_value
from projects.enums import GATE_AFTER, Gate, RiskLevel, RiskState
from projects.models import Membership, Project, Risk, Scope

State = Literal["ok", "bad", "wait"]


@dataclass(frozen=True)
class Check:
    """What one check found. `label` is the fact when satisfied, `value` the evidence, `source` where it comes from, and
    `url` where it can be looked at and mended. `bad` is not met, `wait` is on its way."""

    id: str
    label: str
    state: State
    value: str = ""
    source: str = ""
    url: str = ""

    @property
    def is_met(self) -> bool:
        return self.state == "ok"


Checker = Callable[[Project], Check]

_checks: dict[Gate, dict[str, tuple[int, Checker]]] = {gate: {} for gate in Gate}


def gate_check(gate: Gate, *, order: int = 100) -> Callable[[Checker], Checker]:
    """Register a check of this gate; they are shown by `order`. Registering the same function again changes nothing."""

    def register(checker: Checker) -> Checker:
        _checks[gate][f"{checker.__module__}.{checker.__qualname__}"] = (order, checker)
        return checker

    return register


def next_gate(project: Project) -> Gate | None:
    """The gate after the project's stage; None when it is retired."""
    return GATE_AFTER.get(project.stage)


def evaluate(project: Project) -> list[Check]:
    """What every check of the next gate says now."""
    gate = next_gate(project)
    if gate is None:
        return []
    named = sorted(_checks[gate].items(), key=lambda entry: (entry[1][0], entry[0]))
    return [checker(project) for _, (_, checker) in named]


def require_met(gate: Gate, checks: list[Check]) -> None:
    """Raise Conflict (`gate_not_met`) with one entry for each check that is not met."""
    missing = [check for check in checks if not check.is_met]
    if missing:
        raise Conflict(
            f"{gate.label}: {len(missing)} of {len(checks)} checks are not met. Missing: "
            + "; ".join(check.label for check in missing)
            + ".",
            code="gate_not_met",
            errors=[FieldError(field=check.id, code=check.state, message=check.label) for check in missing],
        )


def _of_scope(project: Project, id: str, label: str, *, met: bool, value: str) -> Check:
    url = reverse("projects:scope", args=[project.key])
    return Check(id=id, label=label, state="ok" if met else "bad", value=value, source="scope", url=url)


def _of_risks(project: Project, id: str, label: str, *, met: bool, value: str) -> Check:
    url = reverse("projects:risks", args=[project.key])
    return Check(id=id, label=label, state="ok" if met else "bad", value=value, source="risks", url=url)


@gate_check(Gate.SCOPE, order=10)
def decision_is_stated(project: Project) -> Check:
    scope = project.scope
    value = _short(scope.decision) or "not stated"
    return _of_scope(project, "decision", "The decision is stated", met=bool(scope.decision), value=value)


@gate_check(Gate.SCOPE, order=20)
def baseline_is_measured(project: Project) -> Check:
    scope = project.scope
    missing = _missing(metric=scope.metric, baseline=scope.baseline, source=scope.baseline_source)
    value = f"no {', '.join(missing)} yet" if missing else f"{scope.metric} {scope.baseline:g}"
    return _of_scope(project, "baseline", "Today's value is measured, with its source", met=not missing, value=value)


@gate_check(Gate.SCOPE, order=30)
def minimal_useful_value_beats_the_baseline(project: Project) -> Check:
    scope = project.scope
    met, value = _target_of(scope)
    return _of_scope(project, "minimal_useful", "The minimal useful value is better than today's", met=met, value=value)


@gate_check(Gate.SCOPE, order=40)
def cost_and_benefit_have_ranges(project: Project) -> Check:
    scope = project.scope
    value = net_value(
        benefit_low=scope.benefit_low,
        benefit_high=scope.benefit_high,
        cost_low=scope.cost_low,
        cost_high=scope.cost_high,
    )
    shown = f"{value} a year" if value else "figures missing"
    return _of_scope(project, "ranges", "Cost and benefit have ranges", met=value is not None, value=shown)


@gate_check(Gate.SCOPE, order=50)
def precedent_is_named_with_its_difference(project: Project) -> Check:
    scope = project.scope
    missing = _missing(precedent=scope.precedent, difference=scope.precedent_difference)
    value = f"no {', '.join(missing)} yet" if missing else _short(scope.precedent)
    return _of_scope(project, "precedent", "The precedent is named, with its difference", met=not missing, value=value)


@gate_check(Gate.SCOPE, order=60)
def every_high_risk_has_an_owner(project: Project) -> Check:
    """At least one risk is known, and whoever holds a high one is still in the team."""
    risks = list(queries.risks(project))
    team = set(Membership.objects.filter(project=project).values_list("user_id", flat=True))
    orphans = [risk.number for risk in risks if _needs_owner(risk) and risk.owner_id not in team]
    value = f"no owner: {', '.join(f'R{n}' for n in orphans)}" if orphans else f"{len(risks)} in the register"
    met = bool(risks) and not orphans
    return _of_risks(project, "risk_owners", "Risks are known, and every high one has an owner", met=met, value=value)


@gate_check(Gate.RELEASE, order=80)
def no_critical_risk_is_open(project: Project) -> Check:
    risks = queries.open_risks(project)
    critical = [risk for risk in risks if risk.level == RiskLevel.CRITICAL]
    value = f"{len(critical)} critical, {len(risks)} open"
    return _of_risks(project, "critical_risks", "No critical risk is open", met=not critical, value=value)


def _needs_owner(risk: Risk) -> bool:
    return risk.state == RiskState.OPEN and risk.level >= RiskLevel.HIGH


def _target_of(scope: Scope) -> tuple[bool, str]:
    if scope.minimal_useful is None or scope.baseline is None:
        return False, "not set" if scope.minimal_useful is None else "no value of today to compare with"
    is_better = (
        scope.minimal_useful > scope.baseline
        if scope.direction == Scope.Direction.HIGHER
        else scope.minimal_useful < scope.baseline
    )
    sign = "at least" if scope.direction == Scope.Direction.HIGHER else "at most"
    return is_better, f"{sign} {scope.minimal_useful:g}, today {scope.baseline:g}"


def _missing(**facts: object) -> list[str]:
    return [name for name, value in facts.items() if value in (None, "")]


def _short(text: str, most: int = 60) -> str:
    line = text.split("\n", 1)[0]
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
