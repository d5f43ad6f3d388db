"""Whether the persons whom the policy asks for approved of a version as it stands now.

Where the policy names nobody, any second person who may review decides alone.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from core.events import canonical
from core.models import User
from models_registry import queries, rules
from models_registry.checks import Evidence, evidence_for, review_checks
from models_registry.enums import Decision
from models_registry.models import Approval, Comparison, ModelVersion, Review
from projects import facts, gates, policies
from projects.approvals import STALE, Matter, delegations_in, eased, roles_in, words
from projects.gates import Check
from projects.history import Row, changed
from projects.models import PolicyVersion
from projects.policy import Pack, decide
from projects.roles import Permission, roles_with
from projects.rules import why_not

WHOLE = (
    "version",
    "files",
    "signature",
    "description",
    "deployment",
    "champion",
    "holdout",
    "comparison",
    "scope",
    "tier",
    "policy",
)


@dataclass(frozen=True)
class Standing:
    """A decision and why it does not count; empty: it does."""

    approval: Approval
    why_not: str

    @property
    def is_stale(self) -> bool:
        return self.why_not == STALE


@dataclass(frozen=True)
class Tally:
    """A review as it stands now. `bound` is what decisions are bound to, by the digest of `matter`."""

    review: Review
    policy: PolicyVersion
    evidence: Evidence
    checks: list[Check]
    bound: dict[str, Any]
    matter: Matter
    standings: list[Standing]
    lacking: list[str]
    """The persons who are missing, each in words; empty where any second person decides."""
    warnings: list[str]

    @property
    def is_by_role(self) -> bool:
        return bool(self.matter.wanted)

    @property
    def wanted(self) -> list[str]:
        """Whom the policy asks for, each in words."""
        return [words(rule, rule.count) for rule in self.matter.wanted]

    @property
    def approvals(self) -> list[Approval]:
        return _counting(self.standings)


def tally(review: Review, *, now: datetime) -> Tally:
    """Everything that was decided in this review, and what is still missing. Raises Conflict for a policy that can no
    longer be read."""
    policy, evidence = policies.policy_of(review.project), evidence_for(review)
    pack = policies.read(policy)
    checks = [*review_checks(review, evidence), *_misfit(pack, policy, review)]
    bound = _bound(review, policy, evidence, checks)
    matter, warnings = _matter(review, pack, bound)
    given = queries.approvals(review)
    standings = [Standing(one, matter.why_not_counts(one, one.evidence, now)) for one in given]
    lacking = matter.lacking(_counting(standings))
    return Tally(review, policy, evidence, checks, bound, matter, standings, lacking, warnings)


def since(approval: Approval, found: Tally) -> list[Row]:
    """What is otherwise now than in what a decision was about: name, then, now; in words."""
    return changed(approval.bound, found.bound, whole=WHOLE, by_name=("metrics", "checks"))


def deciding_roles(found: Tally) -> set[str]:
    """Whose members may decide, if nothing else keeps them."""
    if found.is_by_role:
        return {role for rule in found.matter.wanted for role in rule.roles}
    return {str(role) for role in roles_with(Permission.REVIEW)}


def why_not_decide(user: User | None, found: Tally) -> str | None:
    """Why this user may not approve the version, or ask for changes: nobody decides about their own work."""
    review = found.review
    reason = rules.why_not_decide_own(user, review)
    if reason is not None or user is None:
        return reason
    if not found.is_by_role:
        return why_not(user, Permission.REVIEW, review.project_id) or rules.why_not_own_work(user, review)
    return rules.why_not_own_work(user, review) or found.matter.why_no_seat(user.pk) or _why_not_again(user.pk, found)


def changed_since_approved(version: ModelVersion) -> list[str]:
    """What of the version itself is otherwise than in the approval that let it through. What was measured afterwards,
    and the project around it, is the business of the next review."""
    return changes_since_approved([version])[version.pk]


def changes_since_approved(versions: Iterable[ModelVersion]) -> dict[int, list[str]]:
    """The same by the version's primary key, at the same cost for many."""
    versions = list(versions)
    approvals, metrics = queries.approvals_of(versions), queries.metrics_of_runs(versions)
    return {one.pk: _changes(one, approvals.get(one.pk), metrics.get(one.run_id or 0, {})) for one in versions}


def _changes(version: ModelVersion, approval: Approval | None, measured: Mapping[str, float]) -> list[str]:
    if approval is None or not approval.bound:
        return []
    metrics: dict[str, float | None] = orjson.loads(canonical(measured))
    is_changed = {
        "description": approval.bound["description"] != version.description,
        "metrics": _floats(approval.bound["metrics"]) != _floats(metrics),
    }
    return [name for name, changed_it in is_changed.items() if changed_it]


def _floats(metrics: dict[str, float | None]) -> dict[str, float | None]:
    """JSON in the database makes integers of large numbers."""
    return {name: None if value is None else float(value) for name, value in metrics.items()}


def _why_not_again(person: int, found: Tally) -> str | None:
    mine = [one for one in found.standings if not one.why_not and one.approval.approver_id == person]
    return "You decided on this already, as it stands now: one person counts once." if mine else None


def _counting(standings: list[Standing]) -> list[Approval]:
    approving = (one for one in standings if not one.why_not)
    return [one.approval for one in approving if one.approval.decision == Decision.APPROVE]


def _matter(review: Review, pack: Pack, bound: dict[str, Any]) -> tuple[Matter, list[str]]:
    asked = pack.validation
    readings = facts.collect(review.project, asked.facts)
    outcome = decide(asked, {name: reading.value for name, reading in readings.items()})
    roles = roles_in(review.project_id)
    wanted, warnings = eased(outcome.approvals, roles, is_lowest=bound["tier"] == "T1")
    worked = queries.contributors_to(review.model_version) if asked.approvals else []
    matter = Matter(
        name="this version",
        rules=asked,
        wanted=wanted,
        digest=hashlib.sha256(canonical(bound)).hexdigest(),
        roles=roles,
        worked=worked,
        barred={*worked, *(one for one in (review.author_id, review.requested_by_id) if one is not None)},
        delegations=delegations_in(review.project_id) if asked.approvals else (),
    )
    return matter, warnings


def _bound(review: Review, policy: PolicyVersion, evidence: Evidence, checks: list[Check]) -> dict[str, Any]:
    """Version, files, evidence and policy, as JSON keeps it. Numbers of revisions only rise, so what is changed back is
    new."""
    version, comparison = review.model_version, evidence.comparison
    bound = {
        "review": review.number,
        "version": [version.public_id, version.version],
        "files": version.digest,
        "signature": version.signature,
        "description": version.description,
        "deployment": review.deployment.name if review.deployment else None,
        "metrics": evidence.run_metrics,
        "champion": evidence.champion.public_id if evidence.champion else None,
        "holdout": evidence.yardstick.holdout if evidence.yardstick else None,
        "comparison": _shown(comparison) if comparison else None,
        "scope": evidence.scope.version,
        "tier": policies.tier_word(review.project),
        "policy": [policy.name, policy.number, policy.digest],
        "checks": {check.id: check.state for check in checks},
    }
    kept: dict[str, Any] = orjson.loads(canonical(bound))
    return kept


def _shown(comparison: Comparison) -> dict[str, Any]:
    is_done = comparison.result is not None
    shown = f"{comparison}, {'done' if is_done else 'not done'} (comparison {comparison.pk})"
    return {"value": [comparison.pk, comparison.result], "shown": shown}


def _misfit(pack: Pack, policy: PolicyVersion, review: Review) -> list[Check]:
    """Of a project whose tier rose, a policy for lower ones lets nothing through."""
    if policies.fits(pack, review.project):
        return []
    return [gates.misfit(review.project, policy)]
