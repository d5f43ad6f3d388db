"""What a policy would have said of gates that were passed: the same evaluation, on the facts that were kept then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from projects import facts, gates, policies
from projects.approvals import vote_of, words
from projects.models import GateDecision
from projects.policy import Facts, GatePolicy, Outcome, Pack, Value, decide, from_json, missing, standing_rule

MOST_OF_A_DIGEST = 40


@dataclass(frozen=True)
class Past:
    """One gate that was passed: what would have stopped it, and who would have had to approve besides. Either stops."""

    decision: GateDecision
    outcome: Outcome
    lacking: list[str]

    @property
    def would_block(self) -> bool:
        return not self.outcome.is_met or bool(self.lacking)

    @property
    def because(self) -> list[str]:
        return [found.check.label for found in self.outcome.blocking]


class Row(NamedTuple):
    """What is otherwise, in words."""

    name: str
    then: str
    now: str


@dataclass(frozen=True)
class Simulation:
    """`skipped`: how many decisions were left out, since the project was of a tier that the pack is not for."""

    past: list[Past]
    skipped: int

    @property
    def blocked(self) -> list[Past]:
        return [one for one in self.past if one.would_block]


def simulate(pack: Pack, decisions: Iterable[GateDecision]) -> Simulation:
    """Of each decision that has its facts (`queries.decided`), of projects that were of a tier of the pack then. What
    was not known then is unknown."""
    known = {name: one.type for name, one in facts.known_facts().items()}
    found = list(decisions)
    fitting = [one for one in found if policies.fits_tier(pack, _tier_then(one))]
    past = [_past(pack.gates.get(one.gate, GatePolicy(one.gate)), one, known) for one in fitting]
    return Simulation(past, skipped=len(found) - len(past))


def difference(found: gates.Assessment, bound: dict[str, object]) -> list[Row]:
    """What is otherwise now than in what an approval was bound to."""
    return changed(
        bound,
        found.bound,
        whole=("policy", "tier", "scope", "dossier", "risks", "waivers"),
        by_name=("facts", "checks"),
    )


def changed(
    then: Mapping[str, object], now: Mapping[str, object], *, whole: Iterable[str], by_name: Iterable[str]
) -> list[Row]:
    """What is otherwise in the parts that are compared as a whole, and in those that are mappings of names."""
    pairs = [(part, then.get(part), now.get(part)) for part in whole]
    for part in by_name:
        before, after = _mapping(then.get(part)), _mapping(now.get(part))
        pairs += [(name, before.get(name), after.get(name)) for name in sorted(before.keys() | after.keys())]
    return [Row(name, *_both(before, after)) for name, before, after in pairs if before != after]


def _both(before: object, after: object) -> tuple[str, str]:
    """In words; what looks the same by what it was found in, as far as that differs."""
    then, now = _said(before), _said(after)
    if then != now or not (isinstance(before, dict) and isinstance(after, dict)):
        return then, now
    was, became = _mapping(before.get("identity")), _mapping(after.get("identity"))
    names = [name for name in sorted(was.keys() | became.keys()) if was.get(name) != became.get(name)]
    return _named(then, was, names), _named(now, became, names)


def _named(said: str, identity: Mapping[str, object], names: Iterable[str]) -> str:
    return ", ".join([said, *(f"{name} {_plain(identity.get(name))}" for name in names)])


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items())
    return "unknown" if value is None else str(value)[:MOST_OF_A_DIGEST]


def _past(policy: GatePolicy, decision: GateDecision, known: dict[str, facts.Type]) -> Past:
    evaluation = decision.evaluation
    assert evaluation is not None  # `decided` leaves those without out
    said: Facts = {name: _value(name, kept["value"], known) for name, kept in evaluation.facts.items()}
    standing = [
        standing_rule(one["rule"], one["label"]) for one in evaluation.findings if f"checks.{one['rule']}" in said
    ]
    waived = {one["rule"] for one in evaluation.findings if one["state"] == "waived"}
    allowed = waived - set(policy.waivers.never_for) if policy.waivers.is_allowed else set()
    outcome = decide(policy, said, standing=standing, waived=allowed)
    given = [one for one in evaluation.approvals_then if one.verdict.startswith("approve")]  # type: ignore[attr-defined]
    votes = [vote_of(one.approver_id, {one.approver_id: one.role}, ()) for one in given]
    counts = missing(outcome.approvals, votes)
    lacking = [words(rule, count) for rule, count in zip(outcome.approvals, counts, strict=True) if count]
    in_emergency = decision.emergency_id is not None and policy.emergency is not None  # it asks for no persons
    return Past(decision, outcome, [] if in_emergency else lacking)


def _tier_then(decision: GateDecision) -> str:
    assert decision.evaluation is not None  # `decided` leaves those without out
    return str(decision.evaluation.bound.get("tier", "T1"))


def _value(name: str, kept: object, known: dict[str, facts.Type]) -> Value:
    return from_json(kept, known[name]) if name in known else None


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _said(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("shown") or value.get("value"))
    if isinstance(value, list):
        return ", ".join(str(one)[:12] for one in value) or "none"
    return "not asked" if value is None else str(value)
