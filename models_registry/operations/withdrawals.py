"""Taking one's own decision back, while the review is open or after the version was approved with it."""

from datetime import datetime

from django.db import transaction

from core import events
from core.errors import Conflict
from core.models import User
from core.rules import require
from models_registry import queries, rules
from models_registry.enums import REVIEW_FLOW, VERSION_FLOW, ReviewState, VersionState
from models_registry.events import REVIEW_DECISION_WITHDRAWN, REVIEW_DISMISSED
from models_registry.models import Approval, Review
from models_registry.operations import values
from models_registry.operations.aliases import drop_protected_aliases
from models_registry.operations.locking import live_deployments, locked_review
from projects.enums import Severity
from projects.operations.findings import raise_finding
from projects.operations.locking import locked


@transaction.atomic
def withdraw_decision(*, approval: Approval, reason: str, by: User | None, now: datetime) -> Approval:
    """Take one's own approval back. A version that was approved with it is a candidate again, unless it serves: then
    nothing is undone, and a finding says so. An approval that did not count changes nothing.

    Raises NotAllowed, Invalid (no reason), Conflict (`withdrawn`; `closed` when the review ended without approval).
    """
    reason = values.text("reason", reason, required=True)
    locked(approval.review.project_id)
    review = locked_review(approval.review)
    approval = (
        Approval.objects.select_for_update(no_key=True, of=("self",)).select_related("approver").get(pk=approval.pk)
    )
    require(rules.why_not_withdraw_decision(by, approval))
    if approval.withdrawn_at is not None:
        raise Conflict("This decision was withdrawn already.", code="withdrawn")
    if review.state not in (ReviewState.OPEN, ReviewState.APPROVED):
        raise Conflict(f"{review} is closed: {review.get_state_display().lower()}.", code="closed")
    has_counted = review.state == ReviewState.APPROVED and _is_on_what_was_approved(approval)
    approval.review = review
    approval.withdrawn_at, approval.withdrawn_because = now, reason
    approval.save(update_fields=["withdrawn_at", "withdrawn_because"])
    events.record(REVIEW_DECISION_WITHDRAWN, review, by=by, reason=reason, after_approval=has_counted)
    if has_counted:
        _answer_for_the_version(approval, by=by, now=now)
    return approval


def _is_on_what_was_approved(approval: Approval) -> bool:
    """Whether it was about the evidence on which the version was approved, which the last approval was given on."""
    last = queries.last_approval(approval.review)
    return last is not None and last.evidence == approval.evidence


def _answer_for_the_version(approval: Approval, *, by: User | None, now: datetime) -> None:
    version = approval.review.model_version
    if version.state == VersionState.APPROVED and not live_deployments(version):
        _put_back(approval.review, by=by, now=now)
    else:
        _tell(approval, by=by, now=now)


def _put_back(review: Review, *, by: User | None, now: datetime) -> None:
    version = review.model_version
    version.state = VERSION_FLOW.target(version.state, "revise")
    version.updated_at = now
    version.save(update_fields=["state", "updated_at"])
    review.state = REVIEW_FLOW.target(review.state, "dismiss")
    review.version += 1
    review.save(update_fields=["state", "version"])
    drop_protected_aliases(version, by=by)
    facts = {"revision": review.revision, "version": version.public_id, "because": "withdrawn"}
    events.record(REVIEW_DISMISSED, review, by=by, **facts)


def _tell(approval: Approval, *, by: User | None, now: datetime) -> None:
    review = approval.review
    version = review.model_version
    raise_finding(
        project=review.project,
        title=f"{approval.approver} withdrew their approval of {version}"[:200],
        detail=approval.withdrawn_because,
        severity=Severity.HIGH,
        about_type="version",
        about_id=f"{version.model}@{version.number}"[:80],
        barred=[review.requested_by, review.author],
        by=by,
        now=now,
    )
