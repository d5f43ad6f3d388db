"""What a policy says of a gate, given the facts: the one evaluation that passing, pages, trials and history share."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from projects.policy.each import of_every_slice
from projects.policy.evaluation import evaluate
from projects.policy.pack import ApprovalRule, CheckRule, GatePolicy
from projects.policy.syntax import Fact
from projects.policy.values import Facts

OK, BAD, WAIT, WAIVED, LEFT_OUT = "ok", "bad", "wait", "waived", "left_out"
_UNKNOWN = {"fail": BAD, "wait": WAIT, "pass": OK}


@dataclass(frozen=True)
class Finding:
    """What came of one check. `left_out`: its `when` is false. One of severity warn is told, and blocks nothing.
    `said` names the slice that decided, where it was asked of slices."""

    check: CheckRule
    state: str
    is_unknown: bool = False
    said: str = ""

    @property
    def is_blocking(self) -> bool:
        return self.check.severity == "block" and self.state in (BAD, WAIT)


@dataclass(frozen=True)
class Outcome:
    findings: tuple[Finding, ...]
    approvals: tuple[ApprovalRule, ...]
    """Those asked for, given the facts."""

    @property
    def blocking(self) -> list[Finding]:
        return [one for one in self.findings if one.is_blocking]

    @property
    def is_met(self) -> bool:
        return not self.blocking


def standing_rule(id: str, label: str) -> CheckRule:
    """A check that an app registered, as a rule: it is met when its fact is true, and waits while that is unknown."""
    name = f"checks.{id}"
    return CheckRule(id=id, label=label, require=Fact(name, 0), text=name, on_unknown="wait")


def decide(
    policy: GatePolicy, facts: Facts, *, standing: Iterable[CheckRule] = (), waived: Collection[str] = ()
) -> Outcome:
    """`standing` are the rules of the apps' own checks of this gate, asked unless the policy lists its checks alone;
    `waived` the ids of checks that somebody waived. A fact that is not there is unknown."""
    listed = {one.id for one in policy.checks}
    rules = [one for one in standing if policy.all_standing and one.id not in listed] + list(policy.checks)
    wanted = tuple(one for one in policy.approvals if one.when is None or evaluate(one.when, facts) is not False)
    return Outcome(tuple(_find(rule, facts, waived) for rule in rules), wanted)


def _find(rule: CheckRule, facts: Facts, waived: Collection[str]) -> Finding:
    if rule.when is not None and evaluate(rule.when, facts) is False:
        return Finding(rule, LEFT_OUT)
    holds, said = _ask(rule, facts)
    state = _UNKNOWN[rule.on_unknown] if holds is None else OK if holds else BAD
    if state in (BAD, WAIT) and rule.id in waived:
        state = WAIVED
    return Finding(rule, state, is_unknown=holds is None, said=said)


def _ask(rule: CheckRule, facts: Facts) -> tuple[bool | None, str]:
    if rule.each is not None:
        return of_every_slice(rule.require, rule.each, facts)
    metric = facts.get(rule.metric) if rule.metric else None
    holds = evaluate(rule.require, facts, metric=metric, has_metric=rule.metric is not None)
    return (None if holds is None else bool(holds)), ""
