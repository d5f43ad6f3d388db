"""REST: reviews."""

import dataclasses
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page, user_of, valid
from core.models import User
from core.pages import now
from core.roles import Scope
from models_registry import approvals, operations, queries
from models_registry.api.models import EmptyBody
from models_registry.approvals import Standing
from models_registry.enums import Decision, ReviewState
from models_registry.models import Review
from projects.api.approvals import VerdictDifferenceShape
from projects.api.shapes import PageShape, PersonShape, answer, person_json
from projects.api_base import ProjectApiView


class ReviewBody(StrictSerializer):
    model = serializers.CharField()
    number = serializers.IntegerField(min_value=1, help_text="Of the version.")
    reason = serializers.CharField(allow_blank=True, default="")
    deployment = serializers.CharField(required=False, allow_null=True, help_text="Serves it once it is approved.")


class DecisionBody(StrictSerializer):
    comment = serializers.CharField(help_text="Why, for the record.")
    evidence = serializers.CharField(
        required=False,
        allow_null=True,
        help_text="What you saw: refused with 412 if it is another by now. Required where the policy names roles.",
    )


class DecisionWithdrawalBody(StrictSerializer):
    reason = serializers.CharField()


class ReviewCheckShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the field is called label
    state = serializers.ChoiceField(choices=["ok", "bad", "wait"])
    value = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the field is called source
    url = serializers.CharField()


class ApprovalShape(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=Decision.choices)
    approver = PersonShape()
    role = serializers.CharField()
    comment = serializers.CharField()
    revision = serializers.IntegerField()
    digest = serializers.CharField()
    at = serializers.DateTimeField()
    id = serializers.IntegerField()
    evidence = serializers.CharField(help_text="The digest of all that it was about; empty for decisions of old.")
    why_not = serializers.CharField(help_text="Why it does not count; empty if it does.")
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    delegated_by = PersonShape(allow_null=True, help_text="Whose right it was.")


class ReviewShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=ReviewState.choices)
    model = serializers.CharField()
    model_version = serializers.IntegerField()
    revision = serializers.IntegerField()
    digest = serializers.CharField()
    deployment = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    author = PersonShape(allow_null=True)
    requested_by = PersonShape(allow_null=True)
    requested_at = serializers.DateTimeField()
    decided_by = PersonShape(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class ReviewDetailShape(ReviewShape):
    checks = ReviewCheckShape(many=True)
    approvals = ApprovalShape(many=True)
    comparison = serializers.JSONField(allow_null=True)
    policy = serializers.CharField(help_text="NAME/NUMBER of the policy that says who decides.")
    wanted = serializers.ListField(
        child=serializers.CharField(), help_text="Whom the policy asks for; empty: any second person who may review."
    )
    lacking = serializers.ListField(child=serializers.CharField(), help_text="Who is still missing, while it is open.")
    unfilled = serializers.ListField(
        child=serializers.CharField(), help_text="Roles that are asked for and that nobody in the project has."
    )
    warnings = serializers.ListField(child=serializers.CharField())
    evidence = serializers.CharField(help_text="The digest that a decision made now would be bound to.")
    why_not_decide = serializers.CharField(allow_null=True, help_text="Why you may not decide on it.")


class ReviewPageShape(PageShape):
    results = ReviewShape(many=True)


def review_json(review: Review) -> dict[str, Any]:
    return {
        "number": review.number,
        "version": review.version,
        "state": review.state,
        "model": review.model_version.model.name,
        "model_version": review.model_version.number,
        "revision": review.revision,
        "digest": review.digest,
        "deployment": review.deployment.name if review.deployment else None,
        "reason": review.reason,
        "author": person_json(review.author),
        "requested_by": person_json(review.requested_by),
        "requested_at": review.requested_at,
        "decided_by": person_json(review.decided_by),
        "decided_at": review.decided_at,
    }


def detail_json(review: Review, user: User | None) -> dict[str, Any]:
    """With the checks as they are now while it is open, and as they were when it was decided."""
    found = approvals.tally(review, now=now())
    is_open = review.state == ReviewState.OPEN
    return review_json(review) | {
        "checks": [dataclasses.asdict(check) for check in found.checks] if is_open else review.checks,
        "approvals": [_approval_json(each, is_open=is_open) for each in found.standings],
        "comparison": found.evidence.result,
        "policy": found.policy.public_id,
        "wanted": found.wanted,
        "lacking": found.lacking if is_open else [],
        "unfilled": found.matter.unfilled if is_open else [],
        "warnings": found.warnings if is_open else [],
        "evidence": found.matter.digest,
        "why_not_decide": approvals.why_not_decide(user, found) if is_open else "This review is closed.",
    }


def _approval_json(standing: Standing, *, is_open: bool) -> dict[str, Any]:
    approval = standing.approval
    return {
        "id": approval.pk,
        "decision": approval.decision,
        "approver": person_json(approval.approver),
        "role": approval.role,
        "comment": approval.comment,
        "revision": approval.revision,
        "digest": approval.digest,
        "at": approval.at,
        "evidence": approval.evidence,
        "why_not": standing.why_not if is_open or approval.withdrawn_at else "",
        "withdrawn_at": approval.withdrawn_at,
        "delegated_by": person_json(approval.delegation.given_by) if approval.delegation else None,
    }


def _given(request: Request) -> dict[str, Any]:
    body = valid(DecisionBody, request)
    return {"comment": body["comment"], "expected_evidence": body.get("evidence")}


class _ReviewApi(ProjectApiView):
    def review(self, number: int) -> Review:
        return queries.review_numbered(project=self.project, number=number)

    def answer(self, number: int, *, status: int = 200) -> Response:
        review = self.review(number)
        return answer(detail_json(review, user_of(self.request)), review, status=status)


class ReviewsView(_ReviewApi):
    @extend_schema(responses=ReviewPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The project's reviews, newest first."""
        return page(request, queries.visible_reviews(self.project), review_json)

    @extend_schema(request=ReviewBody, responses={201: ReviewDetailShape})
    def post(self, request: Request, key: str) -> Response:
        """Ask for a version to be approved, and start its comparison with what serves."""
        body = valid(ReviewBody, request)
        name = body.get("deployment")
        review = operations.request_review(
            version=queries.version_of(project=self.project, name=body["model"], number=body["number"]),
            reason=body["reason"],
            deployment=queries.deployment_named(project=self.project, name=name) if name else None,
            by=user_of(request),
            now=now(),
        )
        return self.answer(review.number, status=201)


class ReviewView(_ReviewApi):
    @extend_schema(responses=ReviewDetailShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """One review with its checks, comparison and decisions."""
        return self.answer(number)


class ReviewApproveView(_ReviewApi):
    scope = Scope.APPROVE

    @extend_schema(request=DecisionBody, responses=ReviewDetailShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Approve. The author, the requester and whoever contributed cannot; every check must be met.

        Where the policy names roles, the review stays open until all of them approved of it as it stands: see
        `lacking`.
        """
        operations.approve_version(
            review=self.review(number),
            by=user_of(request),
            now=now(),
            expected_version=expected_version(request),
            **_given(request),
        )
        return self.answer(number)


class ReviewRequestChangesView(_ReviewApi):
    scope = Scope.APPROVE

    @extend_schema(request=DecisionBody, responses=ReviewDetailShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Send the version back."""
        operations.request_changes(
            review=self.review(number),
            by=user_of(request),
            now=now(),
            expected_version=expected_version(request),
            **_given(request),
        )
        return self.answer(number)


class ReviewDecisionWithdrawView(_ReviewApi):
    scope = Scope.APPROVE

    @extend_schema(request=DecisionWithdrawalBody, responses=ReviewDetailShape)
    def post(self, request: Request, key: str, number: int, decision: int) -> Response:
        """Take your own decision back. A version that was approved with it is a candidate again; if it serves, nothing
        is undone, and a finding is opened."""
        operations.withdraw_decision(
            approval=queries.approval_numbered(self.review(number), decision),
            reason=valid(DecisionWithdrawalBody, request)["reason"],
            by=user_of(request),
            now=now(),
        )
        return self.answer(number)


class ReviewDecisionDifferenceView(_ReviewApi):
    @extend_schema(responses=VerdictDifferenceShape)
    def get(self, request: Request, key: str, number: int, decision: int) -> Response:
        """What is otherwise now than in what this decision was about."""
        review = self.review(number)
        approval = queries.approval_numbered(review, decision)
        rows = approvals.since(approval, approvals.tally(review, now=now()))
        return Response({"results": [{"name": name, "then": then, "now": today} for name, then, today in rows]})


class ReviewWithdrawView(_ReviewApi):
    scope = Scope.APPROVE

    @extend_schema(request=EmptyBody, responses=ReviewDetailShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Take the question back; only its requester may."""
        valid(EmptyBody, request)
        operations.withdraw_review(review=self.review(number), by=user_of(request), now=now())
        return self.answer(number)
