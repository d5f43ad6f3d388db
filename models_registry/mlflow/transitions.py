"""`transition-requests/*`, in the public shape of Databricks' registry: another way to the same reviews.

To ask for Production opens a review; to approve or reject decides it, by the same rules and checks as the page, with a
token that has the scope `approve`, and whoever approves does so on the evidence that `list` showed them. What is
approved may then be given the alias or the stage by whoever deploys.
"""

from typing import Any

from core.errors import Conflict, Invalid, NotFound
from core.roles import Scope
from core.rules import require
from experiments.mlflow import wire
from experiments.mlflow.door import Call, Route, read
from experiments.mlflow.shapes import milliseconds, set_only
from models_registry import approvals, operations, queries, rules
from models_registry.enums import ReviewState
from models_registry.mlflow import shapes
from models_registry.mlflow.models import canonical_stage
from models_registry.mlflow.promotion import address
from models_registry.mlflow.versions import given_version
from models_registry.models import Review

PRODUCTION = "Production"


def create(call: Call) -> dict[str, Any]:
    version = given_version(call)
    _require_production(call)
    review = operations.request_review(
        version=version, reason=wire.text(call.data, "comment"), by=call.by, now=call.now
    )
    return {"request": _request(call, review)}


def list_open(call: Call) -> dict[str, Any]:
    """Whoever may decide by this door decides on what they were shown here."""
    review = queries.open_review(given_version(call))
    if review is not None and Scope.APPROVE in call.token.scopes:
        operations.show_evidence(review=review, by=call.by, now=call.now)
    return {"requests": [_activity(call, review, "REQUESTED_TRANSITION")] if review else []}


def approve(call: Call) -> dict[str, Any]:
    review = _open_review(call)
    comment = wire.required(call.data, "comment")
    decided = operations.approve_version(
        review=review, comment=comment, by=call.by, now=call.now, expected_evidence=_seen(call, review)
    )
    return {"activity": _activity(call, decided, "APPROVED_REQUEST", comment=comment)}


def reject(call: Call) -> dict[str, Any]:
    review = _open_review(call)
    comment = wire.required(call.data, "comment")
    decided = operations.request_changes(
        review=review, comment=comment, by=call.by, now=call.now, expected_evidence=_evidence(call, review)
    )
    return {"activity": _activity(call, decided, "REJECTED_REQUEST", comment=comment)}


def delete(call: Call) -> dict[str, Any]:
    """Take the request back. `creator`, where it is given, must be who made it."""
    review, creator = _open_review(call), wire.text(call.data, "creator")
    if creator and (review.requested_by is None or review.requested_by.username != creator):
        raise NotFound(f"There is no open request of {creator[:150]!r} for this version.")
    withdrawn = operations.withdraw_review(review=review, by=call.by, now=call.now)
    return {"activity": _activity(call, withdrawn, "CANCELLED_REQUEST")}


def _seen(call: Call, review: Review) -> str:
    """What the caller was last shown: this protocol has no word for what somebody saw. Raises NotAllowed, Conflict."""
    require(approvals.why_not_decide(call.by, approvals.tally(review, now=call.now)))
    shown = queries.evidence_shown(review, call.by)
    if shown is None:
        raise Conflict(
            f"You were not shown yet what this request rests on: call transition-requests/list, and look at "
            f"{address(call, review)}.",
            code="not_shown",
        )
    return shown


def _evidence(call: Call, review: Review) -> str:
    """As it stands: to send a version back needs no evidence."""
    return approvals.tally(review, now=call.now).matter.digest


def _open_review(call: Call) -> Review:
    version = given_version(call)
    _require_production(call)
    review = queries.open_review(version)
    if review is None:
        raise NotFound(f"There is no open request for {version}.")
    return review


def _require_production(call: Call) -> None:
    stage = canonical_stage(wire.required(call.data, "stage"))
    if stage != PRODUCTION:
        raise Invalid(
            f"Only the stage Production is asked for; {stage} needs no approval: call model-versions/transition-stage.",
            field="stage",
        )


def _request(call: Call, review: Review) -> dict[str, Any]:
    return set_only(
        creation_timestamp=milliseconds(review.requested_at),
        user_id=review.requested_by.username if review.requested_by else "",
        to_stage=PRODUCTION,
        comment=review.reason,
        available_actions=_actions(call, review),
    )


def _actions(call: Call, review: Review) -> list[str]:
    """What the caller may do now, by the same rules that decide when it is tried."""
    found = approvals.tally(review, now=call.now)
    may_decide = Scope.APPROVE in call.token.scopes and approvals.why_not_decide(call.by, found) is None
    may_withdraw = rules.why_not_withdraw(call.by, review) is None
    decisions = ["APPROVE_TRANSITION_REQUEST", "REJECT_TRANSITION_REQUEST"] if may_decide else []
    return decisions + (["CANCEL_TRANSITION_REQUEST"] if may_withdraw else [])


def _activity(call: Call, review: Review, kind: str, *, comment: str = "") -> dict[str, Any]:
    is_open = kind == "REQUESTED_TRANSITION"
    by = review.requested_by.username if review.requested_by else ""
    at = milliseconds(review.requested_at)
    return set_only(
        id=review.public_id,
        activity_type=kind,
        user_id=by if is_open else call.by.username,
        comment=review.reason if is_open else comment,
        creation_timestamp=at,
        last_updated_timestamp=at if is_open else milliseconds(call.now),
        from_stage=shapes.fresh_version(review.model_version)["current_stage"],
        to_stage=PRODUCTION,
        system_comment=_said(call, review),
        available_actions=_actions(call, review) if is_open else [],
    )


def _said(call: Call, review: Review) -> str:
    """Where the review stands, and who is missing while it is open."""
    where = f"Review {review.number}: {address(call, review)}"
    lacking = approvals.tally(review, now=call.now).lacking if review.state == ReviewState.OPEN else []
    return f"{where}; still missing: {', '.join(lacking)}" if lacking else where


ROUTES = [
    Route("POST", "transition-requests/create", create),
    read("GET", "transition-requests/list", list_open),
    Route("POST", "transition-requests/approve", approve, scope=Scope.APPROVE),
    Route("POST", "transition-requests/reject", reject, scope=Scope.APPROVE),
    Route("DELETE", "transition-requests/delete", delete),
]
