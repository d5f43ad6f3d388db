"""Sprint reviews, their cards and links; who has how much room in a sprint."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet, Value

from core.errors import NotFound
from core.models import User
from projects.models import ReviewCard, ReviewLink, ReviewVote, Sprint, SprintCapacity, SprintReview


def sprint_review(sprint: Sprint) -> SprintReview | None:
    """None while nobody has written anything into it."""
    return SprintReview.objects.filter(sprint=sprint).select_related("closed_by").first()


def review_cards(sprint: Sprint, *, reader: User | None = None) -> QuerySet[ReviewCard]:
    """In the order in which they were written, each with its votes, and whether the reader's is among them."""
    cards = ReviewCard.objects.filter(review__sprint=sprint).select_related("written_by", "item", "review__sprint")
    mine = Exists(ReviewVote.objects.filter(card=OuterRef("pk"), user=reader)) if reader else Value(False)
    return cards.annotate(total=Count("votes"), is_mine=mine).order_by("number")


def review_card(sprint: Sprint, number: int) -> ReviewCard:
    """Raises NotFound."""
    found = review_cards(sprint).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no card {number} in the review of {sprint}.")
    return found


def review_links(sprint: Sprint) -> QuerySet[ReviewLink]:
    """Newest first."""
    links = ReviewLink.objects.filter(review__sprint=sprint).select_related("created_by", "review__sprint")
    return links.order_by("-number")


def review_link(sprint: Sprint, number: int) -> ReviewLink:
    """Raises NotFound."""
    found = review_links(sprint).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no link {number} to the review of {sprint}.")
    return found


def link_with_digest(digest: str, *, now: datetime) -> ReviewLink | None:
    """The link that is open now."""
    links = ReviewLink.objects.filter(digest=digest, revoked_at=None, expires_at__gt=now)
    return links.select_related("review__sprint", "project").first()


def capacities(sprint: Sprint) -> QuerySet[SprintCapacity]:
    rows = SprintCapacity.objects.filter(sprint=sprint).select_related("user")
    return rows.order_by("user__name", "user__username", "discipline")
