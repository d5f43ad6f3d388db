"""REST: sprint reviews, with their cards, votes and links."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page, valid
from core.pages import now
from projects import operations, queries, reviewing
from projects.api.risks import EmptyBody
from projects.api.shapes import PageShape, PersonShape, answer, caller, person_json
from projects.api_base import ProjectApiView
from projects.enums import CardKind, SprintVerdict
from projects.models import ReviewCard, ReviewLink, Sprint, SprintReview
from projects.operations import SharedLink


class VerdictBody(StrictSerializer):
    verdict = serializers.ChoiceField(choices=SprintVerdict.choices)
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")


class AmendmentShape(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="item or card")
    number = serializers.IntegerField()
    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    by = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(allow_null=True)


class SprintReviewShape(serializers.Serializer[Any]):
    sprint = serializers.IntegerField()
    version = serializers.IntegerField(help_text="0 while nobody has written into it.")
    is_frozen = serializers.BooleanField()
    digest = serializers.CharField(allow_blank=True, help_text="SHA-256 of `content` as JSON with sorted keys.")
    closed_at = serializers.DateTimeField(allow_null=True)
    content = serializers.DictField(help_text="The seven parts, and the items that they name.")
    amendments = AmendmentShape(many=True)


class ReviewCardBody(StrictSerializer):
    kind = serializers.ChoiceField(choices=CardKind.choices)
    text = serializers.CharField(max_length=500)


class ReviewCardShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=CardKind.choices)
    text = serializers.CharField()
    votes = serializers.IntegerField()
    is_mine = serializers.BooleanField(help_text="Whether one of the votes is the caller's.")
    item = serializers.IntegerField(allow_null=True)
    written_by = PersonShape()
    written_at = serializers.DateTimeField()


class ReviewCardPageShape(PageShape):
    results = ReviewCardShape(many=True)


class VoteShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    votes = serializers.IntegerField()
    is_mine = serializers.BooleanField()


class ReviewLinkBody(StrictSerializer):
    for_whom = serializers.CharField(max_length=80)
    days = serializers.IntegerField(min_value=1, max_value=90, default=14)


class ReviewLinkShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    for_whom = serializers.CharField()
    created_by = PersonShape()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_opened_at = serializers.DateTimeField(allow_null=True)


class NewReviewLinkShape(ReviewLinkShape):
    secret = serializers.CharField(help_text="Shown this once; the page is /shared/reviews/ and the secret.")


class ReviewLinkPageShape(PageShape):
    results = ReviewLinkShape(many=True)


def review_json(sprint: Sprint, review: SprintReview | None) -> dict[str, Any]:
    return {
        "sprint": sprint.number,
        "version": review.version if review else 0,
        "is_frozen": bool(review and review.closed_at),
        "digest": review.digest if review else "",
        "closed_at": review.closed_at if review else None,
        "content": reviewing.review_of(sprint, now=now()),
        "amendments": [vars(one) for one in reviewing.amendments(review)] if review else [],
    }


def card_json(card: ReviewCard) -> dict[str, Any]:
    return {
        "number": card.number,
        "version": card.version,
        "kind": card.kind,
        "text": card.text,
        "votes": card.total,  # type: ignore[attr-defined]  # annotated
        "is_mine": card.is_mine,  # type: ignore[attr-defined]  # annotated
        "item": card.item.number if card.item else None,
        "written_by": person_json(card.written_by),
        "written_at": card.written_at,
    }


def link_json(link: ReviewLink) -> dict[str, Any]:
    names = ("number", "created_at", "expires_at", "revoked_at", "last_opened_at")
    return {name: getattr(link, name) for name in names} | {
        "for_whom": link.label,
        "created_by": person_json(link.created_by),
    }


class _ReviewApi(ProjectApiView):
    def sprint(self) -> Sprint:
        found = queries.sprint(self.project, self.kwargs["number"])
        found.project = self.project
        return found

    def card(self) -> ReviewCard:
        return queries.review_card(self.sprint(), self.kwargs["card"])

    def shown(self, request: Request, card: ReviewCard, *, status: int = 200) -> Response:
        found = queries.review_cards(self.sprint(), reader=caller(request)).get(pk=card.pk)
        return answer(card_json(found), found, status=status)


class ReviewView(_ReviewApi):
    @extend_schema(responses=SprintReviewShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """The review as it stands; of a closed sprint its frozen snapshot, and what was corrected since."""
        sprint = self.sprint()
        return Response(review_json(sprint, queries.sprint_review(sprint)))

    @extend_schema(request=VerdictBody, responses=SprintReviewShape)
    def patch(self, request: Request, key: str, number: int) -> Response:
        """Say whether the goal was reached."""
        sprint = self.sprint()
        review = operations.judge_sprint(
            sprint=sprint,
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
            **valid(VerdictBody, request),
        )
        return answer(review_json(sprint, review), review)


class CardsView(_ReviewApi):
    @extend_schema(responses=ReviewCardPageShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """The cards, newest first, with their votes."""
        return page(request, queries.review_cards(self.sprint(), reader=caller(request)), card_json)

    @extend_schema(request=ReviewCardBody, responses={201: ReviewCardShape})
    def post(self, request: Request, key: str, number: int) -> Response:
        """Put down a note, a decision or an action."""
        body = valid(ReviewCardBody, request)
        card = operations.add_review_card(sprint=self.sprint(), by=caller(request), now=now(), **body)
        return self.shown(request, card, status=201)


class CardView(_ReviewApi):
    @extend_schema(request=ReviewCardBody, responses=ReviewCardShape)
    def patch(self, request: Request, key: str, number: int, card: int) -> Response:
        """Change its text or what it is."""
        revised = operations.revise_review_card(
            card=self.card(),
            values=valid(ReviewCardBody, request, partial=True),
            by=caller(request),
            expected_version=expected_version(request),
        )
        return self.shown(request, revised)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, number: int, card: int) -> Response:
        """Take it away with its votes."""
        operations.remove_review_card(card=self.card(), by=caller(request))
        return Response(status=204)


class VoteView(_ReviewApi):
    @extend_schema(request=EmptyBody, responses=VoteShape)
    def put(self, request: Request, key: str, number: int, card: int) -> Response:
        """Vote for it: one vote a person and card, however often it is given."""
        valid(EmptyBody, request)
        operations.vote_for_card(card=self.card(), by=caller(request), now=now())
        return self._counted(request)

    @extend_schema(responses=VoteShape)
    def delete(self, request: Request, key: str, number: int, card: int) -> Response:
        """Take one's vote back."""
        operations.withdraw_vote(card=self.card(), by=caller(request))
        return self._counted(request)

    def _counted(self, request: Request) -> Response:
        found: Any = queries.review_cards(self.sprint(), reader=caller(request)).get(number=self.kwargs["card"])
        return Response({"number": found.number, "votes": found.total, "is_mine": found.is_mine})


class CardItemView(_ReviewApi):
    @extend_schema(request=EmptyBody, responses={201: ReviewCardShape})
    def post(self, request: Request, key: str, number: int, card: int) -> Response:
        """Make it an item of the next planned sprint, or of the backlog: the card names it."""
        valid(EmptyBody, request)
        found = self.card()
        operations.make_item_of_card(card=found, by=caller(request), now=now())
        return self.shown(request, found, status=201)


class LinksView(_ReviewApi):
    @extend_schema(responses=ReviewLinkPageShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """The links for readers outside, newest first, without their secrets."""
        return page(request, queries.review_links(self.sprint()), link_json)

    @extend_schema(request=ReviewLinkBody, responses={201: NewReviewLinkShape})
    def post(self, request: Request, key: str, number: int) -> Response:
        """Make a link that shows the business's part of the review until it expires."""
        body = valid(ReviewLinkBody, request)
        made: SharedLink = operations.share_review(
            sprint=self.sprint(), label=body["for_whom"], days=body["days"], by=caller(request), now=now()
        )
        return Response(link_json(made.link) | {"secret": made.secret}, status=201)


class LinkRevokeView(_ReviewApi):
    @extend_schema(request=EmptyBody, responses=ReviewLinkShape)
    def post(self, request: Request, key: str, number: int, link: int) -> Response:
        """Take it back: it opens nothing from now on."""
        valid(EmptyBody, request)
        found = queries.review_link(self.sprint(), link)
        return Response(link_json(operations.revoke_review_link(link=found, by=caller(request), now=now())))
