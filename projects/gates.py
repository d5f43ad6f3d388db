"""When a project may go on: the checks of each gate, computed, never typed in.

What is asked for is the policy's business (`policies`); what is known is the apps' (`facts`).
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, cast

from django.urls import reverse

from core.errors import Conflict, FieldError
from core.events import canonical
from projects import facts, holding, own_facts, policies, queries, tiers
from projects.affordability import net_value
from projects.enums import GATE_AFTER, GATE_BEFORE, Gate, RiskLevel, RiskState
from projects.facts import Check, Reading, State, gate_check
from projects.models import GateWaiver, Membership, PolicyVersion, Project, Risk, Scope
from projects.policy import Finding, GatePolicy, Outcome, Pack, decide, standing_rule
from projects.shares import authorship_types, contribution, contribution_types, decision, duties

# `own_facts` registers as it is imported; the others are what apps register checks and contributions with.
__all__ = ["Check", "contribution", "decision", "gate_check", "own_facts"]


@dataclass(frozen=True)
class Assessment:
    """The next gate as it stands now. `digest` is what approvals are bound to: it changes with anything in `bound`."""

    project: Project
    gate: Gate
    policy: PolicyVersion
    rules: GatePolicy
    readings: dict[str, Reading]
    outcome: Outcome
    checks: list[Check]
    locked_by: list[Gate]
    waivers: list[GateWaiver]
    round: int = 1
    """One more each time that the gate is decided anew."""

    @cached_property
    def bound(self) -> dict[str, Any]:
        """Evidence by its identity, and revisions. The numbers of revisions only rise, so what is changed and changed
        back is new."""
        project, policy = self.project, self.policy
        return {
            "project": project.key,
            "gate": str(self.gate),
            "policy": [policy.name, policy.number, policy.digest],
            "facts": {name: reading.to_json() for name, reading in self.readings.items()},
            "checks": {check.rule or check.id: check.state for check in self.checks},
            "scope": Scope.objects.values_list("version", flat=True).get(project=project),
            "dossier": queries.dossier_of(project).version,
            "tier": policies.tier_word(project),
            "risks": list(Risk.objects.filter(project=project).order_by("number").values_list("version", flat=True)),
            "waivers": sorted(one.number for one in self.waivers),
        } | ({"round": self.round} if self.round > 1 else {})

    @property
    def digest(self) -> str:
        return hashlib.sha256(canonical(self.bound)).hexdigest()

    @property
    def is_met(self) -> bool:
        return not self.locked_by and all(check.is_met for check in self.checks)


def contributors(project: Project, gate: Gate) -> list[int]:
    """Users' ids, whoever changed something last at the end."""
    return queries.contributors(project, gate, contribution_types(gate), duties())


def authors(project: Project, gate: Gate) -> frozenset[int]:
    """Users' ids: who wrote a spike, a kill criterion, an objection, or contributed otherwise."""
    return frozenset(queries.contributors(project, gate, authorship_types(gate), duties()))


def next_gate(project: Project) -> Gate | None:
    """The gate in question: the one after the project's stage, or the one before it while somebody asks for that to be
    decided anew; None when the project is retired."""
    before = GATE_BEFORE.get(project.stage)
    if before is not None and queries.is_asked(project, before):
        return before
    return GATE_AFTER.get(project.stage)


def evaluate(project: Project) -> list[Check]:
    """What every check of the next gate says now."""
    found = assess(project)
    return found.checks if found else []


def assess(project: Project) -> Assessment | None:
    """The next gate by the project's policy; None when the project is retired. Raises Conflict for a policy that can
    no longer be read."""
    gate = next_gate(project)
    if gate is None:
        return None
    policy = policies.policy_of(project)
    return _assess(project, gate, policies.read(policy), policy)


def assess_gate(project: Project, gate: Gate) -> Assessment:
    """The same of a gate that need not be the one in question."""
    policy = policies.policy_of(project)
    return _assess(project, gate, policies.read(policy), policy)


def try_pack(project: Project, pack: Pack) -> Assessment | None:
    """What a text would say of the next gate, if the project went by it."""
    gate = next_gate(project)
    policy = PolicyVersion(name=pack.name, number=0, title=pack.title, tiers=list(pack.tiers))
    return _assess(project, gate, pack, policy) if gate else None


def _assess(project: Project, gate: Gate, pack: Pack, policy: PolicyVersion) -> Assessment:
    rules = pack.gates.get(gate, GatePolicy(gate))
    standing = [(name, checker(project)) for name, checker in facts.standing_checks(gate)]
    readings = {f"checks.{name}": facts.read_check(check) for name, check in standing}
    readings |= facts.collect(project, rules.facts - readings.keys())
    waivers = list(queries.open_waivers(project, gate))
    outcome = decide(
        rules,
        {name: reading.value for name, reading in readings.items()},
        standing=[standing_rule(name, check.label) for name, check in standing],
        waived={one.check_id for one in waivers},
    )
    said, keys = dict(standing), pack.keys_of(gate)
    passed = queries.standing_gates(project) if keys else set()
    checks = [_as_check(found, said.get(found.check.id), readings) for found in outcome.findings]
    if not policies.fits(pack, project):
        checks.append(misfit(project, policy))
    checks += _earlier(project, gate) + _blocking(project)
    return Assessment(
        project=project,
        gate=gate,
        policy=policy,
        rules=rules,
        readings=readings,
        outcome=outcome,
        checks=checks,
        locked_by=[Gate(one) for one in keys if one not in passed],
        waivers=waivers,
        round=queries.rounds(project, gate) + 1 if gate == GATE_BEFORE.get(project.stage) else 1,
    )


def require_met(gate: Gate, checks: list[Check]) -> None:
    """Raise Conflict (`gate_not_met`) with one entry for each check that is not met."""
    missing = [check for check in checks if not check.is_met]
    if missing:
        raise Conflict(
            f"{gate.label}: {len(missing)} of {len(checks)} checks are not met. Missing: "
            + "; ".join(check.label for check in missing)
            + ".",
            code="gate_not_met",
            errors=[FieldError(field=check.id, code=check.state, message=_lacking(check)) for check in missing],
        )


def _lacking(check: Check) -> str:
    """One of slices says which is worst."""
    return f"{check.label}: {check.value}" if check.of_slices else check.label


def _as_check(found: Finding, said: Check | None, readings: dict[str, Reading]) -> Check:
    """A finding as pages show it: with what the app's own check said, or what the facts of the rule say."""
    state, rule = cast(State, found.state), found.check
    if said is not None:
        return replace(said, state=state, rule=rule.id, severity=rule.severity)
    read = [(name, readings[name]) for name in sorted(rule.facts) if name in readings]
    value = ", ".join(f"{name} {one.shown}" for name, one in read)
    return Check(
        id=rule.id,
        label=rule.label,
        state=state,
        value=found.said or value,
        source=next((one.source for _, one in read if one.source), "facts"),
        url=next((one.url for _, one in read if one.url), ""),
        rule=rule.id,
        severity=rule.severity,
        of_slices=rule.each is not None,
    )


def misfit(project: Project, policy: PolicyVersion) -> Check:
    """What keeps a project from going on by a policy that is not for its tier."""
    tier = policies.tier_word(project)
    label = "The use is not a prohibited one" if tier == policies.PROHIBITED else f"The policy is one for {tier}"
    return Check(id="policy_fits", label=label, state="bad", value=str(policy), source="policy")


def _earlier(project: Project, gate: Gate) -> list[Check]:
    """What keeps the next gate shut once the one before it no longer holds; nothing while it does, nor of a gate that
    was passed, decided anew or looked back at. It waits, as a finding that blocks does."""
    fallen = holding.fallen(project, now=datetime.now(UTC)) if gate == GATE_AFTER.get(project.stage) else None
    if fallen is None:
        return []
    before, because = fallen
    url = reverse("projects:gate", args=[project.key])
    said = f"decide the {before.label.lower()} anew: {because}"
    return [Check("earlier_gates_stand", f"The {before.label.lower()} still holds", "wait", said, "gates", url)]


def _blocking(project: Project) -> list[Check]:
    """What keeps every gate shut, whatever the policy says; nothing while there is nothing. It waits, rather than
    fails: a finding opens no other."""
    open_ones = [f"F{number}" for number in queries.blocking_findings(project).values_list("number", flat=True)]
    if not open_ones:
        return []
    url = reverse("projects:findings", args=[project.key])
    said = ", ".join(open_ones)
    return [Check("no_blocking_finding", "No open finding blocks the gates", "wait", said, "findings", url)]


def _of_scope(project: Project, id: str, label: str, *, met: bool, value: str) -> Check:
    url = reverse("projects:scope", args=[project.key])
    return Check(id=id, label=label, state="ok" if met else "bad", value=value, source="scope", url=url)


def _of_risks(project: Project, id: str, label: str, *, met: bool, value: str) -> Check:
    url = reverse("projects:risks", args=[project.key])
    return Check(id=id, label=label, state="ok" if met else "bad", value=value, source="risks", url=url)


@gate_check(Gate.SCOPE, order=5)
def project_is_classified(project: Project) -> Check:
    """Else a project that nobody looked at would go by the lightest policy."""
    found = tiers.classification_of(project)
    url, label = reverse("projects:tier", args=[project.key]), "The project is classified into its tier"
    value = str(found) if found else "nobody has classified it yet"
    return Check("classified", label, "ok" if found else "bad", value, source="tier", url=url)


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
    """At least one risk is known with its cause, event and consequence, and whoever holds a high one is still in the
    team."""
    risks = list(queries.risks(project))
    untold = [risk.number for risk in risks if not risk.is_told]
    team = set(Membership.objects.filter(project=project).values_list("user_id", flat=True))
    orphans = [risk.number for risk in risks if _needs_owner(risk) and risk.owner_id not in team]
    value = f"{len(risks)} in the register"
    if untold:
        value += f"; without cause, event or consequence: {_risk_numbers(untold)}"
    if orphans:
        value = f"no owner: {_risk_numbers(orphans)}"
    met = len(risks) > len(untold) and not orphans
    return _of_risks(project, "risk_owners", "Risks are known, and every high one has an owner", met=met, value=value)


@gate_check(Gate.RELEASE, order=80)
def no_critical_risk_is_open(project: Project) -> Check:
    risks = queries.open_risks(project)
    critical = [risk for risk in risks if risk.level == RiskLevel.CRITICAL]
    value = f"{len(critical)} critical, {len(risks)} open"
    return _of_risks(project, "critical_risks", "No critical risk is open", met=not critical, value=value)


def _risk_numbers(numbers: list[int]) -> str:
    return ", ".join(f"R{number}" for number in numbers)


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
