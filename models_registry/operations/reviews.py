"""Writes about reviews: a version asks for production, and others decide on computed evidence: any second person, or
those whom the project's policy names."""

import dataclasses
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict, FieldError, Invalid, PreconditionFailed
from core.models import User
from core.rules import require
from models_registry import approvals, queries, rules
from models_registry.enums import REVIEW_FLOW, VERSION_FLOW, Decision
from models_registry.events import (
    REVIEW_APPROVED,
    REVIEW_CHANGES_REQUESTED,
    REVIEW_DECIDED,
    REVIEW_REQUESTED,
    REVIEW_SHOWN,
    REVIEW_WITHDRAWN,
    VERSION_APPROVED,
)
from models_registry.models import Approval, Deployment, ModelVersion, Review
from models_registry.operations import values
from models_registry.operations.comparisons import start_comparison
from models_registry.operations.locking import locked_review, locked_version, require_version
from projects.gates import Check
from projects.operations.locking import locked, locked_open


@transaction.atomic
def request_review(
    *,
    version: ModelVersion,
    reason: str,
    by: User | None,
    now: datetime,
    deployment: Deployment | None = None,
    on_behalf_of: User | None = None,
) -> Review:
    """Ask for a version to be approved, as it is now, and start the comparison with what serves.

    `deployment` serves the version once it is approved. A program (`by=None`) asks on behalf of the person whose policy
    it follows, who then counts as the requester. Raises NotAllowed, Invalid (`foreign_deployment`), IllegalStep,
    Conflict (retired project; `under_review`).
    """
    reason = values.text("reason", reason)
    project = locked_open(version.project_id)
    version = locked_version(version)
    require(rules.why_not_request_review(by, project.pk))
    _require_same_model(version, deployment)
    if queries.open_review(version) is not None:
        raise Conflict(f"{version} is under review already.", code="under_review")
    version.state = VERSION_FLOW.target(version.state, "request_review")
    version.updated_at = now
    version.save(update_fields=["state", "updated_at"])
    last = Review.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    review = Review.objects.create(
        project=project,
        number=last + 1,
        model_version=version,
        revision=version.version,
        digest=version.digest,
        deployment=deployment,
        reason=reason,
        author=version.created_by,
        requested_by=by or on_behalf_of,
        requested_at=now,
    )
    events.record(REVIEW_REQUESTED, review, by=by, reason=reason, **_facts(review))
    start_comparison(challenger=version, champion=queries.champion_for(version, deployment), by=by, now=now)
    return review


@transaction.atomic
def approve_version(
    *,
    review: Review,
    comment: str,
    by: User | None,
    now: datetime,
    expected_version: int | None = None,
    expected_evidence: str | None = None,
) -> Review:
    """Approve the version under review, exactly as it was when the review was asked for. It is approved once everybody
    whom the policy names did so on the evidence as it stands; the review stays open until then.

    `expected_evidence` is the digest of what the person saw, which a review by a policy with roles requires. Raises
    NotAllowed (a program; the author, the requester, a contributor; a role that is not asked for), Invalid (no comment;
    no evidence), Conflict (`checks_not_met`, one entry for each;
    `stale` when the version or its files changed), IllegalStep, PreconditionFailed.
    """
    comment = values.text("comment", comment, required=True)
    # The project's row keeps a risk from being raised between the look at the register and the decision.
    locked_open(review.project_id)
    review = locked_review(review)
    found, approver = _decider(review, by, now)
    require_version(review, review.version, expected_version)
    _require_seen(found, expected_evidence)
    _require_unchanged(review)
    approved = REVIEW_FLOW.target(review.state, "approve")
    _require_met(found.checks)
    approval = _keep(found, Decision.APPROVE, approver, comment, now)
    lacking = approvals.tally(review, now=now).lacking
    if lacking:
        events.record(REVIEW_DECIDED, review, by=by, comment=comment, role=approval.role, lacking=lacking)
        return review
    review.state = approved
    version = review.model_version
    version.state = VERSION_FLOW.target(version.state, "approve")
    version.updated_at = now
    version.save(update_fields=["state", "updated_at"])
    _close(found, approver, now)
    events.record(VERSION_APPROVED, version, by=by, version_pk=version.pk, review=review.number, digest=version.digest)
    events.record(REVIEW_APPROVED, review, by=by, comment=comment, **_facts(review))
    return review


@transaction.atomic
def request_changes(
    *,
    review: Review,
    comment: str,
    by: User | None,
    now: datetime,
    expected_version: int | None = None,
    expected_evidence: str | None = None,
) -> Review:
    """Send the version back: whoever may approve may, alone. Raises NotAllowed, Invalid (no comment; no
    evidence), IllegalStep, PreconditionFailed."""
    comment = values.text("comment", comment, required=True)
    locked(review.project_id)
    review = locked_review(review)
    found, approver = _decider(review, by, now)
    require_version(review, review.version, expected_version)
    _require_seen(found, expected_evidence)
    review.state = REVIEW_FLOW.target(review.state, "request_changes")
    version = review.model_version
    version.state = VERSION_FLOW.target(version.state, "request_changes")
    version.updated_at = now
    version.save(update_fields=["state", "updated_at"])
    _keep(found, Decision.REQUEST_CHANGES, approver, comment, now)
    _close(found, approver, now)
    events.record(REVIEW_CHANGES_REQUESTED, review, by=by, comment=comment, **_facts(review))
    return review


@transaction.atomic
def show_evidence(*, review: Review, by: User, now: datetime) -> str | None:
    """Keep that this person was shown what the review rests on, for a protocol that cannot say what they saw: they
    decide there on this and on nothing later. Returns its digest; None for whoever may not decide, of whom nothing is
    kept. The same evidence is kept once. Raises IllegalStep of a review that is closed."""
    locked(review.project_id)
    review = locked_review(review)
    REVIEW_FLOW.target(review.state, "approve")
    found = approvals.tally(review, now=now)
    if approvals.why_not_decide(by, found) is not None:
        return None
    digest = found.matter.digest
    if queries.evidence_shown(review, by) != digest:
        events.record(REVIEW_SHOWN, review, by=by, evidence=digest)
    return digest


@transaction.atomic
def withdraw_review(*, review: Review, by: User | None, now: datetime) -> Review:
    """Take the question back. Raises NotAllowed for anybody but the requester, IllegalStep."""
    review = locked_review(review)
    require(rules.why_not_withdraw(by, review))
    review.state = REVIEW_FLOW.target(review.state, "withdraw")
    version = review.model_version
    version.state = VERSION_FLOW.target(version.state, "withdraw")
    version.updated_at = now
    version.save(update_fields=["state", "updated_at"])
    review.version += 1
    review.save(update_fields=["state", "version"])
    events.record(REVIEW_WITHDRAWN, review, by=by, **_facts(review))
    return review


def _decider(review: Review, by: User | None, now: datetime) -> tuple[approvals.Tally, User]:
    found = approvals.tally(review, now=now)
    require(approvals.why_not_decide(by, found))
    assert by is not None, "the rule lets nobody but a person pass"
    return found, by


def _require_seen(found: approvals.Tally, expected: str | None) -> None:
    """Where several decide, one after the other, each says on what."""
    if found.is_by_role and not expected:
        raise Invalid("Say which evidence you saw: the review has it.", field="evidence", code="required")
    if expected and expected != found.matter.digest:
        raise PreconditionFailed("What this review rests on was changed since you looked: look at it again.")


def _require_same_model(version: ModelVersion, deployment: Deployment | None) -> None:
    if deployment is not None and deployment.model_id != version.model_id:
        raise Invalid(
            f"{deployment} serves {deployment.model}, not {version.model}.",
            field="deployment",
            code="foreign_deployment",
        )


def _require_unchanged(review: Review) -> None:
    """What is approved is what was shown: the same revision, digest, and files."""
    version = review.model_version
    is_same = (version.version, version.digest) == (review.revision, review.digest)
    if not is_same or queries.files_of(version).digest != review.digest:
        raise Conflict(f"{version} was changed since this review was asked for: ask for a new one.", code="stale")


def _require_met(found: list[Check]) -> None:
    missing = [check for check in found if not check.is_met]
    if missing:
        raise Conflict(
            f"{len(missing)} of {len(found)} checks are not met: "
            + "; ".join(f"{check.label} ({check.value})" for check in missing)
            + ".",
            code="checks_not_met",
            errors=[
                FieldError(field=check.id, code=check.state, message=f"Not met: {check.label} ({check.value}).")
                for check in missing
            ],
        )


def _keep(found: approvals.Tally, decision: Decision, approver: User, comment: str, now: datetime) -> Approval:
    review = found.review
    role, delegation = found.matter.seat_for(approver.pk, found.approvals)
    return Approval.objects.create(
        review=review,
        revision=review.revision,
        digest=review.digest,
        decision=decision,
        comment=comment,
        approver=approver,
        role=role,
        delegation=delegation,
        author=review.author,
        requester=review.requested_by,
        at=now,
        evidence=found.matter.digest,
        bound=found.bound,
    )


def _close(found: approvals.Tally, approver: User, now: datetime) -> None:
    """With what every check said; the last to decide is who decided."""
    review = found.review
    review.checks = [dataclasses.asdict(check) for check in found.checks]
    review.decided_by, review.decided_at, review.version = approver, now, review.version + 1
    review.save(update_fields=["state", "checks", "decided_by", "decided_at", "version"])


def _facts(review: Review) -> dict[str, object]:
    version = review.model_version
    return {
        "version": version.public_id,
        "version_pk": version.pk,
        "revision": review.revision,
        "digest": review.digest,
        "deployment": review.deployment.name if review.deployment else None,
    }
